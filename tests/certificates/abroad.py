"""More layouts: other languages, two people in one document, badges."""

from __future__ import annotations

import hashlib
import json
import random
from datetime import timedelta

from credtools.media.looked import Piece
from tests.certificates.days import writer
from tests.certificates.layouts import ALL, Drawn, Layout
from tests.certificates.sheet import CARD, Sheet
from tests.certificates.truth import Truth


def spanish(chance: random.Random, said: Truth) -> Drawn:
    """A Spanish course with a DNI, course days, and place and date of issue."""
    sheet, day = Sheet(), writer(chance, "es")
    sheet.middle("CERTIFICADO DE APROVECHAMIENTO", 18, 50, "DejaVuSans-Bold")
    sheet.middle("Se certifica que", 11, 26)
    sheet.middle(f"{chance.choice(('D./Dña. ', ''))}{said.name}", 18, 24)
    sheet.middle(f"con DNI {chance.randrange(10**7, 10**8)}K, nacido/a el {day(said.born)},", 10, 24)
    sheet.middle("ha superado con éxito el curso", 11, 26)
    sheet.middle(said.kind, 15, 26)
    sheet.middle(f"celebrado del {day(said.course)} al {day(said.course + timedelta(days=2))} (20 horas)", 10, 40)
    sheet.at(60, f"N.º de certificado: {said.number}", 10, 18)
    sheet.at(60, f"Válido hasta: {day(said.expires)}", 10, 50)
    sheet.at(60, f"Madrid, a {day(said.issued)}", 10, 60)
    sheet.at(60, f"Fdo.: {said.trainer}", 9, 12)
    sheet.at(60, "Director de Formación · C/ Mayor 3, 28013 Madrid · 915 123 456", 7)
    return sheet.content(), ALL


def polish(chance: random.Random, said: Truth) -> Drawn:
    """A Polish attestation."""
    sheet, day = Sheet(), writer(chance, "pl")
    sheet.middle(f"ZAŚWIADCZENIE nr {said.number}", 17, 50, "DejaVuSans-Bold")
    sheet.middle("Zaświadcza się, że Pan/Pani", 11, 28)
    sheet.middle(said.name, 17, 24)
    sheet.middle(f"urodzony(a) dnia {day(said.born)} w Krakowie", 10, 28)
    sheet.middle("ukończył(a) szkolenie", 11, 26)
    sheet.middle(said.kind, 15, 26)
    sheet.middle(f"przeprowadzone w dniach {day(said.course)} – {day(said.course + timedelta(days=4))}", 10, 50)
    sheet.at(60, f"Data wydania: {day(said.issued)}", 10)
    sheet.at(330, f"Ważne do: {day(said.expires)}", 10, 60)
    sheet.at(330, said.trainer, 9, 12)
    sheet.at(330, "Kierownik ośrodka", 8)
    return sheet.content(), ALL


def french(chance: random.Random, said: Truth) -> Drawn:
    """A French attestation: family name in capitals first."""
    sheet, day = Sheet(), writer(chance, "fr")
    sheet.middle("ATTESTATION DE FORMATION", 18, 50, "DejaVuSans-Bold")
    sheet.at(60, "Nom et prénom :", 10)
    sheet.at(200, f"{said.family.upper()} {said.given}", 12, 20)
    sheet.at(60, "Né(e) le :", 10)
    sheet.at(200, day(said.born), 10, 20)
    sheet.at(60, "Formation :", 10)
    sheet.at(200, said.kind, 10, 20)
    sheet.at(60, "N° de certificat :", 10)
    sheet.at(200, said.number, 10, 20)
    sheet.at(60, "Dates de la formation :", 10)
    sheet.at(200, f"du {day(said.course)} au {day(said.course + timedelta(days=1))}", 10, 40)
    sheet.at(60, f"Délivré le {day(said.issued)}", 10)
    sheet.at(330, f"Valable jusqu'au {day(said.expires)}", 10, 60)
    sheet.at(330, f"Le formateur : {said.trainer}", 9, 30)
    sheet.at(60, "SARL Formation Sud, SIRET 812 345 678 00012, édition 06/2015", 6)
    return sheet.content(), ALL


def german(chance: random.Random, said: Truth) -> Drawn:
    """A German card: Inhaber, ausgestellt am, gültig bis."""
    sheet, day = Sheet(CARD), writer(chance, "de")
    sheet.at(16, "FAHRAUSWEIS", 12, 18, spaced=chance.choice((0, 4)))
    sheet.at(16, said.kind, 11, 20)
    rows = (
        (
            chance.choice(("Inhaber:", "Name, Vorname:", "Name:")),
            chance.choice((said.name, f"{said.family}, {said.given}")),
        ),
        ("geboren am:", day(said.born)),
        (chance.choice(("Ausweis-Nr.:", "Zertifikats-Nr.:", "Nr.:")), said.number),
        (chance.choice(("ausgestellt am:", "Ausstellungsdatum:")), day(said.issued)),
        (chance.choice(("gültig bis:", "Gültig bis einschließlich:", "Ablaufdatum:")), day(said.expires)),
        ("Ausbilder:", said.trainer),
    )
    sheet.pairs(16, 150, rows, 9)
    sheet.at(16, f"Stand 05/2014 · Auftrag {said.other_number}", 6)
    return sheet.content(), ALL


