"""Layouts of certificates as people have them: courses, cards, licences, degrees. Each gives what it says."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

from tests.certificates.days import ORDINAL, month, writer
from tests.certificates.sheet import A4, CARD, Sheet
from tests.certificates.truth import COLUMNS, Truth

ALL = frozenset(COLUMNS)
Drawn = tuple[bytes, frozenset[str]]
Layout = Callable[[random.Random, Truth], Drawn]


def _nth(said: Truth) -> str:
    return f"{said.issued.day}{ORDINAL.get(said.issued.day, 'th')}"


def course(chance: random.Random, said: Truth) -> Drawn:
    """This is to certify that … on the 1st day of March 2026."""
    sheet, day = Sheet(font="DejaVuSerif"), writer(chance, "en")
    sheet.middle("Harbour Safety Training Ltd", 10, 60)
    sheet.middle("CERTIFICATE OF COMPLETION", 20, 50, spaced=chance.choice((0, 5, 9)))
    sheet.middle("This is to certify that", 11, 30)
    sheet.middle(said.name if chance.random() < 0.7 else said.name.upper(), 20, 34)
    sheet.middle("has successfully completed", 11, 28)
    sheet.middle(said.kind, 16, 30)
    ordinal = (
        f"{said.issued.day}{ORDINAL.get(said.issued.day, 'th')} day of {month(said.issued, 'en')} {said.issued.year}"
    )
    sheet.middle(f"on this {ordinal}" if chance.random() < 0.5 else f"on {day(said.issued)}", 11, 60)
    sheet.at(60, f"Certificate No: {said.number}", 10)
    sheet.at(330, f"Valid until: {day(said.expires)}", 10, 70)
    sheet.at(60, said.trainer, 10)
    sheet.at(330, f"Dr. {said.other}", 10, 13)
    sheet.at(60, "Lead Trainer", 8)
    sheet.at(330, "Managing Director", 8, 60)
    sheet.middle("Form 12-B rev. 03/2019 · Tel. +44 20 7946 0123 · © 2017 Harbour Safety Training", 7)
    return sheet.content(), ALL


def card(chance: random.Random, said: Truth) -> Drawn:
    """A first-aid card: label and value in two columns."""
    sheet, day = Sheet(CARD), writer(chance, "en")
    sheet.at(16, "RESCUE COLLEGE", 9, 18, "DejaVuSans-Bold")
    sheet.at(16, said.kind, 12, 20, "DejaVuSans-Bold")
    rows = (
        ("Name", said.name),
        (chance.choice(("Date of birth", "DOB")), day(said.born)),
        (chance.choice(("Card no.", "Certificate number", "Cert #")), said.number),
        (chance.choice(("Issued", "Date issued", "Issue date:")), day(said.issued)),
        (chance.choice(("Expires", "Expiry date", "Valid through", "Renew by")), day(said.expires)),
        ("Instructor", f"{said.trainer} ({said.other_number})"),
    )
    sheet.pairs(16, 130, rows, 9)
    sheet.at(16, "If found please return to PO Box 4711, Leeds LS1 4AP. Printed 02/2018", 5)
    return sheet.content(), ALL


def licence(chance: random.Random, said: Truth) -> Drawn:
    """A licence with numbered fields, as on European driving licences."""
    sheet, day = Sheet(CARD), writer(chance, "en")
    sheet.at(16, said.kind.upper(), 11, 20, "DejaVuSans-Bold")
    apart = chance.choice((" ", "  "))
    for text in (f"1.{apart}{said.family}", f"2.{apart}{said.given}", f"3.{apart}{day(said.born)}  LEEDS"):
        sheet.at(20, text, 10, 15)
    sheet.at(20, f"4a.{apart}{day(said.issued)}", 10)
    sheet.at(170, "4c.  DVLA", 10, 15)
    sheet.at(20, f"4b.{apart}{day(said.expires)}", 10, 15)
    sheet.at(20, f"5.{apart}{said.number}", 10, 22)
    sheet.at(20, "9.  AM/B/B1/BE", 10)
    return sheet.content(), ALL


def forklift(chance: random.Random, said: Truth) -> Drawn:
    """An operator's permit: captions under their values."""
    sheet, day = Sheet(), writer(chance, "en")
    sheet.middle("OPERATOR PERMIT", 18, 40, "DejaVuSans-Bold")
    sheet.middle(said.kind, 14, 50)
    sheet.stacked(((60, said.name, "Name of operator"), (330, day(said.born), "Date of birth")), 11, caption=True)
    sheet.y += 12
    sheet.stacked(((60, said.number, "Licence number"), (330, "B1, B2, D1", "Categories")), 11, caption=True)
    sheet.y += 12
    sheet.stacked(((60, day(said.issued), "Date of issue"), (330, day(said.expires), "Expiry date")), 11, caption=True)
    sheet.y += 30
    sheet.stacked(((60, said.trainer, "Examiner"), (330, f"ORD {said.other_number}", "Order number")), 11, caption=True)
    return sheet.content(), ALL


