"""Demo: a made-up organisation, and a messy export of its HR system in which every fault was put on purpose.

The same seed gives the same bytes. What was planted is counted while planting, never by the checking code: so the
demo is also a test of what a review finds.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from credtools.demo import scans
from credtools.errors import CredtoolsError
from credtools.registry import Registry, create

MARKER, USERS, TYPES = ".credtools-demo", "users.csv", "credential_types.csv"
DATABASE, EXPORT, RECIPE = "credtools.db", "exports/hr_export.csv", "recipes/hr.yaml"
SCANS = "scans"
FILES = (USERS, TYPES, DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", EXPORT, RECIPE)
USUAL_ROWS, FEWEST_ROWS = 2_000, 100  # PLAN counts for the usual number; in fewer rows not every fault has room

RECIPE_TEXT = """\
# How the export of the HR system becomes our file. What is wrong in it isn't mended here yet: that is for you.
schema: credentials
read: {heading_line: 4}
headings: {E-Mail Adresse: user_email, Qualification: credential_type, Issued on: issue_date,
  Valid until: expiration_date, Certificate no.: credential_number}
date_format: DD/MM/YYYY
media: "{user_email}_{credential_type}_{issue_date}"
"""
PREAMBLE = (("Personal – Qualifikationen, alle Standorte",), ("Stand: 31/10/2026",), ())
HEADINGS = (
    *("E-Mail Adresse", "Qualification", "Issued on", "Valid until", "Certificate no."),
    *("Department", "Remarks"),
)
EMAIL, TYPE, ISSUED, UNTIL, NUMBER, DEPARTMENT, REMARKS = range(7)
DEPARTMENTS = ("Küche", "Lager Süd", "Logística", "Qualité", "Drift & Vedlikehold", "Facility Services")
REMARKS_SEEN = (
    *([""] * 14),
    *("Präsenzkurs", "renewed – see file", "Kopie liegt vor; Original fehlt", 'Kurs "Plus"'),
    *("Trainer: José Núñez\nRaum 3", "verlängert\nnach Rückfrage\n(Hr. Weiß)"),
)


TYPES_TEXT = """\
Name,Expiry,Issue,Numbered,Approval required,Validity months,Media required
First Aid,required,required,no,,24,
Forklift,required,required,no,,60,
Working at Heights,required,required,no,,36,
Food Hygiene Level 2,optional,required,no,,36,
Electrical Licence,required,required,yes,yes,60,
Driving Licence C,required,required,yes,yes,60,
Confined Space Entry,required,required,no,,24,yes
Fire Warden,optional,required,no,,12,
Data Protection Basics,never,required,no,no,,
Apprenticeship Diploma,never,required,no,,,
Crane Operator,required,required,yes,,36,
Vaccination Record,optional,optional,no,,,
"""
KINDS = list(csv.DictReader(io.StringIO(TYPES_TEXT)))
SCANNED = {kind["Name"] for kind in KINDS if kind["Media required"] == "yes"}
SHARES = (5, 3, 2, 2, 2, 2, 1, 2, 2, 1, 1, 1)  # how often each of them stands in the export
FIRST_NAMES = """Ana Zoë Łukasz Søren Chloé Mateo Aylin Jürgen Priya Thảo Siobhán Björn Inês Kwame Yuki Fatima Dragan
    Noémie Øyvind Renée José Małgorzata Štefan Aisha Tomáš""".split()  # noqa: SIM905 - 25 words read better so
LAST_NAMES = """Silva Müller O’Connor Wójcik Sørensen Nuñez Şahin Håkansson Okafor Tanaka García Dvořák Lefèvre
    Brânză Kovács Großmann Eriksen Haddad Iyer Novák""".split()  # noqa: SIM905 - as above
NAMES = [(FIRST_NAMES[k % 25], LAST_NAMES[(k + k // 25 * 2) % 20]) for k in range(200)]

Row = list[str]


@dataclass(frozen=True)
class Demo:
    """A prepared demo; `planted`: for each blocking code, how many rows of the export carry it."""

    folder: Path
    registry: Registry
    export: Path
    recipe: Path
    planted: Mapping[str, int]


def prepare(folder: Path, rows: int = USUAL_ROWS, seed: int = 2026) -> Demo:
    """Makes the organisation, its registry, a recipe and an export of `rows` rows in `folder`.

    A folder that an earlier demo made is started anew. Raises CredtoolsError when the folder holds files of these
    names that no demo made, or when there are too few rows for all faults.
    """
    if rows < FEWEST_ROWS:
        raise CredtoolsError("demo_too_small", fewest=FEWEST_ROWS, rows=rows)
    _make_room(folder)
    rng = Random(seed)  # noqa: S311 - repeatable, not secret
    messy, right, planted = _messy_rows(rng, rows)
    _write(folder / USERS, _csv(_users(), ","))
    _write(folder / TYPES, TYPES_TEXT.encode())
    _write(folder / EXPORT, _csv([*PREAMBLE, HEADINGS, *messy], ";", "cp1252"))
    _write(folder / RECIPE, RECIPE_TEXT.encode())
    scans.write(folder / SCANS, [(row[EMAIL], row[TYPE], _iso(row[ISSUED])) for row in right if row[TYPE] in SCANNED])
    registry = create(str(folder / DATABASE), folder=str(folder))
    registry.set("date_format", "DD/MM/YYYY")
    registry.set("approval_required", value=True)
    registry.load("users", folder / USERS)
    registry.load("types", folder / TYPES)
    return Demo(folder, registry, folder / EXPORT, folder / RECIPE, planted)


def _make_room(folder: Path) -> None:
    """The folder, without what an earlier demo wrote; a file of somebody else is never touched."""
    if folder.exists() and not folder.is_dir():
        raise CredtoolsError("demo_in_file", folder=str(folder))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = [name for name in (*FILES, SCANS) if (folder / name).exists()]
    if found and not (folder / MARKER).exists():
        raise CredtoolsError("demo_in_use", folder=str(folder), name=found[0])
    _write(folder / MARKER, b"Made by the demo of credtools, which replaces its files when it is run again here.\n")
    for name in found:
        scans.remove(folder / name) if name == SCANS else (folder / name).unlink()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_bytes(content)


def _csv(rows: Iterable[Sequence[str]], delimiter: str, encoding: str = "utf-8") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode(encoding)


# --- what is right ------------------------------------------------------------------------------------------


def _email(name: tuple[str, str]) -> str:
    plain = ".".join(name).casefold().replace("ł", "l").replace("ø", "o").replace("’", "")
    return unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode() + "@example.org"


EMAILS = [_email(name) for name in NAMES]
GONE = EMAILS[24::25]  # who has left
ACTIVE = [email for email in EMAILS if email not in GONE]


def _users() -> list[Row]:
    rows = [["Email", "External ID", "Name", "Status", "Deactivated on"]]
    for number, (name, email) in enumerate(zip(NAMES, EMAILS, strict=True), 1001):
        state = ["deactivated", f"{number % 28 + 1:02}/09/2025"] if email in GONE else ["active", ""]
        rows.append([email, f"E-{number}", " ".join(name), *state])
    return rows


def _right_rows(rng: Random, count: int) -> list[Row]:
    """Rows without fault: many credentials in several versions, none twice with the same issue date."""
    rows: dict[tuple[str, ...], Row] = {}
    while len(rows) < count:
        kind = rng.choices(KINDS, SHARES)[0]
        name, email, months = kind["Name"], rng.choice(ACTIVE), kind["Validity months"]
        number = f"00{EMAILS.index(email)}{KINDS.index(kind):02}{rng.randint(1, 2)}"
        number = number if kind["Numbered"] == "yes" else ""
        issued = f"{rng.randint(1, 28):02}/{rng.randint(1, 12):02}/{rng.randint(2022, 2025)}"
        expires = months and (kind["Expiry"] == "required" or rng.random() < 0.5)
        until = _later(issued, int(months)) if expires else ""
        rest = [rng.choice(DEPARTMENTS), rng.choice(REMARKS_SEEN)]
        rows[email, name, number, issued] = [email, name, issued, until, number, *rest]
    return list(rows.values())


def _later(text: str, months: int) -> str:
    day, month, year = text.split("/")
    years, months_before = divmod(int(month) - 1 + months, 12)
    return f"{day}/{months_before + 1:02}/{int(year) + years}"


def _iso(text: str) -> str:
    return "-".join(reversed(text.split("/")))


def _without_zeros(text: str) -> str:
    return "/".join(part.lstrip("0") for part in text.split("/"))


# --- what goes wrong: a fault changes a row, and says whether it could befall that row ------------------------

Fault = Callable[[Row, Random], bool]


def becomes(column: int, *texts: str, of: Iterable[str] = ()) -> Fault:
    """The fault that a cell holds one of `texts`, in rows of these types (of any, when none is named)."""

    def fault(row: Row, rng: Random) -> bool:
        befalls = not of or row[TYPE] in of
        row[column] = rng.choice(texts)
        return befalls

    return fault


def mistyped_email(row: Row, _rng: Random) -> bool:
    typos = (("example.org", "exmaple.org"), (".org", ".ogr"), ("example", "exampel"), ("@", "@@"))
    place = ACTIVE.index(row[EMAIL])
    row[EMAIL] = row[EMAIL].replace(*typos[place % len(typos)])
    return place < len(typos)


def iso_dates(row: Row, _rng: Random) -> bool:
    row[ISSUED], row[UNTIL] = ("-".join(reversed(row[k].split("/"))) for k in (ISSUED, UNTIL))
    return True


def dotted_date(row: Row, _rng: Random) -> bool:
    row[ISSUED] = _without_zeros(row[ISSUED]).replace("/", ".")
    return True


def expired_before_issued(row: Row, _rng: Random) -> bool:
    befalls = bool(row[UNTIL])
    row[UNTIL] = _later(row[ISSUED], -12)
    return befalls


def unquoted_semicolon(row: Row, _rng: Random) -> bool:
    row[REMARKS:] = ["Kopie liegt vor", " Original fehlt"]
    return True


def cut_off(row: Row, _rng: Random) -> bool:
    del row[DEPARTMENT:]
    return True


frist_aid = becomes(TYPE, "Frist Aid", of=["First Aid"])
old_type = becomes(TYPE, "Gabelstaplerschein (alt)", of=["Forklift"])
pasted_line_end = becomes(TYPE, "Working\vat Heights", of=["Working at Heights"])  # a word processor's
stranger = becomes(EMAIL, "info@staffing.example", "kiosk.lager@example.org", "max.mustermann@example.org")
leaver = becomes(EMAIL, *GONE[:4])
no_email = becomes(EMAIL, "")
no_issue_date = becomes(ISSUED, "", of=[kind["Name"] for kind in KINDS if kind["Issue"] == "required"])
no_expiration_date = becomes(UNTIL, "", of=[kind["Name"] for kind in KINDS if kind["Expiry"] == "required"])
no_number = becomes(NUMBER, "", of=[kind["Name"] for kind in KINDS if kind["Numbered"] == "yes"])

# In how many of 2,000 rows which fault (or which two at once), and the code that each of them earns.
PLAN: tuple[tuple[int, dict[str, Fault]], ...] = (
    (60, {"credential_type_exists": frist_aid}),
    (38, {"date_format": iso_dates}),
    (18, {"user_exists": mistyped_email}),
    (16, {"credential_type_exists": old_type}),
    (14, {"user_exists": stranger}),
    (12, {"expires_after_issue": expired_before_issued}),
    (10, {"user_exists": leaver}),
    (10, {"date_format": dotted_date}),
    (6, {"value_required": no_expiration_date}),
    (5, {"value_required": no_number}),
    (5, {"field_count": unquoted_semicolon}),
    (4, {"value_required": no_email}),
    (4, {"value_required": no_issue_date}),
    (4, {"field_count": cut_off}),
    (3, {"value_readable": pasted_line_end}),
    (4, {"credential_type_exists": frist_aid, "date_format": iso_dates}),
    (3, {"user_exists": stranger, "expires_after_issue": expired_before_issued}),
    (2, {"value_required": no_email, "date_format": dotted_date}),
)
CONTRADICTIONS = 6  # pairs of rows: the same credential and issue date, another expiration date
REPEATS = 10  # rows that stand there twice, letter by letter: a warning, no error


def _messy_rows(rng: Random, count: int) -> tuple[list[Row], list[Row], dict[str, int]]:
    """`count` rows in any order with some blank lines between; what was right; how many rows carry which code."""
    contradictions, repeats = (max(1, round(k * count / USUAL_ROWS)) for k in (CONTRADICTIONS, REPEATS))
    right = _right_rows(rng, count - contradictions - repeats)
    meant, wrong = right, list[Row]()
    planted: Counter[str] = Counter()
    for wanted, faults in PLAN:
        left = max(1, round(wanted * count / USUAL_ROWS))
        untouched = []
        for row in right:
            changed = [*row]
            if left and all(fault(changed, rng) for fault in faults.values()):
                wrong.append(changed)
                planted.update(faults.keys())
                left -= 1
            else:
                untouched.append(row)
        right = untouched
    for row in [row for row in right if row[UNTIL]][:contradictions]:
        wrong.append([*row[:UNTIL], _later(row[UNTIL], 12), *row[NUMBER:]])
        planted["not_repeated"] += 2
    rows = [_as_people_write(row, rng) for row in (*wrong, *right)]
    rows += rows[-repeats:]
    rng.shuffle(rows)
    for blank in ([], [""] * len(HEADINGS), [], []):
        rows.insert(rng.randrange(count), blank)
    return rows, meant, dict(planted)


def _as_people_write(row: Row, rng: Random) -> Row:
    """The same row with what is no fault: other case, blanks too many, zeros missing."""
    email, name, *dates = row[:NUMBER]
    if rng.random() < 0.15:
        email = rng.choice((email.upper(), email.title(), f" {email} "))
    if rng.random() < 0.15:
        name = rng.choice((name.upper(), name.lower(), name.replace(" ", "\xa0 ")))
    dates = [_without_zeros(text) if rng.random() < 0.2 else text for text in dates]
    return [email, name, *dates, *row[NUMBER:]]
