#!/usr/bin/env bash
# Pillow 13.0.0: with LOAD_TRUNCATED_IMAGES a JPEG for which there is too little memory is a black picture, and no error.
#
# The setting is known to forgive missing bytes. It forgives everything that a decoder says: a white page whose
# coefficients don't fit into a process with limits comes out black, as if it had been scanned so. Without the setting it is
# an OSError ("broken data stream"), not a MemoryError, so a sound file seems to be damaged. A progressive JPEG keeps all
# coefficients even when it is read at an eighth of its size (`draft`).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install --quiet pillow==13.0.0 2>pip.log || { cat pip.log >&2; exit 2; }
cat >look.py <<'PYTHON'
import io
import resource

from PIL import Image, ImageFile

page = io.BytesIO()
Image.new("RGB", (6000, 6000), "white").save(page, "JPEG", progressive=True, subsampling=0)


def seen():
    with Image.open(io.BytesIO(page.getvalue())) as image:
        image.draft("RGB", (600, 600))
        try:
            image.load()
        except Exception as problem:
            return type(problem).__name__
        return str(image.getpixel((300, 300)))


print(seen())
resource.setrlimit(resource.RLIMIT_AS, (160 << 20, 160 << 20))
print(seen())
ImageFile.LOAD_TRUNCATED_IMAGES = True
print(seen())
PYTHON
seen=$(v/bin/python look.py | tr '\n' ' ')
echo "free, in 160 MB, in 160 MB with LOAD_TRUNCATED_IMAGES: $seen"
[ "$seen" = "(255, 255, 255) OSError (0, 0, 0) " ]
