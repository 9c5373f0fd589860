"""Comparing: labels of many languages, names in several spellings, and names of which nothing says whose they are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from credtools.media.looked import Piece
from tests.certificates.small import differing, facts, page

LABELS = {  # holder, type, issue, expiry
    "cs": ("Jméno:", "Školení:", "Vydáno:", "Platnost do:"),
    "da": ("Indehaver:", "Kursus:", "Udstedt den", "Gyldig til"),
    "el": ("Ονοματεπώνυμο:", "Σεμινάριο:", "Ημερομηνία έκδοσης:", "Ισχύει έως:"),
    "et": ("Omanik:", "Koolitus:", "Väljastatud:", "Kehtib kuni:"),
    "fi": ("Haltija:", "Koulutus:", "Myönnetty:", "Voimassa asti:"),
    "fr": ("Nom et prénom :", "Intitulé :", "Délivré le", "Valable jusqu'au"),
    "hr": ("Ime i prezime:", "Osposobljavanje:", "Datum izdavanja:", "Vrijedi do:"),
    "hu": ("Név:", "Képzés:", "Kiállítás dátuma:", "Érvényes:"),
    "it": ("Nominativo:", "Corso:", "Rilasciato il", "Scadenza:"),
    "lt": ("Vardas, pavardė:", "Mokymai:", "Išdavimo data:", "Galioja iki:"),
    "nl": ("Naam deelnemer:", "Opleiding:", "Datum afgifte:", "Geldig tot:"),
    "pl": ("Imię i nazwisko:", "Szkolenie:", "Data wydania:", "Ważne do:"),
    "pt": ("Nome completo:", "Curso:", "Data de emissão:", "Válido até:"),
    "ro": ("Numele și prenumele:", "Curs:", "Data eliberării:", "Valabil până la:"),
    "ru": ("Выдано", "Программа:", "Дата выдачи:", "Действительно до:"),
    "sl": ("Ime in priimek:", "Usposabljanje:", "Datum izdaje:", "Velja do:"),
    "sv": ("Namn:", "Utbildning:", "Utfärdat:", "Giltigt t.o.m."),
    "tr": ("Adı Soyadı:", "Eğitim:", "Veriliş tarihi:", "Geçerlilik tarihi:"),  # noqa: RUF001 - Turkish
    "uk": ("Видано:", "Програма:", "Дата видачі:", "Дійсне до:"),
    "zh": ("姓名:", "课程名称:", "发证日期:", "有效期至:"),
}


@pytest.mark.parametrize("language", LABELS)
def test_labels_of_a_language(language: str) -> None:
    """Holder, type, issue and expiration date are found by the labels of a language, and right ones are right."""
    holder, kind, issued, expires = LABELS[language]
    row = facts()
    right = page(f"{holder} Ana Okafor", f"{kind} First Aid", f"{issued} 01.03.2026", f"{expires} 01.03.2029")
    wrong = page(f"{holder} Ben Roe", f"{kind} Forklift", f"{issued} 02.04.2026", f"{expires} 02.04.2029")
    assert differing(right, row) == set()
    assert differing(wrong, row) == {"user_name", "credential_type", "issue_date", "expiration_date"}


NUMBERS = ("Číslo:", "Okmányszám:", "Seria și nr.", "Intygsnummer:", "Todistuksen numero:", "Belge No:", "Номер:")


@pytest.mark.parametrize("label", NUMBERS)
def test_numbers_at_labels_of_other_languages(label: str) -> None:
    """A number is the credential's because its label says so, though it is short or written without the dash."""
    for mine, said, other in (("FA-20931", "FA20931", "FA77345"), ("4711", "4711", "4712")):
        row = replace(facts(), credential_number=mine)
        assert differing(page("Ana Okafor", "First Aid", f"{label} {said}"), row) == set()
        assert differing(page("Ana Okafor", "First Aid", f"{label} {other}"), row) == {"credential_number"}


SAME = [
    *(
        ("Mohammed Al Sayed", "Muhammad Al-Sayed"),
        ("Mohamed el-Sayed", "Mohammed Elsayed"),
        ("Eva Nováková", "Eva Novak"),
    ),
    *(("Oleksandr Shevchenko", "Alexander Shevchenko"), ("Yulia Tymoshenko", "Julia Timoschenko")),
    ("Volodymyr Zelenskyy", "Vladimir Zelensky"),
]


@pytest.mark.parametrize(("said", "name"), SAME)
def test_spellings(said: str, name: str) -> None:
    """Names from other alphabets, and family names of women, in the usual spellings are no difference."""
    assert differing(page(f"Name: {said}"), facts(name=name)) == set()
    assert differing(page("Certificate", said, "First Aid"), facts(name=name)) == set()


BARE = [
    pytest.param(page("Certificate", "Ben Roe", "First Aid", "1 March 2026"), {"user_name"}, id="at the type"),
    pytest.param(page("First Aid – Ben Roe"), {"user_name"}, id="in one line with it"),
    pytest.param(page("Ben Roe (employee 4471) attended First Aid at Site B"), {"user_name"}, id="a sentence's"),
    pytest.param(page("Given 1 March 2026", "to Ben Roe for First Aid"), {"user_name"}, id="to and for"),
    pytest.param(page(("Surname", "Roe"), ("Given names", "Ben")), {"user_name"}, id="two fields"),
    pytest.param(page("Certificate", "Ben Roe", "First Aid", "Holder A. Okafor"), set(), id="the row's elsewhere"),
    pytest.param(page("Certificate", "Harbour Training Ltd", "First Aid"), set(), id="an organisation"),
    pytest.param(page("First Aid", "Ben Roe", "Trainer"), set(), id="a trainer"),
    pytest.param(page("Certificate", "Ben Roe", "First Aid", "Mia Huber"), set(), id="two"),
    pytest.param(page("Statement of Attainment", "Nordic Safety Training", "First Aid"), set(), id="headings"),
]


@pytest.mark.parametrize(("texts", "expected"), BARE)
def test_names_by_themselves(texts: list[Piece], expected: set[str]) -> None:
    """A name where holders stand is another person's where no word of the row's is on the page; unclear ones aren't."""
    assert differing(texts, facts()) == expected


OTHER = [
    pytest.param(page("Certificate no. FA-I23O"), {}, set(), id="letters for digits"),
    pytest.param(page("Certified since 2 April 2026"), {}, {"issue_date"}, id="certified since"),
    pytest.param(page("Date of approval: 2 April 2026"), {}, {"issue_date"}, id="approval"),
    pytest.param(page("Start: 1 March 2026", "End: 3 March 2026"), {"issue_date": None}, set(), id="end"),
    pytest.param(page("Refresher recommended by 1 March 2028"), {"expiration_date": None}, set(), id="recommended"),
]


@pytest.mark.parametrize(("texts", "changes", "expected"), OTHER)
def test_other_words(texts: list[Piece], changes: dict[str, None], expected: set[str]) -> None:
    """What issuers say in other words is understood; what they recommend is no rule."""
    row = replace(facts(number="FA-1230"), **changes)
    assert differing(texts, row) == expected