def japanese(chance: random.Random, said: Truth) -> Drawn:
    """A Japanese card of a skill course."""
    sheet, day = Sheet(CARD, "HeiseiMin-W3"), writer(chance, "ja")
    sheet.at(16, "修了証", 16, 24)
    sheet.at(16, said.kind, 12, 22)
    name = chance.choice((f"{said.family}{said.given}", f"{said.family} {said.given}", f"{said.family}　{said.given}"))
    rows = (
        ("氏名", name),
        ("生年月日", f"{said.born.year}年{said.born.month}月{said.born.day}日"),
        (chance.choice(("修了証番号", "番号", "登録番号")), said.number),
        (chance.choice(("交付年月日", "交付日", "発行日")), day(said.issued)),
        (chance.choice(("有効期限", "有効期間満了日")), day(said.expires)),
    )
    sheet.pairs(16, 130, rows, 10)
    sheet.at(16, "一般社団法人 技能教習所 代表 佐々木 次郎 電話 03-1234-5678", 7)
    return sheet.content(), ALL


def two_people(chance: random.Random, said: Truth) -> Drawn:
    """A list of all who took part in a course."""
    sheet, day = Sheet(), writer(chance, "en")
    sheet.at(50, said.kind, 16, 24, "DejaVuSans-Bold")
    sheet.at(50, f"Course dates: {day(said.course)} to {day(said.course + timedelta(days=2))}", 10, 16)
    sheet.at(50, f"Trainer: {said.trainer}", 10, 26)
    rows = [
        (said.name, said.number, day(said.issued), day(said.expires)),
        (said.other, said.other_number, day(said.issued + timedelta(days=61)), day(said.expires + timedelta(days=61))),
    ]
    chance.shuffle(rows)
    sheet.table((50, 220, 330, 440), [("Name", "Certificate no.", "Date of issue", "Expiry date"), *rows])
    return sheet.content(), ALL


def stacked(chance: random.Random, said: Truth) -> Drawn:
    """Labels over their values, one under the other; an order number and a phone number."""
    sheet, day = Sheet(), writer(chance, "en")
    sheet.at(60, "Digital Credential", 18, 40, "DejaVuSans-Bold")
    for label, value in (
        ("Holder", said.name),
        ("Credential", said.kind),
        ("Credential ID", said.number),
        ("Issued on", day(said.issued)),
        ("Expiration date", day(said.expires)),
        ("Order number", said.other_number),
        ("Helpdesk", "+1 415 555 2671"),
    ):
        sheet.at(60, label, 8, 13)
        sheet.at(60, value, 11, 26)
    return sheet.content(), ALL


def unlabelled(chance: random.Random, said: Truth) -> Drawn:
    """A bare certificate: name, course, number and one day, and no word about them."""
    sheet, day = Sheet(), writer(chance, "en")
    sheet.middle("AWARD", 24, 60, spaced=10)
    sheet.middle(said.name, 20, 40)
    sheet.middle(said.kind, 16, 60)
    sheet.at(60, day(said.issued), 10)
    sheet.at(400, said.number, 10)
    return sheet.content(), ALL - {"expiration_date", "user_name"}


def badge(chance: random.Random, said: Truth) -> Drawn:
    """An Open Badge 2.0: not a PDF, but JSON; the recipient is a digest."""
    identity = "sha256$" + hashlib.sha256(said.name.encode()).hexdigest()
    told = {
        "@context": "https://w3id.org/openbadges/v2",
        "type": "Assertion",
        "id": f"https://badges.example/a/{said.other_number}",
        "recipient": {"type": "email", "hashed": True, "identity": identity, "salt": "s3"},
        "badge": {"type": "BadgeClass", "name": said.kind, "description": "Earned after 12 hours on 2015-01-02."},
        "issuedOn": f"{said.issued.isoformat()}T{chance.randrange(24):02}:12:00Z",
        "expires": f"{said.expires.isoformat()}T{chance.choice(('00:00:00+02:00', '23:59:59.000Z'))}",
    }
    return json.dumps(told, indent=chance.choice((None, 2)), ensure_ascii=False).encode(), ALL - {
        "user_name",
        "credential_number",
    }


def badge_pieces(content: bytes) -> tuple[Piece, ...]:
    return (Piece(1, (0, 0, 1000, 1000), content.decode()),)


ABROAD: tuple[Layout, ...] = (spanish, polish, french, german, japanese, two_people, stacked, unlabelled, badge)
