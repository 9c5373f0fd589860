"""Layouts in the manner of others: solemn prose with its days in words, letters, cards and lists of few words.

Written before what reads them, and measured first. Each draws what a truth says and gives the columns that it says.
"""

from __future__ import annotations

import random
import unicodedata
from datetime import date

from tests.certificates.days import month, writer
from tests.certificates.layouts import ALL, Drawn, Layout
from tests.certificates.sheet import A4, CARD, Sheet
from tests.certificates.truth import Truth
from tests.certificates.words import english_year, french, german_day, german_year, ordinal, spanish

SHORT = {
    "First Aid at Work": "Work First Aid",
    "ISO 9001 Internal Auditor": "Internal Auditor, ISO 9001:2015",
    "ISO 9001 Lead Auditor": "Lead Auditor – ISO 9001",
    "ISO 14001 Internal Auditor": "Internal Auditor (ISO 14001)",
    "Bachelor of Science in Nursing": "BSc in Nursing",
    "Master of Science in Nursing": "MSc in Nursing",
    "Food Hygiene Level 2": "Level 2 Food Hygiene",
    "Food Hygiene Level 3": "Level 3 Food Hygiene",
    "Forklift Truck Operator": "Forklift Truck Operators",
    "Working at Height": "Work at Height",
    "Confined Space Entry": "Entry to Confined Spaces",
}


def diploma(chance: random.Random, said: Truth) -> Drawn:
    """A solemn diploma: every day in words, the name in capitals with its titles."""
    sheet = Sheet((A4[1], A4[0]), "DejaVuSerif")
    sheet.middle("THE SENATE OF THE NORTHERN INSTITUTE", 15, 34)
    sheet.middle("To all to whom these presents shall come, greeting. Be it known that", 10, 30)
    sheet.middle(f"{chance.choice(('', 'Dr. ', 'Mr ', 'Ms '))}{said.name.upper()}", 20, 30)
    sheet.middle("having fulfilled every requirement has this day been admitted to the standing of", 10, 28)
    sheet.middle(said.kind, 17, 40)
    form = chance.choice(
        (
            lambda d: f"the {ordinal(d.day)} day of {month(d, 'en')}, {english_year(d.year)}",
            lambda d: f"{month(d, 'en')} {ordinal(d.day)}, {english_year(d.year)}",
            lambda d: f"the {ordinal(d.day)} of {month(d, 'en')} in the year {english_year(d.year)}",
            lambda d: f"the {ordinal(d.day)} day of {month(d, 'en')} {d.year}",
        )
    )
    sheet.middle(f"Given under our seal on {form(said.issued)}.", 10, 20)
    sheet.middle(f"This standing expires on {form(said.expires)}.", 10, 50)
    sheet.at(80, f"Register no. {said.number}", 8)
    sheet.at(560, f"{said.trainer}, Registrar", 8)
    return sheet.content(), ALL


def urkunde(chance: random.Random, said: Truth) -> Drawn:
    """A German deed: days partly or wholly in words, the family name first."""
    sheet = Sheet(font="DejaVuSerif")
    words = chance.random() < 0.6

    def day(one: date) -> str:
        return f"{german_day(one.day)} {month(one, 'de')} {german_year(one.year) if words else one.year}"

    sheet.middle("U R K U N D E", 22, 50)
    sheet.middle("Die Kammer für Handwerk verleiht", 11, 30)
    sheet.middle(f"{chance.choice(('Herrn ', 'Frau ', 'Dipl.-Ing. ', ''))}{said.name}", 18, 30)
    sheet.middle("die Bezeichnung", 11, 26)
    sheet.middle(said.kind, 16, 40)
    sheet.at(60, f"Ausgestellt zu Köln am {day(said.issued)}.", 10, 20)
    sheet.at(60, f"Gültig bis zum {day(said.expires)}.", 10, 20)
    sheet.at(60, f"Urkundenrolle Nr. {said.number}", 10, 60)
    sheet.at(330, f"{said.trainer}, Präsident der Kammer", 9)
    return sheet.content(), ALL


