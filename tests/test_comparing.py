"""Comparing: what can be read in a medium beside its row – wrong facts are found, and nothing else is called wrong."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from bench.scans import measured
from credtools.media.comparing import Compared, Difference, Evidence, Facts, compare
from credtools.media.looked import Piece
from credtools.media.scan import months
from credtools.media.scan.days import find
from credtools.media.scan.spelling import plain
from credtools.schema.notation import names
from tests.certificates import HELD_OUT, SECOND, THIRD, TUNED, cases
from tests.certificates.small import ISSUED, badge, differing, facts, page


@pytest.mark.parametrize("whole_lines", [False, True])
def test_a_hundred_certificates(whole_lines: bool) -> None:  # noqa: FBT001
    """Of real PDFs in 40 layouts every wrong fact is found, and no right one is called wrong."""
    some = cases((*TUNED, *HELD_OUT, *SECOND, *THIRD), 80, 7, whole_lines=whole_lines)
    figures = measured(some)
    assert sum(one["alarms"] for one in figures.values()) == 0
    if not whole_lines:
        assert sum(one["wrong"] for one in figures.values()) == sum(one["found"] for one in figures.values()) > 0


@pytest.mark.long
@pytest.mark.parametrize("layouts", [TUNED, HELD_OUT, SECOND, THIRD], ids=["tuned", "held_out", "second", "third"])
def test_many_certificates(layouts: Sequence[object]) -> None:
    """At least 99 % of wrong facts are found, with at most 0.5 % false alarms, in at most 3 ms each."""
    figures = measured(cases(layouts, 2000, 11))  # type: ignore[arg-type]
    total = {what: sum(one[what] for one in figures.values()) for what in ("wrong", "found", "right", "alarms", "ns")}
    assert total["found"] >= 0.99 * total["wrong"]
    assert total["alarms"] <= 0.005 * (total["wrong"] + total["right"])
    assert total["ns"] / (total["wrong"] + total["right"]) <= 3e6


def test_stored_as_it_was() -> None:
    """What was compared comes back from its JSON as it was."""
    found = Compared.of(
        (Difference("issue_date", "2026-03-01", "2025-03-01", 1, (1, 2, 3, 4)),),
        (Evidence("user_name", "Zoë", 2, (0, 0, 9, 9)),),
    )
    assert Compared.from_json(found.as_json()) == found
    assert Compared.from_json(Compared().as_json()).verdict == "nothing"


def test_evidence() -> None:
    """A difference says both sides, on which page and where."""
    texts = page("Certificate", ("Issued on", "1 March 2025"))
    found = compare(texts, True, facts())
    assert found.differs == (Difference("issue_date", "2026-03-01", "2025-03-01", 1, texts[2].box),)


def test_not_read_to_the_end() -> None:
    """Where more can't be read, a date without a label says nothing."""
    texts = page("First Aid", "12 March 2026")
    assert compare(texts, False, facts()).verdict == "agrees"
    assert differing(texts, facts()) == {"issue_date"}


@pytest.mark.parametrize("texts", [[], page("Welcome to our company", "Please keep")])
def test_nothing_to_read(texts: list[Piece]) -> None:
    """A picture, or a text that speaks of nothing in the row: nothing, which is no difference."""
    assert compare(texts, True, facts()) == Compared()


