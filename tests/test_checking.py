from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from credtools.checking import judge
from credtools.checking.lookups import Former
from credtools.errors import FileError
from credtools.model import FAILED, NOT_JUDGED, PASSED, Patch, Review
from credtools.recipe import Recipe
from tests.core import (
    CREDENTIALS,
    HEADINGS,
    LOOKUPS,
    found,
    lookups,
    only_types,
    records,
    review,
    rows,
    schema_copy,
    sentences,
    table,
)

ANA = "ana@x.org,First Aid,2024-01-05,,"

# --- each rule, and its neighbour -----------------------------------------------------------------------------

# (the row that fires, what it says, the neighbour that doesn't)
FIRES = {
    "field_count short": ("ana@x.org,First Aid,2024-01-05", ("", "field_count"), ANA),
    "field_count long": (f"{ANA},x", ("", "field_count"), ANA),
    "value_required user": (",First Aid,2024-01-05,,", ("user_email", "value_required"), ANA),
    "value_required blanks": (" \t ,First Aid,2024-01-05,,", ("user_email", "value_required"), ANA),
    "value_required type": ("ana@x.org,,2024-01-05,,", ("credential_type", "value_required"), ANA),
    "value_required issue": (
        "ana@x.org,First Aid,,,",
        ("issue_date", "value_required"),
        "ana@x.org,Diploma,,,",
    ),
    "value_required issue never": (
        "ana@x.org,First Aid,,2030-01-01,",
        ("issue_date", "value_required"),
        "ana@x.org,Badge,,2030-01-01,",
    ),
    "value_required expiry": (
        "ana@x.org,Forklift,2024-01-05,,",
        ("expiration_date", "value_required"),
        ANA,
    ),
    "value_required expiry never": (
        "ana@x.org,Forklift,2024-01-05,,",
        ("expiration_date", "value_required"),
        "ana@x.org,Diploma,2024-01-05,,",
    ),
    "value_required number": ("ana@x.org,Welder,2024-01-05,,", ("credential_number", "value_required"), ANA),
    "value_readable NUL": ("ana@x.org,First\x00 Aid,2024-01-05,,", ("credential_type", "value_readable"), ANA),
    "value_readable zero width": ("ana\u200b@x.org,First Aid,2024-01-05,,", ("user_email", "value_readable"), ANA),
    "value_readable bidi": ("ana@x.org,First Aid,2024-01-05,,7\u202e8", ("credential_number", "value_readable"), ANA),
    "value_readable C1": ("ana@x.org,First\x85Aid,2024-01-05,,", ("credential_type", "value_readable"), ANA),
    "value_readable C0": ("ana@x.org,First\x1cAid,2024-01-05,,", ("credential_type", "value_readable"), ANA),
    "value_readable alone": ("ana@x.org,First Aid,2024-01-05,\ufeff,", ("expiration_date", "value_readable"), ANA),
    "value_readable not white space": (
        "ana@x.org,First Aid,2024-01-05,\x0c,",
        ("expiration_date", "value_readable"),
        'ana@x.org,First Aid,2024-01-05,"\t\r\n ",',
    ),
    "user_exists unknown": ("zoe@x.org,First Aid,2024-01-05,,", ("user_email", "user_exists"), ANA),
    "user_exists deactivated": (
        "cy@x.org,First Aid,2024-01-05,,",
        ("user_email", "user_exists"),
        " ANA@X.ORG ,First Aid,2024-01-05,,",
    ),
    "credential_type_exists": (
        "ana@x.org,Scuba,2024-01-05,,",
        ("credential_type", "credential_type_exists"),
        "ana@x.org, first   AID ,2024-01-05,,",
    ),
    "credential_type_exists deactivated": (
        "ana@x.org,Old Type,2024-01-05,,",
        ("credential_type", "credential_type_exists"),
        ANA,
    ),
    "date_format issue": (
        "ana@x.org,First Aid,05/01/2024,,",
        ("issue_date", "date_format"),
        "ana@x.org,First Aid,2024-1-5,,",
    ),
    "date_format expiration": (
        "ana@x.org,First Aid,2024-01-05,soon,",
        ("expiration_date", "date_format"),
        ANA,
    ),
    "expires_after_issue": (
        "ana@x.org,First Aid,2030-01-05,2030-01-04,",
        ("expiration_date", "expires_after_issue"),
        "ana@x.org,First Aid,2026-11-22,2026-11-22,",
    ),
}


def blocking(result: Review) -> list[tuple[int, str, str]]:
    warned = result.errors[~result.errors["blocks"]]
    return [f for k, f in enumerate(found(result)) if k not in warned.index]


@pytest.mark.parametrize(("row", "said", "neighbour"), list(FIRES.values()), ids=list(FIRES))
def test_a_rule_fires_and_its_neighbour_passes(row: str, said: tuple[str, str], neighbour: str) -> None:
    """Each rule rejects the row it is made for, by its own code in its own column, and lets the neighbour pass."""
    result = rows(row)
    assert blocking(result) == [(2, *said)]
    assert (result.rejected.tolist(), result.codes) == ([True], [(said[1],)])
    assert (result.rows, result.ready) == (1, 0)
    passing = rows(neighbour)
    assert blocking(passing) == []
    assert (passing.rejected.tolist(), passing.codes, passing.ready) == ([False], [()], 1)


@pytest.mark.parametrize(
    ("row", "code", "column", "neighbour"),
    [
        ("ana@x.org,First Aid,2024-01-05,2026-11-21,", "already_expired", "expiration_date", "2026-11-22"),
        ("ana@x.org,First Aid,2026-11-23,,", "issued_in_future", "issue_date", "2026-11-22"),
        ("ana@x.org,Diploma,2024-01-05,2030-01-05,", "date_unused", "expiration_date", ""),
        ("ana@x.org,Badge,2024-01-05,,", "date_unused", "issue_date", ""),
    ],
)
def test_warnings_never_block(row: str, code: str, column: str, neighbour: str) -> None:
    """A warning names its row and lets it pass; with the neighbour's value there is none."""
    result = rows(row)
    assert found(result) == [(2, column, code)]
    assert (result.errors["blocks"].tolist(), result.rejected.tolist(), result.codes) == ([False], [False], [()])
    cells = row.split(",")
    cells[2 if column == "issue_date" else 3] = neighbour
    assert found(rows(",".join(cells))) == []


