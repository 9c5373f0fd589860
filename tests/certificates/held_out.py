"""Layouts that comparing was never tuned on: written before it, and only measured.

Each draws what a truth says and gives the columns that it says.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

from tests.certificates.days import writer
from tests.certificates.sheet import A4, Sheet
from tests.certificates.truth import COLUMNS, Truth

ALL = frozenset(COLUMNS)
Layout = Callable[[random.Random, Truth], tuple[bytes, frozenset[str]]]


def platform(chance: random.Random, said: Truth) -> tuple[bytes, frozenset[str]]:
    """A learning platform: landscape, a sentence in the middle, small stacks at the foot."""
    sheet, day = Sheet((A4[1], A4[0])), writer(chance, "en")
    sheet.y = 90
    sheet.middle("Certificate of Achievement", 26, 60, "DejaVuSerif")
    sheet.middle("Proudly presented to", 11, 40)
    sheet.middle(said.name, 22, 40, "DejaVuSans-Bold")
    sheet.middle("who has earned the credential", 11, 34)
    sheet.middle(said.kind, 18, 90, "DejaVuSerif")
    issued, expires = day(said.issued), day(said.expires)
    sheet.stacked(((90, "ISSUE DATE", issued), (330, "EXPIRES ON", expires), (570, "CREDENTIAL ID", said.number)))
    sheet.middle(f"© {said.issued.year} Learnwell Inc. · verify at https://learnwell.example/c/{said.other_number}", 7)
    return sheet.content(), ALL


def italian(chance: random.Random, said: Truth) -> tuple[bytes, frozenset[str]]:
    """An Italian attestation in prose."""
    sheet, day = Sheet(font="DejaVuSerif"), writer(chance, "it")
    sheet.middle("Centro Formazione Lombardia S.r.l.", 10, 14)
    sheet.middle("Via Garibaldi 12, 20121 Milano – Tel. 02 8765 4321", 8, 50)
    sheet.middle("ATTESTATO DI FORMAZIONE", 20, 24)
    sheet.middle(f"N. {said.number}", 12, 36)
    start = day(said.course)
    sheet.middle("Si attesta che", 11, 24)
    sheet.middle(said.name.upper(), 16, 20)
    sheet.middle(f"nato a Torino il {day(said.born)}", 10, 30)
    sheet.middle("ha frequentato con esito positivo il corso", 11, 24)
    sheet.middle(said.kind, 14, 26)
    sheet.middle(f"svoltosi a Milano dal {start} al {day(said.course + timedelta(days=2))}", 10, 40)
    sheet.at(60, f"Valido fino al {day(said.expires)}", 10, 40)
    sheet.at(60, f"Data di rilascio: {day(said.issued)}", 10, 50)
    sheet.at(360, "Il Direttore", 9, 14)
    sheet.at(360, said.trainer, 9)
    return sheet.content(), ALL


def welder(chance: random.Random, said: Truth) -> tuple[bytes, frozenset[str]]:
    """A dense qualification form with boxes and prolongations."""
    sheet, day = Sheet(), writer(chance, "en")
    sheet.middle("QUALIFICATION TEST CERTIFICATE", 15, 26, "DejaVuSans-Bold")
    sheet.at(50, "Form QT-7 rev. 02/2018", 7, 22)
    rows = (
        ("Certificate No.", said.number),
        ("Qualification", said.kind),
        ("Candidate's name", said.name),
        ("Identification", f"ID card {said.other_number}"),
        ("Date and place of birth", f"{day(said.born)}, Leeds"),
        ("Employer", "Northern Steelworks Ltd"),
        ("Code / testing standard", "EN ISO 9606-1:2017"),
        ("Date of test", day(said.course)),
        ("Date of issue", day(said.issued)),
        ("Validity of qualification until", day(said.expires)),
    )
    sheet.pairs(50, 260, rows, 9)
    sheet.y += 20
    sheet.at(50, "Name of examiner", 8)
    sheet.at(260, said.trainer, 8, 18)
    sheet.at(50, "Prolongation for qualification by employer for the following 6 months", 8, 16)
    sheet.table((50, 180, 330), (("Date", "Signature", "Position or title"), ("", "", "")), 8)
    return sheet.content(), ALL


def ecard(chance: random.Random, said: Truth) -> tuple[bytes, frozenset[str]]:
    """An eCard: label over value in two columns, instructor and centre with their own IDs."""
    sheet, day = Sheet((360, 230)), writer(chance, "en")
    sheet.at(20, said.kind.upper(), 13, 16, "DejaVuSans-Bold")
    sheet.at(20, "Provider", 8, 22)
    sheet.at(20, said.name, 12, 14, "DejaVuSans-Bold")
    sheet.at(20, "has successfully completed the cognitive and skills evaluations of the programme.", 6, 20)
    sheet.stacked(((20, "Issue Date", day(said.issued)), (190, "Recommended Renewal Date", day(said.expires))), 9)
    sheet.stacked(((20, "Training Center Name", "City Heart Clinic"), (190, "Instructor Name", said.trainer)), 9)
    sheet.stacked(((20, "Training Center ID", "TX05421"), (190, "eCard Code", said.number)), 9)
    return sheet.content(), ALL


def german(chance: random.Random, said: Truth) -> tuple[bytes, frozenset[str]]:
    """A German attestation: spaced heading, prose, the next instruction's day."""
    sheet, day = Sheet(), writer(chance, "de")
    sheet.at(60, "Akademie für Arbeitsschutz GmbH · Hafenstraße 7 · 20457 Hamburg", 8, 60)
    sheet.middle("BESCHEINIGUNG", 22, 50, spaced=8)
    sheet.middle("Herr/Frau", 10, 20)
    sheet.middle(said.name, 17, 20, "DejaVuSans-Bold")
    sheet.middle(f"geb. am {day(said.born)}", 10, 30)
    sheet.middle(f"hat vom {day(said.course)} bis {day(said.course + timedelta(days=2))} an der Ausbildung", 11, 22)
    sheet.middle(f"„{said.kind}“", 14, 22)
    sheet.middle("mit Erfolg teilgenommen.", 11, 40)
    sheet.at(60, f"Bescheinigungs-Nr.: {said.number}", 10, 18)
    sheet.at(60, f"Nächste Auffrischung fällig bis: {day(said.expires)}", 10, 60)
    sheet.at(60, f"Hamburg, den {day(said.issued)}", 10)
    sheet.at(360, said.trainer, 10, 13)
    sheet.at(360, "Ausbilder", 8)
    return sheet.content(), ALL


