"""Comparing: whom and what a medium names, beside its row."""

from __future__ import annotations

import pytest

from credtools.media.comparing import Facts
from credtools.media.looked import Piece
from tests.certificates.small import badge, differing, facts, page

LIST = page(("Last name", "First name", "Issued"), ("Roe", "Ben", "1 May 2026"), ("Okafor", "Ana", "1 May 2026"))
PEOPLE = [
    pytest.param(page("Dear Łukasz,", "You passed."), facts(name="Łukasz Nowak"), set(), id="given name alone"),
    pytest.param(page("Dear Rosa,", "You passed First Aid."), facts(), {"user_name"}, id="another given name"),
    pytest.param(page("Dear Customer,", "You passed First Aid."), facts(), set(), id="nobody's name"),
    pytest.param(page("Dear Anita,", "You passed First Aid."), facts(), set(), id="perhaps a pet name"),
    pytest.param(LIST, facts(issued=None, expires=None), set(), id="a line of families and given names"),
    pytest.param(LIST, facts(name="Mia Huber", issued=None, expires=None), {"user_name"}, id="no line of families"),
    pytest.param(
        page("Nordic Safety", "This is to certify that", "Ben Roe"), facts(), {"user_name"}, id="a heading over a label"
    ),
    pytest.param(
        page("This is to certify that", "Theresa May", "has completed First Aid on 1 March 2026"),
        facts(name="Theresa May"),
        set(),
        id="name May",
    ),
    pytest.param(
        page("This is to certify that", "April June", "has completed First Aid on 1 March 2026"),
        facts(name="Ana June"),
        {"user_name"},
        id="name April June",
    ),
    pytest.param(page("Name: Will Mark", "Issued: 1 March 2026"), facts(name="Will Mark"), set(), id="Will"),
    pytest.param(page("Name: Sukarno", "Issued: 1 March 2026"), facts(name="Sukarno"), set(), id="one name"),
    pytest.param(
        page("Name: Suharto", "Issued: 1 March 2026"), facts(name="Sukarno"), {"user_name"}, id="one name other"
    ),
    pytest.param(page(("氏名", "山田太郎"), ("交付日", "2026年3月1日")), facts(name="山田 太郎"), set(), id="cjk"),
    pytest.param(
        page(("氏名", "山田花子"), ("交付日", "2026年3月1日")), facts(name="山田 太郎"), {"user_name"}, id="cjk other"
    ),
    pytest.param(
        page(("氏名", "山田太郎"), ("交付日", "2026年3月1日")), facts(name="Taro Yamada"), set(), id="romaji row"
    ),
    pytest.param(
        page("First Aid at Work Training Ltd", "Certificate", "Name: Ana Okafor", "Course: First Aid"),
        facts(),
        set(),
        id="org like type",
    ),
    pytest.param(
        page("First Aid at Work Academy", "Name: Ana Okafor", "Course: First Aid"), facts(), set(), id="org like type 2"
    ),
    pytest.param(
        page("Forklift Academy Ltd", "Name: Ana Okafor", "Issued 1 March 2026"), facts(), set(), id="org only"
    ),
    pytest.param(
        page("This is to certify that", "Ben Roe and Ana Okafor", "have completed First Aid"),
        facts(),
        set(),
        id="two people prose",
    ),
    pytest.param(page("Inhaber: Juergen Mueller"), facts(name="Jürgen Müller"), set(), id="umlaut"),
    pytest.param(page("Name: J. Müller"), facts(name="Jürgen Müller"), set(), id="initial"),
    pytest.param(page("Name: Ana Maria Okafor"), facts(), set(), id="middle"),
    pytest.param(page("Name: OKAFOR, Ana"), facts(), set(), id="comma"),
    pytest.param(page("Name: Dr. Ana Okafor, RN"), facts(), set(), id="title"),
    pytest.param(page("Name: Ana Smith"), facts(others=("Ana Smith",)), set(), id="former"),
    pytest.param(page("Name: Ana Smith"), facts(), {"user_name"}, id="married"),
    pytest.param(page("Name: Anna Lena Weiss"), facts(name="Anna-Lena Weiß"), set(), id="hyphen"),
    pytest.param(page("Name: Bob Smith"), facts(name="Robert Smith"), set(), id="nick"),
    pytest.param(page("Name: Ben Roe", "Trainer: Ana Okafor"), facts(), {"user_name"}, id="trainer is row's"),
    pytest.param(page("Name: Ana Okafor", "Date of birth: 5 May 1980"), facts(), set(), id="birth only"),
    pytest.param(page("Tel. 030 1234 5678", "Certificate for Ana Okafor"), facts(number="12345678"), set(), id="phone"),
    pytest.param(
        page("Certificate", "First Aid", "at Work", "Name: Ana Okafor"),
        facts(kind="First Aid at Work"),
        set(),
        id="type broken",
    ),
    pytest.param(
        badge(
            '{"validFrom":"2026-03-01T00:00:00Z","validUntil":"2029-03-01T00:00:00Z",'
            '"credentialSubject":{"name":"Ben Roe",'
            '"achievement":{"name":"First Aid"}}}'
        ),
        facts(),
        {"user_name"},
        id="json v3",
    ),
    pytest.param(
        page("Dear Hiring Manager,", "Ana Okafor has completed First Aid."), facts(), set(), id="greeting manager"
    ),
    pytest.param(page("Issued by Ben Roe", "Name: Ana Okafor"), facts(), set(), id="issued by person"),
    pytest.param(page("Issued to: Acme Steel Ltd", "Employee: Ana Okafor"), facts(), set(), id="issued to company"),
    pytest.param(page("Name of issuer: Big Corp", "Name: Ana Okafor"), facts(), set(), id="name of issuer"),
    pytest.param(
        page("Name: Martin Pedraza Documento Nacional"), facts(name="Martin Diego Pedraza"), set(), id="second surname"
    ),
    pytest.param(page("Name: Ana Maria Costa"), facts(name="Ana Maria Silva"), {"user_name"}, id="family twice"),
    pytest.param(
        page("Curso completado por Martin Pedraza"), facts(name="Ana Maria Silva"), {"user_name"}, id="curso por"
    ),
]