def test_a_date_that_the_type_never_has() -> None:
    """A date that the type never has is neither judged nor kept: it may even be no date."""
    result = rows("ana@x.org,Diploma,2024-01-05,n/a,", "ana@x.org,Diploma,2025-01-05,2001-01-01,")
    assert found(result) == [(2, "expiration_date", "date_unused"), (3, "expiration_date", "date_unused")]
    assert result.resolved["expiration_date"].isna().all()
    assert sentences(result) == [
        "Credentials of the type 'Diploma' have no such date; 'n/a' isn't stored.",
        "Credentials of the type 'Diploma' have no such date; '2001-01-01' isn't stored.",
    ]


@pytest.mark.parametrize(
    "address",
    ["\u0430na@x.org", "\uff41n\u0430@x.org", "ana\u00ad@x.org", "ana\u180e@x.org", "ana\U000e0061@x.org"],
    ids=["mixed script", "mixed script after NFKC", "soft hyphen", "vowel separator", "tag"],
)
def test_addresses_that_only_look_known(address: str) -> None:
    """An address of mixed scripts or with invisible letters is unreadable, and the user it imitates is named."""
    result = rows(f"{address},First Aid,2024-01-05,,")
    assert "value_readable" in result.codes[0]
    assert any("'ana@x.org'" in sentence for sentence in sentences(result))


def test_a_date_in_the_other_order_makes_its_siblings_doubtful() -> None:
    """One date that only the other order reads: those that can be read both ways are warned of, and only those."""
    lines = ["ana@x.org,First Aid,03/04/2024,,", "bo@x.org,First Aid,04/04/2024,,", "bo@x.org,First Aid,04/13/2023,,"]
    assert found(rows(*lines, recipe="date_format: MM/DD/YYYY")) == []
    result = rows(*lines, "ana@x.org,First Aid,25/12/2023,13/01/2024,", recipe="date_format: MM/DD/YYYY")
    assert [one for one in found(result) if one[2] == "date_swapped"] == [(2, "issue_date", "date_swapped")]
    assert sentences(result)[0] == (
        "'03/04/2024' was read as 2024-03-04, but other dates of this column have day and month the other way round; "
        "then it would be 2024-04-03. The row is imported; check the order at the source."
    )
    assert [one for one in found(result) if one[2] == "date_format"] == [
        *((5, column, "date_format") for column in ("issue_date", "expiration_date")),
    ]
    both = rows(*lines, "ana@x.org,First Aid,25/12/2023,,", recipe="date_format: [MM/DD/YYYY, DD/MM/YYYY]")
    assert {code for _, _, code in found(both)} == {"date_ambiguous"}


def test_a_date_that_can_be_read_two_ways() -> None:
    """Of several declared formats the first that reads a date counts; another reading of it is warned of."""
    result = rows(
        *("ana@x.org,First Aid,03/04/2024,,", "bo@x.org,First Aid,04/04/2024,,", "bo@x.org,First Aid,13/04/2023,,"),
        "bo@x.org,Forklift,04/13/2023,05/06/2030,",
        recipe="date_format: [DD/MM/YYYY, MM/DD/YYYY, D/M/YYYY]",
    )
    assert found(result) == [(2, "issue_date", "date_ambiguous"), (5, "expiration_date", "date_ambiguous")]
    assert result.codes == [()] * 4
    assert sentences(result)[0] == (
        "'03/04/2024' was read as 2024-04-03, but would be 2024-03-04 in another of the declared formats (DD/MM/YYYY "
        "or MM/DD/YYYY or D/M/YYYY). Make sure that it is right, or declare one format only."
    )
    assert [str(day.date()) for day in result.resolved["issue_date"]] == [
        *("2024-04-03", "2024-04-04", "2023-04-13", "2023-04-13"),
    ]


def test_a_row_that_was_repaired() -> None:
    """A row that starts on or spans a line which the reader repaired is warned of, whatever else is wrong with it."""
    read = table(f'{HEADINGS}{ANA}\nbo@x.org,"First\nAid",2024-01-05,,\n\nzoe@x.org,First Aid,2024-01-05,,\n')
    read = replace(read, reading=replace(read.reading, repaired_lines=(4, 6)))
    result = judge.review(read, Recipe(), CREDENTIALS, LOOKUPS)
    assert found(result) == [(3, "", "row_repaired"), (6, "user_email", "user_exists"), (6, "", "row_repaired")]
    assert result.codes == [(), (), ("user_exists",)]
    assert sentences(result)[0] == (
        "The quotation marks of this row didn't match, so it was reconstructed while reading. Compare it with the file."
    )


def test_values_that_are_too_long() -> None:
    """A value of more than 2,000 characters is refused without quoting it; 2,000 characters are kept."""
    long = "n" * 2000
    result = rows(f"{ANA}{long}", f"{ANA.replace('ana', 'bo')}{long}n", f"{'x' * 2001},First Aid,2024-01-05,,")
    assert found(result) == [(3, "credential_number", "value_readable"), (4, "user_email", "value_readable")]
    assert sentences(result)[0] == (
        "Credential number has 2,001 characters, but at most 2,000 can be kept. Shorten it, or look for a missing "
        "quotation mark there."
    )


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        (
            "\u0430na@x.org",
            r"(U+0430 CYRILLIC SMALL LETTER A): '\u0430na@x.org'. It resembles 'ana@x.org' but uses characters of ",
        ),
        (
            "\u200ba\u200bn\u00ada\ufeff\u2066@x.org",
            r"NO-BREAK SPACE and 1 more): '\u200ba\u200bn\xada\ufeff\u2066@x.org'. It resembles 'ana@x.org' but has ",
        ),
    ],
)
def test_confusable_characters_are_named(address: str, sentence: str) -> None:
    """A value that can't be read names what nobody sees in it, and the user that it imitates."""
    assert sentence in sentences(rows(f"{address},First Aid,2024-01-05,,"))[0]