def brevet(chance: random.Random, said: Truth) -> Drawn:
    """A French deed: '1er mars deux mille vingt-six'."""
    sheet = Sheet(font="DejaVuSerif")
    full = chance.random() < 0.5

    def day(one: date) -> str:
        first = french(one.day) if full and one.day > 1 else "premier" if full else "1er" if one.day == 1 else one.day
        return f"{first} {month(one, 'fr')} deux mille {french(one.year - 2000)}"

    sheet.middle("BREVET", 24, 40)
    sheet.middle("Nous soussignés certifions que", 11, 26)
    sheet.middle(f"{chance.choice(('M. ', 'Mme ', ''))}{said.given} {said.family.upper()}", 16, 26)
    sheet.middle("a subi avec succès les épreuves du titre", 11, 26)
    sheet.middle(f"« {said.kind} »", 15, 40)
    sheet.at(60, f"Fait à Lyon, le {day(said.issued)}", 10, 20)
    sheet.at(60, f"Valable jusqu'au {day(said.expires)}", 10, 20)
    sheet.at(60, f"Brevet n° {said.number}", 10, 50)
    sheet.at(330, f"Le président du jury, {said.trainer}", 9)
    return sheet.content(), ALL


def titulo(chance: random.Random, said: Truth) -> Drawn:
    """A Spanish title: days in words."""
    sheet = Sheet(font="DejaVuSerif")
    full = chance.random() < 0.5

    def day(one: date) -> str:
        first = ("primero" if one.day == 1 else spanish(one.day)) if full else str(one.day)
        return f"{first} de {month(one, 'es')} de dos mil {spanish(one.year - 2000)}"

    sheet.middle("TÍTULO", 24, 40)
    sheet.middle("Otorgado a", 11, 26)
    sheet.middle(said.name, 18, 30)
    sheet.middle("por haber completado el programa", 11, 26)
    sheet.middle(said.kind, 15, 40)
    sheet.at(60, f"Expedido el {day(said.issued)}", 10, 20)
    sheet.at(60, f"Vigente hasta el {day(said.expires)}", 10, 20)
    sheet.at(60, f"Registro: {said.number}", 10, 50)
    sheet.at(330, f"{said.trainer}, Rector", 9)
    return sheet.content(), ALL


def letter(chance: random.Random, said: Truth) -> Drawn:
    """A letter that calls its reader by the first name alone."""
    sheet, day = Sheet(), writer(chance, "en")
    sheet.at(60, "Harbour Training Ltd · 4 Quay Street · Bristol", 8, 50)
    sheet.at(60, f"Dear {said.given},", 11, 26)
    sheet.prose(60, f"Congratulations on passing {said.kind}! Your new certificate {said.number} was issued on")
    sheet.prose(60, f"{day(said.issued)} and you will have to renew it before {day(said.expires)}.")
    sheet.y += 20
    sheet.at(60, "Kind regards,", 11, 30)
    sheet.at(60, said.trainer, 11, 14)
    sheet.at(60, "Customer Care", 9)
    return sheet.content(), ALL


def wallet(chance: random.Random, said: Truth) -> Drawn:
    """A wallet card: initials between names, abbreviated labels on one line."""
    sheet, day = Sheet(CARD), writer(chance, "en")
    middle = chance.choice(("J. ", "A. ", "", "M. "))
    sheet.at(14, SHORT.get(said.kind, said.kind).upper(), 10, 18, "DejaVuSans-Bold")
    form = chance.choice(
        (f"{said.given} {middle}{said.family}", f"{said.family.upper()}, {said.given} {middle}".strip())
    )
    sheet.at(14, form, 12, 22, "DejaVuSans-Bold")
    sheet.at(14, f"Lic# {said.number}", 8)
    sheet.at(150, f"Iss {day(said.issued)}", 8)
    sheet.at(250, f"Exp {day(said.expires)}", 8, 20)
    sheet.at(14, f"Auth. by {said.trainer} · State Board of Trades", 6)
    return sheet.content(), ALL - {"credential_type"} if said.kind in SHORT else ALL