DATES = [
    pytest.param(
        page("C E R T I F I C A T E", "N a m e :  A n a  O k a f o r", "1 March 2026"),
        facts(),
        set(),
        id="spaced letters",
    ),
    pytest.param(page("A N A   O K A F O R"), facts(), set(), id="spaced torn name"),
    pytest.param(page("Issued: 1 March 2026", "This certificate is valid for 3 years"), facts(), set(), id="valid for"),
    pytest.param(
        page("Issued: 1 March 2026", "This certificate is valid for 2 years"),
        facts(),
        {"expiration_date"},
        id="valid for 2",
    ),
    pytest.param(
        page("Issued: 1 March 2026", "Expires: 1 March 2029"), facts(expires=None), {"expiration_date"}, id="never row"
    ),
    pytest.param(
        page("Issued: 1 March 2026", "This certificate does not expire"), facts(), {"expiration_date"}, id="never doc"
    ),
    pytest.param(
        page("Issued: 1 March 2026", "This certificate does not expire"), facts(expires=None), set(), id="never both"
    ),
    pytest.param(page("Issued: 1 March 2026", "Expires: N/A"), facts(expires=None), set(), id="expires none"),
    pytest.param(page("Issued: March 2026", "Expires: 03/2029"), facts(), set(), id="month only"),
    pytest.param(page("Issued: March 2026", "Expires: 04/2029"), facts(), {"expiration_date"}, id="month only other"),
    pytest.param(page("Issue Date 03/26", "Renew By 03/29"), facts(), set(), id="MM/YY"),
    pytest.param(page("Issue Date 03/26", "Renew By 04/29"), facts(), {"expiration_date"}, id="MM/YY other"),
    pytest.param(page("Issued: 03/01/2026", "Expires: 01/03/2029"), facts(), set(), id="ambiguous"),
    pytest.param(page("Issued: 1 March 2026", ("Berlin, 5.3.2026", "")), facts(), set(), id="signature date"),
    pytest.param(page("Course dates: 24 to 26 February 2026"), facts(), set(), id="course days only"),
    pytest.param(page("held from 24 February 2026 to 26 February 2026"), facts(), set(), id="course range one line"),
    pytest.param(page("Valid: 01.03.2026 - 01.03.2029"), facts(), set(), id="valid range"),
    pytest.param(page("Valid: 01.03.2026 - 01.03.2028"), facts(), {"expiration_date"}, id="valid range other"),
    pytest.param(page("Gültig vom 02.03.2026 bis 01.03.2029"), facts(), {"issue_date"}, id="gültig vom bis"),
    pytest.param(
        badge(
            '{"issuedOn":"2026-02-28T23:30:00Z","expires":"2029-03-01","recipient":{"identity":"sha256$abc","hashed":true}}'
        ),
        facts(),
        set(),
        id="json hashed",
    ),
    pytest.param(
        page(("Ausgestellt am / Issued on", "01.03.2026"), ("Gültig bis / Valid until", "01.03.2029")),
        facts(),
        set(),
        id="side by side",
    ),
    pytest.param(page("Licence valid since 2011", "Issued: 1 March 2026"), facts(), set(), id="license cleared"),
    pytest.param(page("Printed: 1 March 2026"), facts(), set(), id="printed same day"),
    pytest.param(page("© 2019 Foo", "ISO 9001:2015 certified"), facts(), set(), id="copyright"),
    pytest.param(
        page("This certificate expires three years after the date of issue.", "Issued: 1 March 2026"),
        facts(),
        set(),
        id="expiry prose",
    ),
    pytest.param(
        page(("1 March 2026", "5 May 1980"), ("Date of issue", "Date of birth")),
        facts(),
        set(),
        id="date of birth under caption",
    ),
    pytest.param(
        page("Issued: \u0660\u0661/\u0660\u0663/\u0662\u0660\u0662\u0666"), facts(), set(), id="arabic digits"
    ),
    pytest.param(page("Issued: 01/03/2569"), facts(), set(), id="thai year"),
    pytest.param(page("Issued: \uff12\uff10\uff12\uff16/\uff10\uff13/\uff10\uff11"), facts(), set(), id="fullwidth"),
    pytest.param(page("J an 28 , 2026"), facts(issued=date(2026, 1, 28)), set(), id="torn month"),
    pytest.param(page("J an 28 , 2026"), facts(issued=date(2026, 2, 28)), {"issue_date"}, id="torn month other"),
    pytest.param(
        page("Issued: Sep tember 28, 2026"), facts(issued=date(2026, 2, 28)), {"issue_date"}, id="torn month long"
    ),
    pytest.param(page("V alid until 28 Feb 2026"), facts(), {"expiration_date"}, id="torn label"),
    pytest.param(page("Renew By 03/29"), facts(), set(), id="MMYY label"),
    pytest.param(page("Valid un\u00adtil: 1 March 2029"), facts(), set(), id="soft"),
]