@pytest.mark.parametrize(
    ("form", "written", "suggestion"),
    [
        ("DD/MM/YYYY", "05.03.2024", "05/03/2024"),
        ("DD/MM/YYYY", "2024-03-05", "05/03/2024"),
        ("DD/MM/YYYY", "2024-03-05 00:00:00", "05/03/2024"),
        ("DD/MM/YYYY", "Mar 5, 2024", "05/03/2024"),
        ("YYYY-MM-DD", "31/12/2024", "2024-12-31"),
        ("YYYY-MM-DD", "12-31-2024", "2024-12-31"),
        ("YYYY-MM-DD", "05/03/2024", ""),  # 5 March or 3 May
        ("YYYY-MM-DD", "04/04/2024", "2024-04-04"),
        ("YYYY-MM-DD", "31/02/2024", ""),
        ("YYYY-MM-DD", "05/03/24", ""),
        ("YYYY-MM-DD", "45386", ""),
        ("'[last] MM/YYYY'", "3-2024", "03/2024"),
        ("'[last] MM/YYYY'", "2024-03-31", "03/2024"),
        ("'[last] MM/YYYY'", "2024-03-15", ""),  # no last day of a month
        ("'[first] MMM YYYY'", "Mar-2024", "Mar 2024"),
        ("'[last] YYYY'", "2024-12-31", "2024"),
        ("'[last] YYYY'", "03/2024", ""),
        ("'[excel]'", "2024-04-04", "45386"),
        ("'[excel]'", "45386.5", ""),
        ("['[last] YYYY', YYYY-MM-DD]", "soon", ""),
    ],
)
def test_dates_are_suggested_in_the_format_in_force(form: str, written: str, suggestion: str) -> None:
    """A date that can only mean one day is suggested as it should be written; one that could mean two is not."""
    (error,) = rows(f'ana@x.org,First Aid,"{written}",,', recipe=f"date_format: {form}").errors.to_dict("records")
    assert error["suggestion"] == suggestion
    assert (f"Perhaps {suggestion!r} is meant." in error["resolution"]) == bool(suggestion)


# --- the same credential in one file --------------------------------------------------------------------------


def test_not_repeated() -> None:
    """The same credential and issue date with different content rejects all those rows, each naming the others."""
    result = rows(ANA, "bo@x.org,First Aid,2024-01-05,,", "ANA@x.org,first aid,2024-1-5,2030-01-01,", f"{ANA}7")
    assert found(result) == [(line, "", "not_repeated") for line in (2, 4, 5)]
    assert result.rejected.tolist() == [True, False, True, True]
    said = "Line {} and lines {} have the same credential with the same issue date, but different content ({}). {}"
    wrong = "Expiration date, Credential number", "Keep the right row and remove the others."
    lines = ((2, "4, 5"), (4, "2, 5"), (5, "2, 4"))
    assert sentences(result) == [said.format(*line, *wrong) for line in lines]


def test_two_licences_of_one_type() -> None:
    """Where the numbers differ, too, the cure is named: that the type be numbered; each of two rows names the other."""
    result = rows(f"{ANA}A-11", f"{ANA}B-52")
    assert found(result) == [(2, "", "not_repeated"), (3, "", "not_repeated")]
    assert ["Line 2 and line 3 " in one or "Line 3 and line 2 " in one for one in sentences(result)] == [True, True]
    assert all("let the type be numbered" in one for one in sentences(result))
    chain = rows(f"{ANA}A-11", f"{ANA}a 11".replace("2024", "2023"), f"{ANA}B-52".replace("2024", "2025"))
    assert found(chain) == [(line, "credential_number", "number_changes") for line in (2, 3, 4)]
    renewed = rows(f"{ANA}A-11", f"{ANA}a 11".replace("2024", "2023"), ANA.replace("2024", "2022"))
    assert found(renewed) == []
    welder = rows("ana@x.org,Welder,2024-01-05,,A-11", "ana@x.org,Welder,2024-01-05,,B-52")
    assert found(welder) == []


def test_other_issue_dates_are_a_chain() -> None:
    """The same credential with different issue dates is a chain of versions, not a contradiction."""
    assert found(rows(ANA, ANA.replace("2024", "2025"), "ana@x.org,First Aid,2023-01-05,2030-01-01,")) == []


def test_repeated() -> None:
    """An exact repeat, compared after resolving, is a warning on the later rows."""
    result = rows(ANA, "ANA@x.org, FIRST aid,2024-1-5,,", ANA)
    assert found(result) == [(3, "", "repeated"), (4, "", "repeated")]
    assert result.rejected.tolist() == [False, False, False]
    assert sentences(result) == [
        f"The same credential also appears on {lines}, with the same content; it is imported once. Nothing needs to be "
        "done."
        for lines in ("lines 2, 4", "lines 2, 3")
    ]


def test_repeats_among_contradictions_name_only_their_equals() -> None:
    """Where some rows repeat and others contradict, no sentence calls different content the same."""
    result = rows(ANA, ANA, f"{ANA}7")
    assert result.rejected.tolist() == [True, True, True]
    said = [s for s, code in zip(sentences(result), result.errors["code"], strict=True) if code == "repeated"]
    assert all("line 2 with the same content" in sentence for sentence in said)


def test_without_an_issue_date() -> None:
    """Credentials without an issue date are compared, too."""
    assert found(rows("ana@x.org,Diploma,,,1", "ana@x.org,Diploma,,,2")) == [
        *((2, "", "not_repeated"), (3, "", "not_repeated"))
    ]
    assert found(rows("ana@x.org,Diploma,,,1", "ana@x.org,Diploma,,,1")) == [(3, "", "repeated")]


def test_numbered() -> None:
    """Of a numbered type one user may hold several, told apart by number; of another the number is content."""
    assert found(rows("ana@x.org,Welder,2024-01-05,,1", "ana@x.org,Welder,2024-01-05,,2")) == []
    assert found(rows("ana@x.org,Welder,2024-01-05,,1", "ana@x.org,Welder,2024-01-05,2030-01-01,1")) == [
        *((2, "", "not_repeated"), (3, "", "not_repeated"))
    ]
    assert found(rows("ana@x.org,First Aid,2024-01-05,,1", "ana@x.org,First Aid,2024-01-05,,2")) == [
        *((2, "", "not_repeated"), (3, "", "not_repeated"))
    ]


def test_media_and_unmapped_columns_are_not_content() -> None:
    """Rows that differ only in media or in unmapped columns repeat each other."""
    text = HEADINGS.replace("\n", ",Media,Colour\n") + f"{ANA},a.pdf,red\n{ANA},b.pdf,blue\n"
    assert found(review(text)) == [(3, "", "repeated")]


# --- several reasons, and what isn't judged -------------------------------------------------------------------