def dutch(chance: random.Random, said: Truth) -> tuple[bytes, frozenset[str]]:
    """A Dutch diploma: family name and given name apart, captions right of one another."""
    sheet, day = Sheet((420, 298)), writer(chance, "nl")
    sheet.y = 40
    sheet.at(24, "DIPLOMA", 20, 26, "DejaVuSans-Bold")
    sheet.at(24, said.kind, 13, 24)
    rows = (
        ("Achternaam", said.family),
        ("Voornamen", said.given),
        ("Geboortedatum", day(said.born)),
        ("Diplomanummer", said.number),
        ("Datum afgifte", day(said.issued)),
        ("Geldig tot", day(said.expires)),
    )
    sheet.pairs(24, 150, rows, 10)
    sheet.y += 12
    sheet.at(24, f"Examenleider: {said.trainer}", 8, 12)
    sheet.at(24, "Examencentrum 0417 – drukdatum sjabloon 01-2020", 6)
    return sheet.content(), ALL


def swedish(chance: random.Random, said: Truth) -> tuple[bytes, frozenset[str]]:
    """A Swedish diploma: the name between two lines of prose."""
    sheet, day = Sheet(font="DejaVuSerif"), writer(chance, "sv")
    sheet.middle("KURSINTYG", 26, 50)
    sheet.middle("Härmed intygas att", 11, 34)
    sheet.middle(said.name, 18, 34)
    sheet.middle("med godkänt resultat har genomfört utbildningen", 11, 30)
    sheet.middle(said.kind, 16, 60)
    sheet.at(60, f"Utfärdat: {day(said.issued)}", 10, 18)
    sheet.at(60, f"Giltigt till: {day(said.expires)}", 10, 18)
    sheet.at(60, f"Intygsnummer: {said.number}", 10, 60)
    sheet.at(360, said.trainer, 10, 13)
    sheet.at(360, "Kursledare", 8)
    return sheet.content(), ALL


