"""Run by the system's Python, which knows LibreOffice: opens a file, types cells, saves copies of every kind.

Arguments: a folder for LibreOffice's profile, the file, a JSON object of cell → typed text, the files to write.
"""

import json
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.lang import DisposedException

FILTERS = {
    ".xlsx": "Calc MS Excel 2007 XML",
    ".ods": "calc8",
    ".xls": "MS Excel 97",
    ".csv": "Text - txt - csv (StarCalc)",
}
UTF_8_COMMA_AS_SHOWN = "44,34,76,1,,0,false,true"
UTF_8_COMMA_AMERICAN = "44,34,76,1,,1033,false,true"  # whatever looks like a number or date becomes one
START_SECONDS = 60


def option(name: str, value: object) -> PropertyValue:
    told = PropertyValue()
    told.Name, told.Value = name, value
    return told


def connect(pipe: str) -> object:
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            remote = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return remote.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", remote)


def main(profile: str, source: str, cells: str, *targets: str) -> None:
    pipe = f"credtools{Path(profile).name}"
    office = subprocess.Popen(
        [
            *("soffice", "--headless", "--norestore", "--nologo", f"--accept=pipe,name={pipe};urp;"),
            f"-env:UserInstallation={Path(profile).as_uri()}",
        ]
    )
    try:
        desktop = connect(pipe)
        opening = [option("Hidden", True)]
        if source.endswith(".csv"):
            opening += [option("FilterName", FILTERS[".csv"]), option("FilterOptions", UTF_8_COMMA_AMERICAN)]
        document = desktop.loadComponentFromURL(Path(source).as_uri(), "_blank", 0, tuple(opening))
        sheet = document.Sheets.getByIndex(0)
        for place, text in json.loads(cells).items():
            sheet.getCellRangeByName(place).FormulaLocal = text  # as if it were typed
        for target in targets:
            options = [option("FilterName", FILTERS[Path(target).suffix])]
            if target.endswith(".csv"):
                options.append(option("FilterOptions", UTF_8_COMMA_AS_SHOWN))
            document.storeToURL(Path(target).as_uri(), tuple(options))
        document.close(True)
        with suppress(DisposedException):  # it may be gone before it answers
            desktop.terminate()
        office.wait(START_SECONDS)
    finally:
        office.kill()


main(*sys.argv[1:])