def test_no_reason_hides_another() -> None:
    """Every reason for which a row is rejected is told at once."""
    result = rows(
        "zoe@x.org,Scuba,05/01/2024,x,\u200b",
        ",,,2024-01-01,",
        "cy@x.org,Forklift,2024-01-05,,",
        "ana@x.org,First Aid,2024-01-05,2023-01-01,",
        "ana@x.org,First Aid,2024-01-05,,",
    )
    assert blocking(result) == [
        (2, "credential_number", "value_readable"),
        (2, "user_email", "user_exists"),
        (2, "credential_type", "credential_type_exists"),
        (2, "issue_date", "date_format"),
        (2, "expiration_date", "date_format"),
        (3, "user_email", "value_required"),
        (3, "credential_type", "value_required"),
        (4, "expiration_date", "value_required"),
        (4, "user_email", "user_exists"),
        (5, "expiration_date", "expires_after_issue"),
        (5, "", "not_repeated"),
        (6, "", "not_repeated"),
    ]
    assert result.codes == [
        ("value_readable", "user_exists", "credential_type_exists", "date_format"),
        ("value_required",),
        ("value_required", "user_exists"),
        ("expires_after_issue", "not_repeated"),
        ("not_repeated",),
    ]


def test_a_row_with_the_wrong_number_of_fields_is_judged_for_nothing_else() -> None:
    """Where cells can't be told apart, nothing is said about any of them, and the row ties no other row."""
    result = rows("zoe@x.org,Scuba,x", "ana@x.org,First Aid,2024-01-05", ANA, f"{ANA}9,9", "\x00,,,,,,")
    assert found(result) == [(line, "", "field_count") for line in (2, 3, 5, 6)]
    assert result.rejected.tolist() == [True, True, False, True, True]
    assert sentences(result)[0] == (
        "The row has 3 fields, but the heading row has 5: a delimiter or a quotation mark is missing or extra. "
        "Correct the row in the file."
    )
    judged = {rule: states.tolist() for rule, states in result.states.items()}
    assert judged.pop(("field_count", "record")) == [FAILED, FAILED, PASSED, FAILED, FAILED]
    for code in ("row_repaired", "row_rejected"):
        assert set(judged.pop((code, "record"))) == {PASSED}  # they need no cells
    assert set(map(tuple, judged.values())) == {(NOT_JUDGED, NOT_JUDGED, PASSED, NOT_JUDGED, NOT_JUDGED)}


@pytest.mark.parametrize(
    ("row", "failed", "not_judged"),
    [
        (
            "ana@x.org,First Aid,05/01/2024,2031-01-01,",
            {("date_format", "issue_date")},
            {
                *(("expires_after_issue", "expiration_date"), ("not_repeated", "record"), ("repeated", "record")),
                *(
                    (code, "issue_date")
                    for code in ("date_unused", "date_ambiguous", "date_swapped", "issued_in_future")
                ),
                *(("date_unlikely", "issue_date"), ("expiry_unusual", "expiration_date")),
            },
        ),
        (
            "zoe@x.org,First Aid,2024-01-05,,",
            {("user_exists", "user_email")},
            {
                *(("not_repeated", "record"), ("repeated", "record"), ("number_changes", "credential_number")),
                ("former_name", "user_email"),
            },
        ),
        (
            "ana@x.org,First Aid,2024-01-05,2023-01-05,",
            {("expires_after_issue", "expiration_date"), ("already_expired", "expiration_date")},
            set(),
        ),
        (ANA, set(), set()),
    ],
)
def test_what_could_not_be_judged(row: str, failed: set[tuple[str, str]], not_judged: set[tuple[str, str]]) -> None:
    """A rule whose cell failed already is neither passed nor failed: it was not judged."""
    states = rows(row).states
    assert {key for key, state in states.items() if state[0] == FAILED} == failed
    assert {key for key, state in states.items() if state[0] == NOT_JUDGED} == not_judged


def test_an_unknown_type_asks_for_nothing() -> None:
    """While the type is unknown, nobody knows which dates or number it needs: they aren't called missing."""
    assert found(rows("ana@x.org,Scuba,,,")) == [(2, "credential_type", "credential_type_exists")]


# --- whole sentences ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "sentence", "suggestion"),
    [
        (",First Aid,2024-01-05,,", "User email is blank, but this row needs it; fill it in.", ""),
        (
            "ana@x.org,Welder,2024-01-05,,",
            "Credential number is blank, but this row needs it; fill it in.",
            "",
        ),
        (
            "ana@x.org,First\x0c Aid\u200b,2024-01-05,,",
            (
                "Credential type contains invisible or look-alike characters (U+000C a control "
                r"character, U+200B ZERO WIDTH SPACE): 'First\x0c Aid\u200b'. The nearest: 'First Aid'. "
                "Retype the value."
            ),
            "First Aid",
        ),
        (
            "anna@x.org,First Aid,2024-01-05,,",
            (
                "No user of this organisation has the User email 'anna@x.org'. The nearest: 'ana@x.org'. Correct it, "
                "or load the user first (registry.load('users', FILE))."
            ),
            "ana@x.org",
        ),
        (
            "nobody@else.net,First Aid,2024-01-05,,",
            (
                "No user of this organisation has the User email 'nobody@else.net'. Correct it, or load the user first "
                "(registry.load('users', FILE))."
            ),
            "",
        ),
        (
            "cy@x.org,First Aid,2024-01-05,,",
            (
                "The user 'cy@x.org' was deactivated on 2024-01-02; only active users can hold new credentials. "
                "Reactivate the user, or leave the row rejected."
            ),
            "",
        ),
        (
            "dee@x.org,First Aid,2024-01-05,,",
            (
                "The user 'dee@x.org' was deactivated; only active users can hold new credentials. Reactivate the "
                "user, or leave the row rejected."
            ),
            "",
        ),
        (
            "ana@x.org,{Frist} Aid,2024-01-05,,",
            (
                "This organisation has no credential type called '{Frist} Aid'; only types that were already created "
                "here count. The nearest: 'First Aid'. Choose an existing one, or create it first "
                "(registry.load('types', FILE))."
            ),
            "First Aid",
        ),
        (
            "ana@x.org,Scuba,2024-01-05,,",
            (
                "This organisation has no credential type called 'Scuba'; only types that were already created here "
                "count. Choose an existing one, or create it first (registry.load('types', FILE))."
            ),
            "",
        ),
        (
            "ana@x.org,First Aid,5 Jan 24,,",
            (
                "'5 Jan 24' isn't a date written as YYYY-MM-DD (the format set by the organisation), like "
                "'2026-12-31'. Correct the date, or name its format in the recipe."
            ),
            "",
        ),
        (
            "ana@x.org,First Aid,2030-01-05,2030-1-4,",
            (
                "The credential expires on 2030-1-4 and was issued on 2030-01-05: a credential can't expire before it "
                "is issued. Correct one of the two dates."
            ),
            "",
        ),
    ],
)
def test_sentences(row: str, sentence: str, suggestion: str) -> None:
    """Each error says what is wrong here, with the values, and what to do about it."""
    errors = rows(row).errors
    errors = errors[errors["blocks"]]
    assert errors["resolution"].tolist() == [sentence]
    assert errors["suggestion"].tolist() == [suggestion]