@pytest.mark.parametrize(("texts", "row", "expected"), PEOPLE)
def test_people(texts: list[Piece], row: Facts, expected: set[str]) -> None:
    """Another person is found, by a label and in whatever order; other ways of writing a name are no difference."""
    assert differing(texts, row) == expected


KINDS = [
    pytest.param(page("Lead Auditor – ISO 9001:2015"), facts(), {"credential_type"}, id="other type turned"),
    pytest.param(page("Work First Aid"), facts(kind="First Aid at Work"), set(), id="type turned, a shorter one in it"),
    pytest.param(page("Work First Aid"), facts(), {"credential_type"}, id="longer type turned"),
    pytest.param(page("took part in Fire Warden"), facts(), {"credential_type"}, id="took part in"),
    pytest.param(page("Fire Warden: list of candidates"), facts(), {"credential_type"}, id="type of a heading"),
    pytest.param(
        page("Certificate", "First Aid at Work", "Name: Ana Okafor"), facts(), {"credential_type"}, id="type longer"
    ),
    pytest.param(
        page("Certificate", "First Aid", "Name: Ana Okafor"),
        facts(kind="First Aid at Work"),
        {"credential_type"},
        id="type shorter",
    ),
    pytest.param(page("Internal Auditor ISO 9001"), facts(kind="ISO 9001 Internal Auditor"), set(), id="type turned"),
    pytest.param(
        page("Certificate in First Aid", "We also offer Forklift and Fire Warden courses"),
        facts(),
        set(),
        id="footer offers",
    ),
    pytest.param(page("Basic course", "Trainer: Ben Roe, Fire Warden"), facts(), set(), id="trainer quals"),
    pytest.param(
        badge('{"badge":{"name":"Fire Warden"},"issuedOn":"2026-03-01"}'),
        facts(),
        {"credential_type"},
        id="json bad type",
    ),
    pytest.param(
        page("Course name: Forklift Basics Advanced", "Company name: Smith Brothers", "Name: Ana Okafor"),
        facts(),
        {"credential_type"},
        id="course name label",
    ),
]


@pytest.mark.parametrize(("texts", "row", "expected"), KINDS)
def test_kinds(texts: list[Piece], row: Facts, expected: set[str]) -> None:
    """Another type is found where it is named as such; its name within other words is no difference."""
    assert differing(texts, row) == expected