def turkish(chance: random.Random, said: Truth) -> tuple[bytes, frozenset[str]]:
    """A Turkish card: the name by itself, small labels over their values."""
    sheet, day = Sheet((340, 215)), writer(chance, "tr")
    sheet.middle("OPERATÖRLÜK BELGESİ", 11, 26, "DejaVuSans-Bold")
    sheet.middle(said.name, 15, 22, "DejaVuSans-Bold")
    sheet.middle(said.kind, 11, 28)
    sheet.stacked(((20, "VERİLİŞ TARİHİ", day(said.issued)), (180, "GEÇERLİLİK TARİHİ", day(said.expires))), 10)
    sheet.stacked(((20, "BELGE NO", said.number), (180, "DOĞUM TARİHİ", day(said.born))), 10)
    sheet.at(20, f"Eğitmen: {said.trainer}", 7)
    return sheet.content(), ALL


def romanian(chance: random.Random, said: Truth) -> tuple[bytes, frozenset[str]]:
    """A Romanian certificate in prose."""
    sheet, day = Sheet(), writer(chance, "ro")
    sheet.middle("CERTIFICAT DE ABSOLVIRE", 20, 40, "DejaVuSans-Bold")
    sheet.middle(f"Nr. {said.number}", 11, 40)
    sheet.prose(60, f"Se certifică prin prezenta că dl/dna {said.name}, născut(ă) la data de {day(said.born)},")
    sheet.at(60, "a absolvit programul de formare profesională", 11, 24)
    sheet.middle(said.kind, 15, 26)
    sheet.at(60, f"organizat în perioada {day(said.course)} – {day(said.course + timedelta(days=2))}.", 11, 40)
    sheet.at(60, f"Data eliberării: {day(said.issued)}", 10, 18)
    sheet.at(60, f"Valabil până la: {day(said.expires)}", 10, 50)
    sheet.at(360, f"Formator: {said.trainer}", 9)
    return sheet.content(), ALL


def slovak(chance: random.Random, said: Truth) -> tuple[bytes, frozenset[str]]:
    """A Slovak licence: family name and given name in fields of their own."""
    sheet, day = Sheet((420, 298)), writer(chance, "sk")
    sheet.at(24, "PREUKAZ ODBORNEJ SPÔSOBILOSTI", 14, 30, "DejaVuSans-Bold")
    rows = (
        ("Priezvisko:", said.family),
        ("Meno:", said.given),
        ("Dátum narodenia:", day(said.born)),
        ("Druh oprávnenia:", said.kind),
        ("Číslo preukazu:", said.number),
        ("Dátum vydania:", day(said.issued)),
        ("Platnosť do:", day(said.expires)),
    )
    sheet.pairs(24, 170, rows, 10)
    sheet.at(24, f"Školiteľ: {said.trainer}", 8)
    return sheet.content(), ALL


def ukrainian(chance: random.Random, said: Truth) -> tuple[bytes, frozenset[str]]:
    """A Ukrainian attestation."""
    sheet, day = Sheet(), writer(chance, "uk")
    sheet.middle(f"ПОСВІДЧЕННЯ № {said.number}", 18, 50)
    sheet.at(60, f"Видане: {said.name}", 12, 26)
    sheet.at(60, "про те, що він (вона) пройшов (пройшла) навчання за програмою", 11, 26)
    sheet.middle(said.kind, 14, 40)
    sheet.at(60, f"Дата видачі: {day(said.issued)}", 11, 20)
    sheet.at(60, f"Дійсне до: {day(said.expires)}", 11, 60)
    sheet.at(60, f"Голова комісії {said.trainer}", 9)
    return sheet.content(), ALL


def danish(chance: random.Random, said: Truth) -> tuple[bytes, frozenset[str]]:
    """A Danish card: type, then family name first, nothing said of either."""
    sheet, day = Sheet((340, 215)), writer(chance, "da")
    sheet.at(20, said.kind, 13, 24, "DejaVuSans-Bold")
    sheet.at(20, f"{said.family.upper()}, {said.given}", 14, 26)
    sheet.at(20, f"Udstedt den {day(said.issued)}", 9, 16)
    sheet.at(20, f"Gyldigt til {day(said.expires)}", 9, 16)
    sheet.at(20, f"Certifikatnr. {said.number}", 9, 30)
    sheet.at(20, f"Instruktør: {said.trainer} · Nordisk Kursuscenter ApS", 7)
    return sheet.content(), ALL


HELD_OUT: tuple[Layout, ...] = (platform, italian, welder, ecard, german, dutch)
SECOND: tuple[Layout, ...] = (swedish, turkish, romanian, slovak, ukrainian, danish)