NUMBERS = [
    pytest.param(
        page("Certificate No: 01-03-2026", "Issued 1 March 2026"),
        facts(number="01-03-2026"),
        set(),
        id="number like date",
    ),
    pytest.param(
        page("Certificate No: 01-03-2027", "Issued 1 March 2026"),
        facts(number="01-03-2026", expires=date(2029, 3, 1)),
        {"credential_number"},
        id="number like date other",
    ),
    pytest.param(page("4711 Main Street", "FA-1234"), facts(), set(), id="postcode street"),
    pytest.param(page("Certificate number", "FA-1234"), facts(), set(), id="number in next line"),
    pytest.param(page("Certificate number", "FA-1235"), facts(), {"credential_number"}, id="number wrong next"),
    pytest.param(page("Certificate number: 00123"), facts(number="123"), {"credential_number"}, id="no leading zeros"),
    pytest.param(page("Certificate no. 7"), facts(number="7"), set(), id="short number label"),
    pytest.param(page("Certificate no. FA-1234"), facts(number="unknown"), set(), id="a word for no number"),
    pytest.param(page("Certificate no. 20931"), facts(number="FA-20931"), set(), id="prefix of the organisation"),
    pytest.param(page("Certificate no. 20931"), facts(number="FA-20932"), {"credential_number"}, id="prefix, other"),
    pytest.param(page("Employee No: 4471", "Certificate No: FA-1234"), facts(), set(), id="employee no"),
    pytest.param(page("Certificate No.: 1234 5678 9012"), facts(number="123456789012"), set(), id="lot of digits"),
    pytest.param(page("Certificate No.: FA1234"), facts(number="FA-1234"), set(), id="spaced row"),
    pytest.param(page("Certiﬁcate No.: FA-1234", "Expires 1 March 2029"), facts(), set(), id="ligature"),
    pytest.param(page("Certificate No.: FA\ufffe", "1234"), facts(), set(), id="hyphen linebreak number"),
]


@pytest.mark.parametrize(("texts", "row", "expected"), DATES)
def test_dates(texts: list[Piece], row: Facts, expected: set[str]) -> None:
    """Another date is found by its label, or where nothing else explains it; what isn't said is no difference."""
    assert differing(texts, row) == expected


@pytest.mark.parametrize(("texts", "row", "expected"), NUMBERS)
def test_numbers(texts: list[Piece], row: Facts, expected: set[str]) -> None:
    """Another number is found by its label or its shape; numbers of other things are no difference."""
    assert differing(texts, row) == expected


def test_months_are_those_of_the_cldr() -> None:
    """The names of months are those that babel has, without accents; shorter ones are words, too."""
    found: dict[str, set[int]] = {}
    for language in months.LANGUAGES:
        for name, number in names((language,)).months.items():
            word = plain(name).removesuffix(".")
            if len(word) > 2 and word.isalpha():
                found.setdefault(word, set()).add(number)
    assert {word: {*those} for word, those in months.MONTH_WORDS.items() if word not in months.ROMAN} == found


WORDED = [
    ("Issued on the first of March two thousand twenty-six", ISSUED),
    ("Given this 1st day of March, Two Thousand and Twenty-Six", ISSUED),
    ("Given on March first, twenty twenty-six", ISSUED),
    ("Issued on the twenty-second day of June 2026", date(2026, 6, 22)),
    ("Ausgestellt am ersten März zweitausendsechsundzwanzig", ISSUED),
    ("Ausgestellt am zweiundzwanzigsten Juni 2026", date(2026, 6, 22)),
    ("Fait le 1er mars deux mille vingt-six", ISSUED),
    ("Fait le vingt et un juin deux mil vingt et un", date(2021, 6, 21)),
    ("Expedido el uno de marzo de dos mil veintiséis", ISSUED),
    ("Expedido el treinta y uno de enero de dos mil veinte", date(2020, 1, 31)),
    ("Rilasciato il primo marzo duemilaventisei", ISSUED),
    ("Emitido em um de março de dois mil e vinte e seis", ISSUED),
    ("Issued: 1 มีนาคม พ.ศ. 2569", ISSUED),
    ("Issued: ๑ มี.ค. ๒๕๖๙", ISSUED),
]


@pytest.mark.parametrize(("said", "day"), WORDED, ids=range(len(WORDED)))
def test_days_in_words(said: str, day: date) -> None:
    """Days and years in words, months and years of Thailand are read; another day in the row is found."""
    right, wrong = (facts(number="", issued=issued, expires=None) for issued in (day, day + timedelta(days=9)))
    found = compare(page("Certificate", said), True, right)
    assert [one.said for one in found.agrees if one.column == "issue_date"] == [day.isoformat()]
    assert differing(page("Certificate", said), wrong) == {"issue_date"}


@pytest.mark.parametrize("said", ["Twenty people attended", "The first of all", "Two thousand and one nights"])
def test_words_that_are_no_days(said: str) -> None:
    """Numbers in words without a month are no dates."""
    assert find(plain(said)) == ()