def reworded(chance: random.Random, said: Truth) -> Drawn:
    """A certificate that calls its type in other words than the organisation does."""
    sheet, day = Sheet(), writer(chance, "en")
    sheet.middle("Certificate of Competence", 20, 40)
    sheet.middle("awarded to", 10, 24)
    sheet.middle(f"{said.name}{chance.choice(('', ', MSc', ', PhD', ' Jr.'))}", 18, 30)
    sheet.middle(SHORT.get(said.kind, said.kind), 16, 40)
    sheet.at(60, f"Certificate number: {said.number}", 10, 18)
    sheet.at(60, f"Date issued: {day(said.issued)}", 10, 18)
    sheet.at(60, f"Valid until: {day(said.expires)}", 10, 50)
    sheet.at(330, f"Assessor: {said.trainer}", 9)
    return sheet.content(), ALL


def ascii_only(chance: random.Random, said: Truth) -> Drawn:
    """A print of an old program: no accents, everything in capitals, ä is AE."""
    sheet, day = Sheet(), writer(chance, "en")
    table = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "Ø": "OE", "å": "aa", "ß": "ss", "\u0131": "i"})
    bare = unicodedata.normalize("NFKD", said.name.translate(table).replace("ł", "l"))
    name = "".join(one for one in bare if one.isascii()).upper()
    sheet.at(40, "TRAINING RECORD", 12, 24)
    sheet.pairs(
        40,
        200,
        (
            ("EMPLOYEE", name),
            ("QUALIFICATION", said.kind.upper()),
            ("CERT NO", said.number),
            ("ISSUED", day(said.issued)),
            ("EXPIRES", day(said.expires)),
            ("INSTRUCTOR", said.trainer.upper()),
            ("PRINTED", day(date(2026, 11, 3))),
        ),
        9,
    )
    return sheet.content(), ALL


def table_of_others(chance: random.Random, said: Truth) -> Drawn:
    """A list of those who passed, by given name and family name, with a line for each."""
    sheet, day = Sheet(), writer(chance, "en")
    sheet.at(50, f"{said.kind}: list of successful candidates", 14, 30)
    rows = [
        (said.family, said.given, said.number, day(said.issued), day(said.expires)),
        (said.other.split()[-1], said.other.split()[0], said.other_number, day(said.issued), day(said.expires)),
    ]
    chance.shuffle(rows)
    heads = ("Last name", "First name", "Cert. no.", "Issued", "Expires")
    sheet.table((50, 170, 270, 370, 460), [heads, *rows])
    sheet.y += 20
    sheet.at(50, f"Head of examinations: {said.trainer}", 9)
    return sheet.content(), ALL


def headed(chance: random.Random, said: Truth) -> Drawn:
    """A small certificate: the heading over the label, captions under the values."""
    sheet, day = Sheet((420, 298)), writer(chance, "en")
    sheet.middle("Safety Training Council", 12, 22)
    sheet.middle("This is to certify that", 9, 20)
    sheet.middle(said.name, 16, 14)
    sheet.middle("(name of participant)", 7, 22)
    sheet.middle(f"took part in {said.kind}", 11, 30)
    sheet.stacked(
        ((30, day(said.issued), "Date of issue"), (170, day(said.expires), "Expiry date"), (300, said.number, "No.")),
        caption=True,
    )
    sheet.at(30, f"Signed: {said.trainer}", 8)
    return sheet.content(), ALL


def transcript(chance: random.Random, said: Truth) -> Drawn:
    """A transcript of a learning platform: key and value in one line each, no table."""
    sheet, day = Sheet(), writer(chance, "en")
    sheet.at(50, "Completion record", 16, 30)
    for line in (
        f"Learner ... {said.name}",
        f"Learning item ... {said.kind}",
        f"Completed ... {day(said.issued)}",
        f"Certification lapses ... {day(said.expires)}",
        f"Record ID ... {said.number}",
        f"Approved by ... {said.trainer}",
        "Score ... 93 of 100",
    ):
        sheet.at(50, line, 10, 16)
    return sheet.content(), ALL


THIRD: tuple[Layout, ...] = (
    *(diploma, urkunde, brevet, titulo, letter, wallet, reworded),
    *(ascii_only, table_of_others, headed, transcript),
)
