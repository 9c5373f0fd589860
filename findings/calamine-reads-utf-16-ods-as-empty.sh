#!/usr/bin/env bash
# python-calamine 0.9.1: an ODS whose content.xml is in UTF-16 is a workbook without sheets, and no error.
#
# XML is allowed in UTF-16, and OpenDocument doesn't ask for UTF-8. The same workbook in UTF-8 has its sheet and cell.
# Whoever turns a flat ODS (.fods), which programs do write in UTF-16, into a zip must write it anew in UTF-8.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install --quiet python-calamine==0.9.1 2>pip.log || { cat pip.log >&2; exit 2; }
cat >look.py <<'PYTHON'
import io
import zipfile

import python_calamine

NAMES = "urn:oasis:names:tc:opendocument:xmlns:"
KIND = "application/vnd.oasis.opendocument.spreadsheet"
CONTENT = (
    '<?xml version="1.0" encoding="{encoding}"?>'
    f'<office:document-content xmlns:office="{NAMES}office:1.0" xmlns:table="{NAMES}table:1.0" '
    f'xmlns:text="{NAMES}text:1.0" office:version="1.3"><office:body><office:spreadsheet>'
    '<table:table table:name="Sheet1"><table:table-row><table:table-cell office:value-type="string">'
    "<text:p>Ana</text:p></table:table-cell></table:table-row></table:table>"
    "</office:spreadsheet></office:body></office:document-content>"
)
MANIFEST = (
    f'<?xml version="1.0"?><m:manifest xmlns:m="{NAMES}manifest:1.0" m:version="1.3">'
    f'<m:file-entry m:full-path="/" m:media-type="{KIND}"/>'
    '<m:file-entry m:full-path="content.xml" m:media-type="text/xml"/></m:manifest>'
)


def cells(encoding):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", KIND)
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr("content.xml", CONTENT.format(encoding=encoding).encode(encoding))
    out.seek(0)
    book = python_calamine.CalamineWorkbook.from_filelike(out)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


print(cells("UTF-8"), cells("UTF-16"))
PYTHON
seen=$(v/bin/python look.py)
echo "in UTF-8, in UTF-16: $seen"
[ "$seen" = "{'Sheet1': [['Ana']]} {}" ]