def test_a_whole_row_of_errors() -> None:
    """An error names line, heading as it stands in the file, column, value, code, title and row."""
    text = "Mail, Kind \n,Issued\n".replace(" \n,", " ,")
    result = review(text + "\nana@x.org,Frist  Aid,2024-01-05\n", "headings: {Mail: user_email, Kind: credential_type}")
    (error,) = result.errors.to_dict("records")
    assert {name: error[name] for name in ("line", "heading", "column", "value", "code", "title", "blocks", "row")} == {
        "line": 3,
        "heading": "Kind",
        "column": "credential_type",
        "value": "Frist Aid",
        "code": "credential_type_exists",
        "title": "Credential type doesn't exist",
        "blocks": True,
        "row": 0,
    }


def test_titles() -> None:
    """The four documented errors keep their titles."""
    titles = {rule.code: rule.title for rule in CREDENTIALS.rules}
    assert titles["credential_type_exists"] == "Credential type doesn't exist"
    assert titles["user_exists"] == "User doesn't exist"
    assert titles["date_format"] == "Invalid date format"
    assert titles["expires_after_issue"] == "Expiration date is earlier than issue date"


# --- settings that change a verdict ---------------------------------------------------------------------------

SAME_DAY = "ana@x.org,First Aid,2030-01-05,2030-01-05,"


@pytest.mark.parametrize(("allowed", "codes"), [(True, ()), (False, ("expires_after_issue",))])
def test_same_day_expiry(allowed: bool, codes: tuple[str, ...]) -> None:  # noqa: FBT001
    """Whether a credential may expire on the day of its issue is a setting of the organisation."""
    result = rows(SAME_DAY, "ana@x.org,Forklift,2030-01-05,2030-01-06,", known=lookups(same_day_expiry=allowed))
    assert result.codes == [codes, ()]


def test_same_day_expiry_is_explained() -> None:
    """Where the same day isn't allowed, the sentence doesn't say that the expiration lies before the issue."""
    errors = rows(SAME_DAY, known=lookups(same_day_expiry=False)).errors
    (sentence,) = errors.loc[errors["blocks"], "resolution"]
    assert "same day" in sentence


@pytest.mark.parametrize(
    ("recipe", "profile", "row", "told"),
    [
        ("", None, "x", "YYYY-MM-DD (the format set by the organisation), like '2026-12-31'"),
        ("", "DD.MM.YYYY", "x", "DD.MM.YYYY (the format set by the profile), like '31.12.2026'"),
        (
            "date_format: D MMM YYYY",
            "DD.MM.YYYY",
            "x",
            "D MMM YYYY (the format set by the recipe), like '31 Dec 2026'",
        ),
        (
            "date_format: [DD/MM/YYYY, YYYY-MM-DD]",
            None,
            "x",
            "DD/MM/YYYY or YYYY-MM-DD (the format set by the recipe), like '31/12/2026'",
        ),
    ],
)
def test_where_the_date_format_comes_from(recipe: str, profile: str | None, row: str, told: str) -> None:
    """The format in force is the recipe's, else the profile's, else the organisation's; the sentence says whose."""
    known = replace(LOOKUPS, profile_date_format=profile)
    result = rows(f"ana@x.org,First Aid,{row},,", recipe=recipe, known=known)
    assert sentences(result) == [
        f"'x' isn't a date written as {told}. Correct the date, or name its format in the recipe."
    ]


def test_a_recipe_may_declare_one_column_only() -> None:
    """Where the recipe names the format of one column only, the other column's comes from the organisation."""
    result = rows("ana@x.org,First Aid,x,y,", recipe="date_format: {issue_date: DD/MM/YYYY}")
    assert sentences(result) == [
        (
            "'x' isn't a date written as DD/MM/YYYY (the format set by the recipe), like '31/12/2026'. "
            "Correct the date, or name its format in the recipe."
        ),
        (
            "'y' isn't a date written as YYYY-MM-DD (the format set by the organisation), like '2026-12-31'. "
            "Correct the date, or name its format in the recipe. If it means that the credential doesn't expire, write "
            "‘never’ instead, or batch.never(WORD)."
        ),
    ]


def test_formats_decide_what_a_date_is() -> None:
    """Each format in force is tried in its order; other writings stay errors."""
    result = rows(
        *("ana@x.org,First Aid,05/01/2024,,", "bo@x.org,First Aid,2024-03-05,,", "bo@x.org,First Aid,01-05-2024,,"),
        recipe="date_format: [DD/MM/YYYY, YYYY-MM-DD]",
    )
    assert found(result) == [(4, "issue_date", "date_format")]
    assert [str(day.date()) for day in result.resolved["issue_date"][:2]] == ["2024-01-05", "2024-03-05"]
    assert result.date_formats["issue_date"] == ("DD/MM/YYYY", "YYYY-MM-DD")


def test_date_cells_of_a_spreadsheet() -> None:
    """A real date cell is its date whatever format is declared, and can't be read two ways; typed text can."""
    read = table(f"{HEADINGS}ana@x.org,First Aid,2024-03-04,,\nbo@x.org,First Aid,03/04/2024,2024-03-04,\n")
    read = replace(read, date_cells={"Issue date": {"2024-03-04": date(2024, 3, 4), "03/04/2024": date(2024, 3, 4)}})
    recipe = Recipe.parse("date_format: [DD/MM/YYYY, MM/DD/YYYY]")
    result = judge.review(read, recipe, CREDENTIALS, LOOKUPS)
    assert [str(day.date()) for day in result.resolved["issue_date"]] == ["2024-03-04", "2024-03-04"]
    assert found(result) == [(3, "expiration_date", "date_format")]


def test_a_repaired_line_belongs_to_its_part() -> None:
    """Of a file that is divided on purpose, a repaired line counts only in the part that holds it."""
    whole = table(HEADINGS + "".join(f"ana@x.org,First Aid,2024-01-0{day},,\n" for day in range(1, 5)))
    whole = replace(whole, reading=replace(whole.reading, repaired_lines=(5,)))
    parts = [judge.review(whole.part(k, 2), Recipe(), CREDENTIALS, LOOKUPS) for k in (1, 2)]
    assert [found(part) for part in parts] == [[], [(5, "", "row_repaired")]]


