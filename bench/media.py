"""`python -m bench.media CHECKOUT`: adding 5,000 files in a zip, here and in another checkout of credtools, in turns.

CPU seconds of `batch.add_media` as a whole, and of its parsing process alone. The files are as issuers, scanners and
phones write them, in sizes that fit a zip: 55 % certificates of programs (plain; with fonts and a logo; tagged, in
packed objects), 10 % scans in PDFs, 20 % JPEG, 15 % PNG. `--kind NAME` measures one kind alone; the last line is JSON.
"""

from __future__ import annotations

import io
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import img2pdf
import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

FILES, ROUNDS = 5_000, 3
HERE = Path(__file__).parent.parent
WORKER = """
import json, resource, sys
from pathlib import Path
import credtools as ct
folder, files, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
def spent():
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return [one.ru_utime + one.ru_stime for one in both]
registry = ct.init(str(folder / "credtools.db"), by="uploader@example.org", folder=folder)
(folder / "users.csv").write_text("Email\\n" + "".join(f"p{k}@example.org\\n" for k in range(count)))
(folder / "types.csv").write_text("Name\\nFirst Aid\\n")
registry.load("users", folder / "users.csv")
registry.load("types", folder / "types.csv")
names = json.loads(Path(files + ".json").read_text())
rows = [f"p{k}@example.org,First Aid,2025-03-01,{name}\\n" for k, name in enumerate(names)]
(folder / "export.csv").write_text("User email,Credential type,Issue date,Media\\n" + "".join(rows))
batch = registry.upload(folder / "export.csv")
batch.finish()
before = spent()
added = batch.add_media(files)
own, child = (after - one for after, one in zip(spent(), before))
print(json.dumps({"all": own + child, "child": child, "linked": len(added.linked), "refused": len(added.refused)}))
"""


def main() -> None:
    """Prints CPU seconds of both, round by round, and the medians of their ratios."""
    arguments = sys.argv[1:]
    kind = arguments.pop(arguments.index("--kind") + 1) if "--kind" in arguments else ""
    other = Path(arguments[0]).resolve()
    count = FILES if not kind else FILES // 10
    with tempfile.TemporaryDirectory(prefix="credtools-bench-") as name:
        files = _corpus(Path(name), count, kind)
        rounds = [[_measured(checkout, files, count) for checkout in (HERE, other)] for _ in range(ROUNDS)]
    ratios = {part: [ours[part] / theirs[part] for ours, theirs in rounds] for part in ("all", "child")}
    print(json.dumps({f"{part}_ratio": round(statistics.median(found), 3) for part, found in ratios.items()}))


def _measured(checkout: Path, files: Path, count: int) -> dict[str, float]:
    # Kept until all is measured: where much was just deleted, ext4 looks long for room for new files.
    folder = tempfile.mkdtemp(prefix="registry-", dir=files.parent)
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    command = [sys.executable, "-P", "-c", WORKER, folder, str(files), str(count)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment, cwd=folder)
    told: dict[str, float] = json.loads(done.stdout)
    print(f"{checkout.name:<12} {told}", flush=True)
    return told


# --- the files ------------------------------------------------------------------------------------------------


def _corpus(folder: Path, count: int, kind: str) -> Path:
    """A zip of files that differ, the same each time; beside it their names, as JSON."""
    chance = random.Random(17)  # noqa: S311 - not a secret
    path, names = folder / "files.zip", []
    kinds = [one for one, share in SHARES.items() for _ in range(share)] if not kind else [kind]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for k in range(count):
            of = kinds[k % len(kinds)]
            ending = "jpg" if of == "jpeg" else "png" if of == "png" else "pdf"
            names.append(f"{k}.{ending}")
            archive.writestr(names[-1], MAKERS[of](k, chance))
    path.with_name(path.name + ".json").write_text(json.dumps(names))
    return path


def _lines(k: int) -> list[str]:
    return [
        "CERTIFICATE OF COMPLETION",
        f"This certifies that Person {k} has completed First Aid",
        f"Certificate number {k:06}, issued on 1 March 2025, valid until 1 March {2026 + k % 4}",
        *(f"Unit {n}: a subject of the course, with so many hours of {n * k % 97}" for n in range(20)),
    ]


def _plain(k: int, _: random.Random, logo: Image.Image | None = None) -> bytes:
    out = io.BytesIO()
    page = canvas.Canvas(out, invariant=1, pageCompression=1)
    for name in FONTS[: 2 if logo else 0]:
        pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))
    if logo:
        page.drawImage(ImageReader(logo), 72, 700, 120, 60)
    for n, line in enumerate(_lines(k)):
        if logo:
            page.setFont(FONTS[n > 0], 11)
        page.drawString(72, 680 - 24 * n, line)
    page.save()
    return out.getvalue()


def _with_logo(k: int, chance: random.Random) -> bytes:
    return _plain(k, chance, LOGO)


def _tagged(k: int, chance: random.Random) -> bytes:
    """As office programs write it: a tree of what each word is, in packed objects."""
    with pikepdf.open(io.BytesIO(_plain(k, chance, LOGO))) as document:
        tree = document.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        tree.K = Array([document.make_indirect(Dictionary(S=Name.P, P=tree, K=n)) for n in range(200)])
        document.Root.StructTreeRoot = tree
        out = io.BytesIO()
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def _drawn(size: tuple[int, int], grain: float = 2) -> Image.Image:
    """A page with text, on grainy paper where it was photographed or scanned."""
    grey = Image.effect_noise(size, grain).point(lambda value: min(value + 110, 255)) if grain else None
    paper = grey.convert("RGB") if grey else Image.new("RGB", size, (250, 248, 240))
    draw = ImageDraw.Draw(paper)
    for n, line in enumerate(_lines(7)):
        draw.text(
            (size[0] // 12, size[1] // 12 + n * size[1] // 28), line, "black", ImageFont.load_default(size[1] // 60)
        )
    return paper


def _saved(image: Image.Image, kind: str, **options: int) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _jpeg(k: int, chance: random.Random) -> bytes:
    """Each with a comment of its own."""
    whole, told = chance.choice(JPEGS), f"No. {k}".encode()
    return whole[:2] + b"\xff\xfe" + (len(told) + 2).to_bytes(2, "big") + told + whole[2:]


def _png(k: int, chance: random.Random) -> bytes:
    whole, told = chance.choice(PNGS), b"tEXtTitle\0" + str(k).encode()
    return whole[:33] + (len(told) - 4).to_bytes(4, "big") + told + zlib.crc32(told).to_bytes(4, "big") + whole[33:]


def _scan(k: int, chance: random.Random) -> bytes:
    return bytes(img2pdf.convert([chance.choice(JPEGS)], nodate=True, title=str(k)))


FONTS = ("VeraBd", "Vera")  # which reportlab brings
LOGO = _drawn((160, 80), 0)
JPEGS = [_saved(_drawn(size), "JPEG", quality=40) for size in ((560, 792), (640, 480), (620, 877))]
PNGS = [_saved(_drawn(size, 0), "PNG") for size in ((1024, 576), (500, 707), (800, 600))]
Maker = Callable[[int, random.Random], bytes]
MAKERS: dict[str, Maker] = {
    "plain": _plain,
    "logo": _with_logo,
    "tagged": _tagged,
    "scan": _scan,
    "jpeg": _jpeg,
    "png": _png,
}
SHARES = {"plain": 1, "logo": 4, "tagged": 6, "scan": 2, "jpeg": 4, "png": 3}  # of 20

if __name__ == "__main__":
    main()
