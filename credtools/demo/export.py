"""Export: a messy file of an HR system, in which every fault was put on purpose and counted while it was."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from random import Random

from credtools.demo.scans import Certificate

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

HERE = Path(__file__).parent
KINDS = list(csv.DictReader((HERE / "credential_types.csv").read_text("utf-8").splitlines()))
SCANNED = {kind["Name"] for kind in KINDS if kind["Media required"] == "yes"}
SHARES = (5, 3, 2, 2, 2, 2, 1, 2, 2, 1, 1, 1)  # how often each of them occurs in the export
USERS = list(csv.DictReader((HERE / "users.csv").read_text("utf-8").splitlines()))
EMAILS = [user["Email"] for user in USERS]
NAMES = {user["Email"]: user["Name"] for user in USERS}
ACTIVE = [user["Email"] for user in USERS if user["Status"] == "active"]
GONE = [email for email in EMAILS if email not in ACTIVE]
USUAL_ROWS = 2_000  # for which PLAN counts

Row = list[str]


def messy_export(count: int, seed: int) -> tuple[bytes, list[Certificate], dict[str, int]]:
    """The bytes of an export of `count` rows; what there are scans of; how many rows have which code."""
    rows, meant, right, planted = _messy_rows(Random(seed), count)  # noqa: S311 - repeatable, not secret
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows([*PREAMBLE, HEADINGS, *rows])
    fine = {tuple(row) for row in right}
    scanned = [_certificate(row, right=tuple(row) in fine) for row in meant if row[TYPE] in SCANNED]
    return out.getvalue().encode("cp1252"), scanned, planted


def _certificate(row: Row, *, right: bool) -> Certificate:
    issued, expires = date.fromisoformat(_iso(row[ISSUED])), date.fromisoformat(_iso(row[UNTIL]))
    number = f"RLT-{issued:%y}{EMAILS.index(row[EMAIL]) + 1001}"
    return Certificate(row[EMAIL], NAMES[row[EMAIL]], row[TYPE], number, issued, expires, right)


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


# --- what goes wrong: a fault changes a row, and says whether it is possible in that row ------------------------

Fault = Callable[[Row, Random], bool]


def becomes(column: int, *texts: str, of: Iterable[str] = ()) -> Fault:
    """The fault that a cell holds one of `texts`, in rows of these types (of any, when none is named)."""

    def fault(row: Row, rng: Random) -> bool:
        possible = not of or row[TYPE] in of
        row[column] = rng.choice(texts)
        return possible

    return fault


def mistyped_email(row: Row, _rng: Random) -> bool:
    typos = (("example.org", "exmaple.org"), (".org", ".ogr"), ("example", "exampel"), ("@", "@@"))
    place = ACTIVE.index(row[EMAIL])
    row[EMAIL] = row[EMAIL].replace(*typos[place % len(typos)])
    return place < len(typos)


def iso_dates(row: Row, _rng: Random) -> bool:
    row[ISSUED], row[UNTIL] = _iso(row[ISSUED]), _iso(row[UNTIL])
    return True


def dotted_date(row: Row, _rng: Random) -> bool:
    row[ISSUED] = _without_zeros(row[ISSUED]).replace("/", ".")
    return True


def expired_before_issued(row: Row, _rng: Random) -> bool:
    possible = bool(row[UNTIL])
    row[UNTIL] = _later(row[ISSUED], -12)
    return possible


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
REPEATS = 10  # rows that are there twice, letter by letter: a warning, no error


def _messy_rows(rng: Random, count: int) -> tuple[list[Row], list[Row], list[Row], dict[str, int]]:
    """`count` rows in any order; what they were without faults, which of those have none; how many have which code."""
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
    contradicted = [row for row in right if row[UNTIL]][:contradictions]
    for row in contradicted:
        wrong.append([*row[:UNTIL], _later(row[UNTIL], 12), *row[NUMBER:]])
        planted["not_repeated"] += 2
    rows = [_as_people_write(row, rng) for row in (*wrong, *right)]
    rows += rows[-repeats:]
    rng.shuffle(rows)
    for blank in ([], [""] * len(HEADINGS), [], []):
        rows.insert(rng.randrange(count), blank)
    return rows, meant, [row for row in right if row not in contradicted], dict(planted)


def _as_people_write(row: Row, rng: Random) -> Row:
    """The same row with what is no fault: another case, extra blanks, missing zeros."""
    email, name, *dates = row[:NUMBER]
    if rng.random() < 0.15:
        email = rng.choice((email.upper(), email.title(), f" {email} "))
    if rng.random() < 0.15:
        name = rng.choice((name.upper(), name.lower(), name.replace(" ", "\xa0 ")))
    dates = [_without_zeros(text) if rng.random() < 0.2 else text for text in dates]
    return [email, name, *dates, *row[NUMBER:]]