def test_users_by_external_id() -> None:
    """Under match_users_by: external_id users are found by their number, case-sensitive, and e-mails don't count."""
    text = "User ID,Email,Type,Issued\nE-1,zoe@x.org,First Aid,2024-01-05\n"
    text += "e-1,ana@x.org,First Aid,2024-01-05\n,,First Aid,\n"
    result = review(text, "match_users_by: external_id")
    assert found(result) == [
        (3, "external_id", "user_exists"),
        (4, "external_id", "value_required"),
        (4, "issue_date", "value_required"),
    ]
    assert sentences(result)[0] == (
        "No user of this organisation has the User ID 'e-1'. Correct it, or load the user first "
        "(registry.load('users', FILE))."
    )
    assert result.resolved["user_id"].tolist() == [1, -1, -1]


# --- headings and limits --------------------------------------------------------------------------------------


def heading_missing(text: str, title: str, found_headings: str, known: object = LOOKUPS) -> None:
    with pytest.raises(FileError) as caught:
        review(text, known=known)
    assert (caught.value.code, caught.value.line) == ("heading_required", 1)
    facts = {"where": "The heading row (line 1)", "title": title, "names": found_headings, "perhaps": ""}
    assert caught.value.reason == "heading_missing"
    assert facts.items() <= caught.value.facts.items()


def test_a_missing_heading() -> None:
    """A heading whose column is always required refuses the file, naming what was found."""
    heading_missing("Who,Type,Issued\nzoe@x.org,First Aid,2024-01-05\n", "User email", "Who, Type, Issued")
    heading_missing("Email,Issued\nana@x.org,2024-01-05\n", "Credential type", "Email, Issued")


def test_a_heading_that_every_row_needs() -> None:
    """A missing heading refuses the file when every row needs its value, not when only some do."""
    text = "Email,Type,Issued\n{}\n"
    forklift, first_aid = "ana@x.org,Forklift,2024-01-05", "ana@x.org,First Aid,2024-01-05"
    heading_missing(text.format(forklift), "Expiration date", "Email, Type, Issued")
    heading_missing(text.format(f"{forklift}\nzoe@x.org,Scuba,x"), "Expiration date", "Email, Type, Issued")
    assert found(review(text.format(f"{forklift}\n{first_aid}"))) == [(2, "expiration_date", "value_required")]
    assert found(review(text.format(first_aid))) == []
    heading_missing("Email,Type\nana@x.org,First Aid\n", "Issue date", "Email, Type")
    assert found(review("Email,Type\nana@x.org,First Aid\nana@x.org,Badge\n")) == [(2, "issue_date", "value_required")]
    assert found(review("Email,Type\nana@x.org,Diploma\n")) == []
    heading_missing("Email,Type,Issued\nana@x.org,Welder,2024-01-05\n", "Credential number", "Email, Type, Issued")


def test_a_heading_that_every_type_needs() -> None:
    """While no row's type is known, a heading is missing only if every type of the organisation needs it."""
    text = "Email,Type,Issued\nana@x.org,Scuba,2024-01-05\n"
    unknown = [(2, "credential_type", "credential_type_exists")]
    assert found(review(text)) == unknown
    assert found(review(text, known=only_types("First Aid"))) == unknown
    heading_missing(text, "Expiration date", "Email, Type, Issued", only_types("Forklift"))


def test_without_any_type_no_heading_is_missing() -> None:
    """In an organisation without types the rows are wrong for their types, not for headings that no type asks for."""
    result = review("Email,Type,Issued\nana@x.org,First Aid,2024-01-05\n", known=only_types())
    assert found(result) == [(2, "credential_type", "credential_type_exists")]


def test_a_constant_is_a_source() -> None:
    """A constant stands for a heading."""
    assert found(review("Email,Issued\nana@x.org,2024-01-05\n", "constants: {credential_type: First Aid}")) == []


def test_row_limit() -> None:
    """One row more than the organisation takes at a time refuses the file; the limit itself is fine."""
    lines = [f"ana@x.org,First Aid,2024-01-0{day},," for day in range(1, 5)]
    assert rows(*lines[:3], known=lookups(max_rows=3)).rows == 3
    with pytest.raises(FileError) as caught:
        rows(*lines, known=lookups(max_rows=3))
    assert (caught.value.code, caught.value.facts) == ("row_limit", {"found": 4, "allowed": 3})


def test_no_rows() -> None:
    """A file of headings only is a review without rows."""
    result = review(HEADINGS)
    assert (result.rows, result.ready, found(result), len(result.causes)) == (0, 0, [], 0)


# --- causes ---------------------------------------------------------------------------------------------------


def test_causes() -> None:
    """Errors that one decision settles are one cause: by value, by shape, or by rule; largest first, warnings last."""
    result = rows(
        "ana@x.org,Frist Aid,2024-01-01,,",
        "ana@x.org,FRIST  aid,2024-01-02,,",
        "ana@x.org,Frist Aid,2024-01-03,,",
        "ana@x.org,Scuba,2024-01-04,,",
        "ana@x.org,First Aid,01/05/2024,,",
        "ana@x.org,First Aid,31/12/2024,,",
        "ana@x.org,First Aid,1/5/2024,,",
        ",First Aid,2024-01-06,,",
        ",First Aid,2024-01-07,,",
        *(f"ana@x.org,Forklift,2020-01-0{day},2020-02-01," for day in range(1, 6)),
    )
    names = ["code", "column", "value", "pattern", "count", "suggestion", "blocks"]
    assert list(result.causes[names].itertuples(index=False, name=None)) == [
        ("credential_type_exists", "credential_type", "Frist Aid", "", 3, "First Aid", True),
        ("date_format", "issue_date", "01/05/2024", "99/99/9999", 2, "", True),
        ("value_required", "user_email", "", "", 2, "", True),
        ("credential_type_exists", "credential_type", "Scuba", "", 1, "", True),
        ("date_format", "issue_date", "1/5/2024", "9/9/9999", 1, "", True),
        ("already_expired", "expiration_date", "", "", 5, "", False),
    ]
    assert result.causes["count"].sum() == len(result.errors)
    by_cause = result.errors.groupby("cause").size().to_dict()
    assert by_cause == dict(zip(result.causes["cause"], result.causes["count"], strict=True))