def degree(chance: random.Random, said: Truth) -> Drawn:
    """A degree: prose in the middle, no expiration."""
    sheet = Sheet((A4[1], A4[0]), "DejaVuSerif")
    sheet.middle("THE UNIVERSITY OF NORTHSHIRE", 22, 46, spaced=chance.choice((0, 4)))
    sheet.middle("By the authority of the Senate, and upon the recommendation of the Faculty,", 11, 22)
    sheet.middle("hereby confers upon", 11, 36)
    sheet.middle(said.name, 24, 40)
    sheet.middle("the degree of", 11, 30)
    sheet.middle(said.kind, 20, 36)
    sheet.middle("with all the rights and privileges thereto appertaining.", 11, 24)
    text = f"Given this {_nth(said)} day of {month(said.issued, 'en')}, {said.issued.year}"
    sheet.middle(text if chance.random() < 0.6 else f"Conferred on {writer(chance, 'en')(said.issued)}", 11, 60)
    sheet.at(120, said.trainer, 10)
    sheet.at(520, said.other, 10, 14)
    sheet.at(120, "Chancellor", 9)
    sheet.at(520, "Registrar", 9, 30)
    sheet.at(120, f"Diploma number {said.number}", 8)
    sheet.at(520, "Founded 1892", 8)
    return sheet.content(), ALL - {"expiration_date"}


def letter(chance: random.Random, said: Truth) -> Drawn:
    """A letter about continuing education: prose, broken lines, the day of the letter."""
    sheet, day = Sheet(), writer(chance, "en")
    sheet.at(60, "Royal Institute of Practice", 12, 16, "DejaVuSans-Bold")
    sheet.at(60, "12 Queen Square, London WC1N 3AR · +44 (0)20 7946 0991", 8, 40)
    sheet.at(60, f"Letter date: {day(said.issued + timedelta(days=4))}", 10, 16)
    sheet.at(60, f"Our reference: {said.other_number}", 10, 36)
    sheet.at(60, f"Dear {chance.choice(('Dr ', 'Ms ', ''))}{said.name},", 11, 26)
    sheet.prose(
        60,
        f"We are pleased to confirm that you completed {said.kind} on {day(said.issued)} and were awarded 12 CPD "
        f"points. Your certificate (no. {said.number}) is valid until {day(said.expires)}. Please keep this letter "
        "for your records; points count towards the cycle 2018/2019.",
        chance.choice((60, 72, 84)),
    )
    sheet.y += 40
    sheet.at(60, "Yours sincerely,", 11, 40)
    sheet.at(60, said.trainer, 11, 14)
    sheet.at(60, "Head of Professional Development", 9)
    return sheet.content(), ALL


def iso(chance: random.Random, said: Truth) -> Drawn:
    """A bilingual certificate of an auditor: German and English labels beside each other."""
    sheet, day = Sheet(), writer(chance, "de")
    sheet.middle("ZERTIFIKAT · CERTIFICATE", 20, 44, "DejaVuSans-Bold")
    rows = (
        ("Name / Name", said.name),
        ("Geburtsdatum / Date of birth", day(said.born)),
        ("Qualifikation / Qualification", said.kind),
        ("Schulung / Training", f"{day(said.course)} – {day(said.course + timedelta(days=3))}"),
        ("Zertifikatsnummer / Certificate no.", said.number),
        ("Ausstellungsdatum / Date of issue", day(said.issued)),
        ("Gültig bis / Valid until", day(said.expires)),
    )
    sheet.pairs(60, 300, rows, 10)
    sheet.y += 60
    sheet.at(60, said.trainer, 9, 12)
    sheet.at(60, "Leiter der Zertifizierungsstelle / Head of certification body", 7, 50)
    sheet.at(60, "Prüfgesellschaft mbH · Am Markt 1 · 50667 Köln · HRB 12345 · F-QM-017 Rev. 4 (01.07.2016)", 6)
    return sheet.content(), ALL


def transcript(chance: random.Random, said: Truth) -> Drawn:
    """A matrix: several courses of one person, with their days and numbers."""
    sheet, day = Sheet(), writer(chance, "en")
    sheet.at(50, "TRAINING RECORD", 16, 24, "DejaVuSans-Bold")
    sheet.at(50, f"Employee: {said.name}", 10, 16)
    sheet.at(50, f"Employee No: {chance.randrange(1000, 9999)}", 10, 16)
    sheet.at(50, f"Printed: {day(said.issued + timedelta(days=40))}", 10, 30)
    heads = chance.choice(
        (("Course", "Completed", "Expires", "Certificate No."), ("Qualification", "Issue date", "Valid to", "Number"))
    )
    mine = (said.kind, day(said.issued), day(said.expires), said.number)
    pool = [one for one in ("Fire Warden", "Manual Handling", "Safety Passport", "Crane Operator") if one != said.kind]
    others = []
    for k, one in enumerate(chance.sample(pool, 2)):
        issued, expires = said.issued - timedelta(days=200 + 31 * k), said.expires + timedelta(days=41 + 17 * k)
        others.append((one, day(issued), day(expires), f"TR-{k}{said.issued:%y}7"))
    rows = [mine, *others]
    chance.shuffle(rows)
    sheet.table((40, 220, 335, 455), [heads, *rows], 8)
    sheet.y += 40
    sheet.at(50, f"Training coordinator: {said.trainer}", 9)
    return sheet.content(), ALL


LAYOUTS: tuple[Layout, ...] = (course, card, licence, forklift, degree, letter, iso, transcript)
