"""What a made-up certificate is to say: people, types, numbers and days; and rows with one wrong fact."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta

from credtools.media.compared import Facts

GIVEN = (
    *("Ana", "Benjamin", "Chloé", "Deniz", "Elif", "François", "Grace", "Håkon", "Ines", "Jürgen", "Katarzyna", "Liam"),
    *(
        "Mark",
        "Noor",
        "Olga",
        "Paweł",
        "Quentin",
        "Rosa",
        "Søren",
        "Tereza",
        "Uwe",
        "Violeta",
        "Will",
        "Yusuf",
        "April",
    ),
    *("Anna-Lena", "José Luis", "Mary Ann", "June"),
)
FAMILY = (
    *("Okafor", "Müller", "García López", "Nowak", "Schäfer", "May", "O'Brien", "van den Berg", "Smith-Jones", "Rossi"),
    *(
        "Ødegård",
        "Kowalczyk",
        "Lefèvre",
        "Dvořák",
        "Silva",
        "Weiß",
        "Jensen",
        "Y\u0131lmaz",
        "Brown",
        "Nguyen",
        "Peters",
    ),
)
JAPANESE = (("山田", "太郎"), ("佐藤", "花子"), ("鈴木", "一郎"), ("高橋", "美咲"), ("田中", "健"), ("渡辺", "由美"))
TYPES = (
    *("First Aid", "First Aid at Work", "Forklift Truck Operator", "Fire Warden", "ISO 9001 Internal Auditor"),
    *("ISO 9001 Lead Auditor", "ISO 14001 Internal Auditor", "Driving Licence", "Manual Handling", "Working at Height"),
    *("Confined Space Entry", "Bachelor of Science in Nursing", "Master of Science in Nursing", "Basic Life Support"),
    *("Advanced Life Support", "Welder MAG 135", "Safety Passport", "Crane Operator", "Food Hygiene Level 2"),
    *(
        "Food Hygiene Level 3",
        "Gabelstaplerfahrer",
        "Ersthelfer",
        "Brandschutzhelfer",
        "Prevención de Riesgos Laborales",
    ),
    *("Carretillero", "Operator wózka widłowego", "Pierwsza pomoc", "Sauveteur Secouriste du Travail", "CACES R489"),
    *(
        "フォークリフト運転技能講習",
        "玉掛け技能講習",
        "普通救命講習",
        "Primo Soccorso",
        "Basisveiligheid VCA",
        "Stapelkraan",
    ),
)
SHAPES = ("FA-99999", "AA/99/9999", "9999999", "CERT-2099-9999", "A9A9A9A9", "99-9999-99", "HV 9999 99", "AAAAAA99")
COLUMNS = ("issue_date", "expiration_date", "credential_number", "user_name", "credential_type")


@dataclass(frozen=True)
class Truth:
    """What a certificate says."""

    given: str
    family: str
    kind: str
    number: str
    issued: date
    expires: date
    trainer: str
    born: date
    other: str  # a second person
    other_number: str

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"

    @property
    def course(self) -> date:
        """The first day of the course, which ended before the issue."""
        return self.issued - timedelta(days=9)


def truth(chance: random.Random, kinds: tuple[str, ...], japanese: bool = False) -> Truth:  # noqa: FBT001, FBT002
    """What a certificate of one of these types may say."""
    given, family = chance.choice(GIVEN), chance.choice(FAMILY)
    if japanese:
        family, given = chance.choice(JAPANESE)
    issued = date(2019, 1, 20) + timedelta(days=chance.randrange(2700))
    years = chance.choice((1, 2, 3, 5))
    expires = _years_on(issued, years) - timedelta(days=chance.choice((0, 0, 1)))
    return Truth(
        *(given, family, chance.choice(kinds), number(chance), issued, expires),
        trainer=f"{chance.choice(GIVEN)} {chance.choice(FAMILY)}",
        born=date(1960, 1, 1) + timedelta(days=chance.randrange(15000)),
        other=f"{chance.choice(GIVEN)} {chance.choice(FAMILY)}",
        other_number=number(chance),
    )


def number(chance: random.Random, shape: str = "") -> str:
    letters = {"9": "0123456789", "A": "ABCDEFGHJKLMNPRSTUVWXYZ"}
    shape = shape or chance.choice(SHAPES)
    text = "".join(
        chance.choice(letters[one]) if one == "9" or (one == "A" and shape[0] != "F") else one for one in shape
    )
    return text if not text.startswith("0") else "4" + text[1:]


def row(chance: random.Random, said: Truth, wrong: str, layout: str, *, expires: bool = True) -> Facts:
    """The row of a certificate; `wrong`: the column that is wrong in it; `expires`: it has an expiration date."""
    japanese = layout == "japanese"
    facts = Facts(
        said.name if not japanese else f"{said.family} {said.given}",
        (),
        said.kind,
        TYPES,
        said.number,
        said.issued,
        said.expires if expires else None,
    )
    if wrong in {"issue_date", "expiration_date"}:
        return replace(facts, **{wrong: _another_day(chance, getattr(facts, wrong), said, near=layout != "badge")})
    if wrong == "credential_number":
        return replace(facts, credential_number=_another_number(chance, said.number))
    if wrong == "user_name":
        return replace(facts, user_name=_another_name(chance, said, japanese=japanese))
    if wrong == "credential_type":
        return replace(facts, credential_type=_another_type(chance, said.kind))
    return facts


def _years_on(day: date, years: int) -> date:
    return date(day.year + years, day.month, min(day.day, 28))


def _another_day(chance: random.Random, day: date, said: Truth, *, near: bool) -> date:
    """A day that isn't said anywhere, mistyped as people do; not `near`: where a time zone may move a day."""
    taken = {said.issued, said.expires, said.born, *(said.course + timedelta(days=k) for k in range(12))}
    while True:
        found = chance.choice(
            (
                date(day.year + chance.choice((-1, 1)), day.month, min(day.day, 28)),
                date(day.year, day.month % 12 + 1, min(day.day, 28)),
                day + timedelta(days=chance.choice((-30, -10, -2, -1, 1, 2, 10, 30) if near else (-30, -10, 10, 30))),
            )
        )
        if found not in taken and (found.day, found.month) != (day.month, day.day):
            return found


def _another_number(chance: random.Random, right: str) -> str:
    """One digit or letter is another, or two are turned round."""
    places = [k for k, one in enumerate(right) if one.isdigit()]
    k = chance.choice(places)
    found = right[:k] + str((int(right[k]) + chance.randrange(1, 10)) % 10) + right[k + 1 :]
    a, b = places[-2:]
    if chance.random() < 0.3 and right[a] != right[b]:
        found = right[:a] + right[b] + right[a + 1 : b] + right[a] + right[b + 1 :]
    return found


def _another_name(chance: random.Random, said: Truth, *, japanese: bool) -> str:
    if japanese:
        while (other := chance.choice(JAPANESE))[1] == said.given:
            pass
        return chance.choice(
            (f"{said.family} {other[1]}" if other[1] != said.given else " ".join(other), " ".join(other))
        )
    while (given := chance.choice(GIVEN)) == said.given or set(given.split()) & set(said.given.split()):
        pass
    while (family := chance.choice(FAMILY)) == said.family:
        pass
    return chance.choice((f"{given} {said.family}", f"{given} {family}"))


def _another_type(chance: random.Random, right: str) -> str:
    """Another one, one that is like it where there is one."""
    alike = [one for one in TYPES if one != right and one.split()[0] == right.split(maxsplit=1)[0]]
    others = [one for one in TYPES if one != right]
    return chance.choice(alike if alike and chance.random() < 0.6 else others)