# --- judgement ------------------------------------------------------------------------------------------------

LINES = (ANA, "bo@x.org,First Aid,2024-03-04,2026-12-01,", "zoe@x.org,Frist Aid,2024-01-05,,")
JUDGED = rows(*LINES).judgement


def judged(*lines: str, recipe: str = "", **changed: object) -> str:
    return rows(*lines, recipe=recipe, known=replace(LOOKUPS, **changed)).judgement


def test_judgement_stays() -> None:
    """Today, warnings, counters and what is kept aside don't change what a file was judged to be."""
    assert judged(*LINES) == JUDGED
    assert judged(*LINES, today=date(2027, 1, 1)) == JUDGED
    assert judged(*LINES, today=date(2020, 1, 1)) == JUDGED
    assert judged(*LINES, revision=9) == JUDGED
    assert judged(*LINES, settings=replace(LOOKUPS.settings, max_rows=5, approval_required=False)) == JUDGED
    aside = HEADINGS.replace("\n", ",Colour\n") + "".join(f"{line},crimson\n" for line in LINES)
    assert review(aside).judgement == review(aside.replace("crimson", "blue")).judgement == JUDGED


def with_type(**changed: object) -> dict[str, object]:
    """Lookups in which First Aid is another kind of type."""
    kinds = LOOKUPS.types.copy()
    for name, value in changed.items():
        kinds.loc[kinds["name"] == "First Aid", name] = value
    return {"types": kinds}


@pytest.mark.parametrize(
    ("lines", "changed"),
    [
        (LINES[:2], {}),
        (LINES[::-1], {}),
        ((LINES[0], LINES[1].replace("2026-12-01", "2026-12-02"), LINES[2]), {}),
        ((LINES[0], f"{LINES[1]}7", LINES[2]), {}),
        ((LINES[0], LINES[1], LINES[2].replace("Frist", "First")), {}),
        (LINES, {"users": LOOKUPS.users.replace({"email": {"dee@x.org": "zoe@x.org"}})}),
        (LINES, {"users": LOOKUPS.users.replace({"email": {"bo@x.org": "bo@y.org"}})}),
        (LINES, {"types": LOOKUPS.types.replace({"name": {"Badge": "Frist Aid"}})}),
        (LINES, with_type(expiry="required")),
        (LINES, with_type(expiry="never")),
        (LINES, with_type(id=99)),
    ],
)
def test_judgement_changes(lines: tuple[str, ...], changed: dict[str, object]) -> None:
    """Another line, verdict, blocking code or resolved value of any row is another judgement."""
    assert judged(*lines, **changed) != JUDGED


def test_judgement_covers_what_a_date_means() -> None:
    """The same text read by another format is another date, and so another judgement."""
    lines = ("ana@x.org,First Aid,03/04/2024,,", "bo@x.org,First Aid,01/02/2024,05/06/2030,")
    day_first, month_first = (judged(*lines, recipe=f"date_format: {f}") for f in ("DD/MM/YYYY", "MM/DD/YYYY"))
    assert day_first != month_first


def test_judgement_covers_identity() -> None:
    """A type that has become numbered makes other credentials of the same rows."""
    line = "ana@x.org,First Aid,2024-01-05,,7"
    assert judged(line) != judged(line, **with_type(numbered=True))


def test_reasons_are_the_errors_that_block() -> None:
    """The reasons are the errors without warnings, the same whether or not the errors were asked for before."""
    lines = ("ana@x.org,Frist Aid,2024-01-01,,", "ana@x.org,Forklift,2020-01-01,2020-02-01,", ",Forklift,x,,")
    first, second = rows(*lines), rows(*lines)
    blocking_errors = first.errors[first.errors["blocks"]].reset_index(drop=True)
    assert len(blocking_errors) < len(first.errors)
    assert first.reasons.equals(blocking_errors)
    assert second.reasons.equals(blocking_errors)


# --- one whole sentence of every rule ---------------------------------------------------------------------------

EVERY_RULE = f"""{HEADINGS.strip()},Level,Status
ana@x.org,First Aid
,First Aid,01/02/2024,,,,Held
ana@x.org,First Aid,13/01/2024,,7\u202e,,Held
zoe@x.org,First Aid,13/01/2024,,,,Held
ana@x.org,Scuba,13/01/2024,,,,Held
ana@x.org,First Aid,2024-01-13,,,,Held
ana@x.org,First Aid,13/01/2030,12/31/2029,,,Held
bo@x.org,First Aid,13/01/2024,,,,Held
bo@x.org,First Aid,13/01/2024,,8,,Held
bo@x.org,Badge,,13/01/2030,,,Held
bo@x.org,Badge,,13/01/2030,,,Held
ana@x.org,Badge,13/01/2024,13/01/2025,,perhaps,Lent
ana@x.org,First Aid,13/01/2024,,1.23457E+11,,Held
ana@x.org,Welder,13/01/2024,,n/a,,Held
bo@x.org,First Aid,14/01/2024,,N/A,,Held
bo@x.org,Forklift,15/01/2024,15/01/2027,A-11,,Held
bo@x.org,Forklift,16/01/2024,16/01/2027,B-52,,Held
bo@x.org,First Aid,13/01/1940,,,,Held
ana@x.org,Forklift,13/01/2024,13/01/2029,,,Held
bo.old@x.org,First Aid,17/01/2024,,,,Held
ana@x.org,Diploma,18/01/2024,,,,Held
"""
TOLD = """
date_format: [DD/MM/YYYY, MM/DD/YYYY]
status: {valid: [Held], withdrawn: [Revoked], leave_out: [Failed, ""]}
rules:
  - within: {column: credential_type, from: Diploma, to: First Aid}
"""
SENTENCES = {
    "field_count": (
        "The row has 2 fields, but the heading row has 7: a delimiter or a quotation mark is missing or extra. "
        "Correct the row in the file."
    ),
    "row_rejected": (
        "A person has rejected this row. If it is right after all, undo that decision (batch.reject(LINE, back=True))."
    ),
    "value_overruled": (
        "The file says 'Diploma', which exists here, but a rule of the recipe turns it into 'First Aid'. If the file "
        "is right, correct the cell or change the rule; if the rule is right, replace this value by a rule of its own."
    ),
    "value_required": "User email is blank, but this row needs it; fill it in.",
    "value_readable": (
        "Credential number contains invisible or look-alike characters (U+202E RIGHT-TO-LEFT "
        r"OVERRIDE): '7\u202e'. Retype the value."
    ),
    "value_damaged": (
        "Credential number is '1.23457E+11': a spreadsheet has shortened a long number, and its last digits are lost. "
        "Format the column as text or as a whole number in the spreadsheet where it comes from, and export again."
    ),
    "number_known": (
        "'n/a' is no number, but credentials of the type 'Welder' are told apart by theirs. Fill in the number."
    ),
    "number_doubtful": (
        "'N/A' is stored as the number. If it means that there is none, let the recipe make it blank (under 'rules': "
        "aliases: {column: credential_number, values: {'': [WORD]}})."
    ),
    "number_changes": (
        "Line 17 and line 18 are taken for versions of one credential, though their numbers differ. Nothing needs to "
        "be done if the card was renewed under another number. If one person can hold several 'Forklift', let the type "
        "be numbered (registry.load('types', FILE))."
    ),
    "value_allowed": "Level is 'perhaps', but must be one of: yes, no.",
    "status_known": (
        "Status is 'Lent', but the recipe knows only these words: valid (Held), withdrawn (Revoked), leave_out "
        '(Failed, ""). Correct the row, or say what the word means: under '
        "'status' in the recipe add it to valid, withdrawn or leave_out."
    ),
    "user_exists": (
        "No user of this organisation has the User email 'zoe@x.org'. Correct it, or load the user first "
        "(registry.load('users', FILE))."
    ),
    "credential_type_exists": (
        "This organisation has no credential type called 'Scuba'; only types that were already created here count. "
        "Choose an existing one, or create it first (registry.load('types', FILE))."
    ),
    "date_format": (
        "'2024-01-13' isn't a date written as DD/MM/YYYY or MM/DD/YYYY (the format set by the recipe), like "
        "'31/12/2026'. Perhaps '13/01/2024' is meant. Correct the date, or name its format in "
        "the recipe."
    ),
    "expires_after_issue": (
        "The credential expires on 12/31/2029 and was issued on 13/01/2030: a credential can't expire before it is "
        "issued. Correct one of the two dates."
    ),
    "not_repeated": (
        "Line 9 and line 10 have the same credential with the same issue date, but different content (Credential "
        "number). Keep the right row and remove the others."
    ),
    "repeated": (
        "The same credential also appears on line 11, with the same content; it is imported once. Nothing needs to be "
        "done."
    ),
    "date_unused": "Credentials of the type 'Badge' have no such date; '13/01/2024' isn't stored.",
    "date_ambiguous": (
        "'01/02/2024' was read as 2024-02-01, but would be 2024-01-02 in another of the declared formats (DD/MM/YYYY "
        "or MM/DD/YYYY). Make sure that it is right, or declare one format only."
    ),
    "date_unlikely": (
        "'13/01/1940' is before 1950 or more than 50 years ahead; the row is imported, but check the date."
    ),
    "expiry_unusual": (
        "The expiration date is 13/01/2029, but by the validity of the type (36 months) it would be 13/01/2027. The "
        "row is imported as it says; check the date."
    ),
    "former_name": (
        "'bo.old@x.org' is a former name of 'bo@x.org', and was understood. Correct it at the source when you can."
    ),
    "already_expired": "The credential expired on 13/01/2025; it is imported, and counts as expired.",
    "issued_in_future": "The issue date 13/01/2030 is in the future; the row is imported, but check the date.",
    "row_repaired": (
        "The quotation marks of this row didn't match, so it was reconstructed while reading. Compare it with the file."
    ),
}


def test_one_sentence_of_every_rule(tmp_path: Path) -> None:
    """Each rule says in one whole sentence what is wrong, where, and what to do; none is left out here."""
    own = schema_copy(tmp_path, fields='    level: pd.BooleanDtype = field("Level", kind="flag")\n')
    read = table(EVERY_RULE, heading_line=1, delimiter=",")
    read = replace(read, reading=replace(read.reading, repaired_lines=(9,)))
    known = replace(LOOKUPS, types=LOOKUPS.types.assign(validity_months=[None, 36, None, None, None, None]))
    known = replace(known, former=Former({"bo.old@x.org": int(known.users.set_index("email")["id"]["bo@x.org"])}))
    by_hand = [Patch(records(read, TOLD)[0], "record", "", "rejected")]
    errors = judge.review(read, Recipe.parse(TOLD), own, known, by_hand).errors
    first = errors.drop_duplicates("code").set_index("code")["resolution"]
    assert first.to_dict() == SENTENCES
    judged = {rule.code for rule in own.rules if not rule.reads_stored}
    assert set(SENTENCES) == judged - {"date_incomplete", "date_swapped"}  # each shown by a test of its own


def test_a_likely_heading_is_named_not_taken() -> None:
    """A heading that resembles the missing one is proposed in the sentence; nobody applies it silently."""
    with pytest.raises(FileError) as caught:
        review("Email,Credentail type,Issued\nana@x.org,First Aid,2024-01-05\n")
    assert caught.value.reason == "heading_missing"
    facts = {
        "where": "The heading row (line 1)",
        "title": "Credential type",
        "names": "Email, Credentail type, Issued",
        "perhaps": "Perhaps 'Credentail type' is meant. ",
    }
    assert facts.items() <= caught.value.facts.items()


def test_a_day_that_the_calendar_lacks_is_named_as_that() -> None:
    """A date in the right format, of a day that does not exist, is named as that; nothing is proposed."""
    (sentence,) = sentences(rows("ana@x.org,First Aid,2023-02-29,,"))
    assert sentence == (
        "'2023-02-29' isn't a date written as YYYY-MM-DD (the format set by the organisation), like '2026-12-31'. "
        "The calendar has no such day. Correct the date, or name its format in the recipe."
    )


@pytest.mark.parametrize(
    ("form", "written", "known"),
    [
        ("D MMM YYYY", "5 Mai 2024", False),
        ("D MMM YYYY", "30 Feb 2024", True),
        ("DD/MM/YYYY", "12/13/2024", True),
        ("dddd, D MMMM YYYY", "Friday, 5 March 2024", False),
    ],
)
def test_the_calendar_is_blamed_only_where_it_is_to_blame(form: str, written: str, *, known: bool) -> None:
    """A month in another language, or the wrong weekday, is no day that the calendar lacks: no reason is guessed."""
    (sentence,) = sentences(rows(f'ana@x.org,First Aid,"{written}",,', recipe=f"date_format: '{form}'"))
    assert ("The calendar has no such day." in sentence) == known
