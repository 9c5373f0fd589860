"""What analysts ask: which source gets worse, what was settled and when, what is behind it, who waived and uploaded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import update

from credtools.audit import reports
from credtools.errors import CredtoolsError
from credtools.jupyter import AuditPage, Record
from credtools.registry import Registry
from credtools.store import tables
from tests.builders import ANA, BEN, export, load, only_sqlite, write

MONDAY = datetime(2026, 10, 5, 6, tzinfo=UTC)
GOOD = [f"{name}@example.org,Forklift,{year}-02-20,," for year in range(2000, 2024) for name in ("ana", "ben")]


def bad(number: int) -> str:
    return f"nobody{number}@example.org,Forklift,2024-01-01,,"


def dated(registry: Registry, table: Any, numbers: list[int], **moments: datetime) -> None:
    """The same as if it had happened then."""
    with registry.engine.connect().execution_options(credtools_writes=True) as connection, connection.begin():
        connection.execute(update(table).where(table.c.id.in_(numbers)).values(**moments))


def deliver(registry: Registry, folder: Path, source: str, week: int, *rows: str) -> int:
    """A file of a source, finished in a week (from 0)."""
    recipe = write(folder, f"{source}.yaml", "")
    number = len(registry.batches())
    batch = registry.upload(export(folder, *rows, name=f"{source}{number}.csv"), recipe=recipe)
    batch.finish()
    dated(registry, tables.batches, [batch.id], finished_at=MONDAY + timedelta(weeks=week, minutes=number))
    return int(batch.id)


@pytest.fixture
def weeks(registry: Registry, tmp_path: Path) -> Registry:
    """Two sources over three weeks: hr gets worse, lms stays as it is. Batches 1 to 6, hr first."""
    for week, wrong in enumerate((1, 1, 6)):
        deliver(registry, tmp_path, "hr", week, *GOOD[week : week + 20 - wrong], *map(bad, range(wrong)))
        deliver(registry, tmp_path, "lms", week, *GOOD[week + 20 : week + 28], bad(100), bad(101))
    return registry


def rates(frame: pd.DataFrame, by: str = "source") -> list[tuple[Any, ...]]:
    return list(frame[[by, "week", "files", "rows", "rejected"]].itertuples(index=False, name=None))


EXPECTED = [
    ("hr", "2026-10-05", 1, 20, 1),
    ("hr", "2026-10-12", 1, 20, 1),
    ("hr", "2026-10-19", 1, 20, 6),
    ("lms", "2026-10-05", 1, 10, 2),
    ("lms", "2026-10-12", 1, 10, 2),
    ("lms", "2026-10-19", 1, 10, 2),
]


def test_which_source_gets_worse(weeks: Registry) -> None:
    """The last week of each source stands beside those before; only what chance doesn't explain is worse."""
    assert rates(weeks.audit.rates()) == EXPECTED
    assert weeks.audit.rates()["rate"].tolist() == [0.05, 0.05, 0.3, 0.2, 0.2, 0.2]
    found = weeks.audit.worsening()
    assert found.index.tolist() == ["hr", "lms"]
    assert found["worse"].tolist() == [True, False]
    hr = found.loc["hr"]
    assert (hr["week"], hr["rows"], hr["rejected"], hr["rows_before"], hr["rejected_before"]) == (
        "2026-10-19",
        *(20, 6, 40, 2),
    )
    assert hr["change"] == pytest.approx(0.25)
    assert weeks.audit.worsening(weeks=1).loc["hr", "rows_before"] == 20
    assert weeks.audit.worsening(until="2026-10-18")["worse"].tolist() == [False, False]
    said = next(one for one in reports.sections(weeks.audit, {}) if one.name == "rates")
    assert said.sentence.startswith("hr gets worse: 30.0% of 20 rows")
    assert said.rows[0][:4] == ("hr", "+25.0 points · worse", "5.0% of 40", "30.0% of 20")


def test_one_row_more_is_no_trend(registry: Registry, tmp_path: Path) -> None:
    """A single rejected row makes no source worse, and a source of one week can't be compared."""
    deliver(registry, tmp_path, "hr", 0, *GOOD[:3])
    assert registry.audit.worsening()["worse"].tolist() == [False]
    assert registry.audit.worsening()["rate_before"].isna().tolist() == [True]
    deliver(registry, tmp_path, "hr", 1, GOOD[3], bad(1))
    assert registry.audit.worsening()["worse"].tolist() == [False]


def test_rates_over_time(weeks: Registry, tmp_path: Path) -> None:
    """Waivers, corrections, fixes and erasures later leave a week's rate; an undone batch leaves it; merges join."""
    weeks.waive(5, ["16"], "left the company")
    weeks.write_rejects(tmp_path / "wrong.csv", batch=5)
    text = (tmp_path / "wrong.csv").read_text("utf-8-sig")
    (tmp_path / "wrong.csv").write_text(text.replace("nobody1@example.org", "cara@example.org"), "utf-8")
    weeks.correct(tmp_path / "wrong.csv")  # its batch is none of the source's own files
    load(weeks, tmp_path, users="Email\nnobody2@example.org\n")
    weeks.erase("nobody2@example.org", "asked for it")
    assert rates(weeks.audit.rates()) == EXPECTED
    weeks.undo(5)
    assert rates(weeks.audit.rates()) == EXPECTED[:2] + EXPECTED[3:]
    weeks.merge_source("lms", "hr")
    assert rates(weeks.audit.rates()) == [
        ("hr", "2026-10-05", 2, 30, 3),
        ("hr", "2026-10-12", 2, 30, 3),
        ("hr", "2026-10-19", 1, 10, 2),
    ]


def test_rates_of_some_rows(weeks: Registry) -> None:
    """A code chooses among the rejected rows; what was judged stays all of the file; other groups are files' own."""
    assert weeks.audit.rates(code="date_format")["rejected"].tolist() == [0] * 6
    assert weeks.audit.rates(code="user_exists", source="hr")["rejected"].tolist() == [1, 1, 6]
    assert weeks.audit.rates(state="superseded")["rejected"].tolist() == [1, 1, 0, 2, 2, 0]
    assert weeks.audit.rates(batch=1)["rows"].tolist() == [20]
    assert rates(weeks.audit.rates("uploader"), "uploader")[0][1:] == ("2026-10-05", 2, 30, 3)
    with pytest.raises(CredtoolsError) as caught:
        weeks.audit.rates("code")
    assert caught.value.reason == "rate_group_unknown"


def test_settled_by_when_it_happened(registry: Registry, tmp_path: Path) -> None:
    """What was fixed, waived or superseded in a month, whenever it came first; what was reopened or undone isn't."""
    first = deliver(registry, tmp_path, "hr", 0, *map(bad, range(5)))
    registry.waive(first, [2, 3], "left the company")
    registry.reopen(first, [3])
    dated(registry, tables.rejects, [1], changed_at=datetime(2026, 10, 31, 23, 59, tzinfo=UTC))
    load(registry, tmp_path, users="Email\nnobody1@example.org\nnobody2@example.org\n")
    second = deliver(registry, tmp_path, "hr", 1, bad(1), bad(3))
    dated(registry, tables.rejects, [2, 4], changed_at=datetime(2026, 11, 1, tzinfo=UTC))
    audit = registry.audit
    assert audit.settled().reset_index().to_numpy().tolist() == [["2026-11", 1, 0, 1], ["2026-10", 0, 1, 0]]
    november: dict[str, Any] = {"changed_since": "2026-11-01", "changed_until": "2026-11-30"}
    assert audit.settled("source", **november).to_numpy().tolist() == [[1, 0, 1]]
    assert audit.settled("week", changed_until="2026-10-31").index.tolist() == ["2026-10-26"]
    assert audit.rejects("source", state="waived", **november).empty
    assert audit.rejects("source", changed_since="2026-10-31", changed_until="2026-10-31").to_numpy().sum() == 1
    registry.undo(second)
    assert audit.settled().to_numpy().tolist() == [[0, 1, 0]]
    with pytest.raises(CredtoolsError) as caught:
        audit.settled(changed_since="2026-11-02", changed_until="2026-11-01")
    assert caught.value.reason == "days_swapped"


def test_top_values_of_each_cause(registry: Registry, tmp_path: Path) -> None:
    """The most frequent wrong values first, of each cause; came again counts once, erased is nowhere."""
    wrong = ["ana@example.org,Frist Aid,2024-01-{:02},,", "ana@example.org,Fist Aid,2024-02-{:02},,"]
    rows = [wrong[0].format(day) for day in (1, 2, 3)] + [wrong[1].format(1), bad(1)]
    for number in range(2):
        deliver(registry, tmp_path, "hr", number, *rows, GOOD[number])
    columns = ["code", "column", "value", "rows", "open", "different"]
    found = registry.audit.values()[columns].to_numpy().tolist()
    assert found == [
        ["credential_type_exists", "credential_type", "Frist Aid", 3, 3, 2],
        ["credential_type_exists", "credential_type", "Fist Aid", 1, 1, 2],
        ["user_exists", "user_email", "nobody1@example.org", 1, 1, 1],
    ]
    registry.waive(2, [2], "no")
    assert registry.audit.values(most=1)[columns].to_numpy().tolist()[0][3:] == [3, 2, 2]
    assert registry.audit.rejects("source", value="Frist Aid", state="open").to_numpy().sum() == 2
    registry.erase("nobody1@example.org", "asked for it")
    assert registry.audit.values()["code"].unique().tolist() == ["credential_type_exists"]


def test_who_waived_what_and_why(registry: Registry, tmp_path: Path) -> None:
    """Each waived row has who decided it: also when it came again after its record was waived for good."""
    deliver(registry, tmp_path, "hr", 0, bad(1), bad(2))
    registry.waive(1, [2], "left the company", for_good=True)
    registry.by = "somebody.else@example.org"
    for number in (2, 3):
        deliver(registry, tmp_path, "hr", number, bad(1), bad(2), GOOD[number])
    registry.waive(3, [3], "never worked here")
    found = registry.audit.waivers()
    said = ["batch", "line", "by", "reason", "for_good", "again"]
    assert found[said].to_numpy().tolist() == [
        [3, 3, "somebody.else@example.org", "never worked here", False, False],
        [3, 2, "uploader@example.org", "left the company", True, True],
    ]
    registry.reopen(3, [2])
    assert registry.audit.waivers()["line"].tolist() == [3]
    assert registry.audit.waivers(source="hr", changed_until="2020-01-01").empty


def test_who_uploaded_what(registry: Registry, tmp_path: Path) -> None:
    """By uploader and type what the flow counts: accepted and rejected rows, without those of undone batches."""
    deliver(registry, tmp_path, "hr", 0, ANA, BEN, bad(1), "ana@example.org,Frist Aid,2024-01-01,,")
    registry.by = "somebody.else@example.org"
    last = deliver(registry, tmp_path, "hr", 1, "cara@example.org,Forklift,2024-01-01,,")
    found = registry.audit.uploads()
    columns = ["uploader", "type", "files", "accepted", "rejected"]
    assert sorted(found[columns].to_numpy().tolist()) == [
        ["somebody.else@example.org", "Forklift", 1, 1, 0],
        ["uploader@example.org", "", 1, 0, 1],
        ["uploader@example.org", "First Aid", 1, 1, 0],
        ["uploader@example.org", "Forklift", 1, 1, 1],
    ]
    flow = registry.audit.flow().iloc[0]
    assert (found["accepted"].sum(), found["rejected"].sum()) == (flow["accepted"], flow["rejected"])
    assert registry.audit.uploads(type="First Aid")["accepted"].tolist() == [1]
    registry.undo(last)
    assert set(registry.audit.uploads()["uploader"]) == {"uploader@example.org"}
    with pytest.raises(CredtoolsError) as caught:
        registry.audit.uploads(changed_since="2026-01-01")
    assert caught.value.reason == "filter_of_rejects"


MOMENT = "datetime64[us, UTC]"
TYPES: Mapping[str, Mapping[str, str]] = {
    "rates": {
        **dict.fromkeys(("source", "week"), "str"),
        **dict.fromkeys(("files", "rows", "rejected"), "int64"),
        "rate": "float64",
    },
    "worsening": {
        "week": "str",
        **dict.fromkeys(("rows", "rejected", "rows_before", "rejected_before"), "int64"),
        **dict.fromkeys(("rate", "rate_before", "change"), "float64"),
        "worse": "bool",
    },
    "settled": dict.fromkeys(("fixed", "waived", "superseded"), "int64"),
    "values": {
        **dict.fromkeys(("code", "column", "value"), "str"),
        **dict.fromkeys(("rows", "open", "different"), "int64"),
    },
    "waivers": {
        **dict.fromkeys(("reject", "batch", "line", "sheet", "piece"), "int64"),
        **dict.fromkeys(("source", "type", "by", "reason"), "str"),
        "at": MOMENT,
        **dict.fromkeys(("for_good", "again"), "bool"),
    },
    "uploads": {
        **dict.fromkeys(("uploader", "type"), "str"),
        **dict.fromkeys(("files", "accepted", "rejected"), "int64"),
        "last": MOMENT,
    },
}


def test_answers_have_their_types(registry: Registry, tmp_path: Path) -> None:
    """Each column of an answer has the same type with rows and without."""
    for rows in ((), (bad(1), bad(2), ANA)):
        if rows:
            registry.waive(deliver(registry, tmp_path, "hr", 0, *rows), [2], "no")
            load(registry, tmp_path, users="Email\nnobody2@example.org\n")
            deliver(registry, tmp_path, "hr", 1, *rows)
        for name, columns in TYPES.items():
            found = getattr(registry.audit, name)()
            assert (name, {str(k): str(v) for k, v in found.dtypes.items()}) == (name, columns)


def test_lists_in_each_order(registry: Registry, tmp_path: Path) -> None:
    """Rows are listed by age, by what changed last, page by page; those that came again only when asked for."""
    for number in range(2):
        deliver(registry, tmp_path, "hr", number, bad(number), bad(7), GOOD[number])
    dated(registry, tables.rejects, [1], first_seen=MONDAY, changed_at=datetime.now(UTC) + timedelta(days=1))
    audit = registry.audit

    def values(order: str, most: int = 9, skip: int = 0, **filters: Any) -> list[int]:
        return list(dict.fromkeys(audit.listed(order, most, skip, **filters)["reject"].tolist()))

    assert values("newest") == [4, 3, 2, 1]
    assert values("oldest")[0] == values("changed")[0] == values("youngest")[-1] == 1
    assert values("newest", latest=True) == [4, 3, 1]
    assert values("newest", most=2, skip=1, latest=True) == [3, 1]
    assert values("newest", state="superseded") == [2]
    with pytest.raises(CredtoolsError) as caught:
        audit.listed("random", 1)
    assert caught.value.reason == "order_unknown"


# --- the page -------------------------------------------------------------------------------------------------


class Clicks:
    """The page of the audit without a browser: what a click sends, and what is sent back."""

    def __init__(self, registry: Registry) -> None:
        self.page = AuditPage(registry)
        self.page.send = self._send
        self.state: dict[str, Any] = {}
        self("ready")

    def _send(self, message: dict[str, Any], _buffers: Any = None) -> None:
        self.sent.append(message)
        if message["type"] == "state":
            self.state = message
        elif message["type"] == "list":
            self.state["list"] = message["list"]

    def __call__(self, verb: str, **values: Any) -> dict[str, Any]:
        self.sent: list[dict[str, Any]] = []
        self.page._on_message(self.page, {"do": verb, **values}, [])
        return self.state

    @property
    def sections(self) -> dict[str, dict[str, Any]]:
        return {one["section"]["name"]: one["section"] for one in self.sent if one["type"] == "section"}

    def places(self) -> dict[int, tuple[int, str]]:
        """Of the rows listed: batch and exact row, by batch."""
        return {row["batch"]: (row["batch"], row["row"]) for row in self.state["list"]["rows"]}


@pytest.fixture
def clicks(weeks: Registry) -> Clicks:
    return Clicks(weeks)


def opens(sections: Mapping[str, dict[str, Any]]) -> set[int]:
    """How many rows are open, as each section of the page says it that speaks of all of them."""
    ageing, flow = sections["ageing"], sections["flow"]
    counts = {sum(int(cell) for row in ageing["rows"] for cell in row[1:])}
    counts.add(sum(int(row[flow["headings"].index("Open")]) for row in flow["rows"]))
    causes = sections["causes"]
    counts.add(sum(int(row[causes["headings"].index("Open")]) for row in causes["rows"]))  # each has one error here
    return counts


def test_one_number_for_one_thing(clicks: Clicks, weeks: Registry) -> None:
    """Open rows are as many in the status line, the list and every section, whatever has come again or was undone."""
    weeks.waive(5, [16], "no")
    weeks.undo(6)
    for again in (False, True):
        if again:
            weeks.reopen(5, [16])
        state = clicks("ready")
        (number,) = opens(clicks.sections)
        assert f"{number:,} open" in state["status"]
        assert sum(row["state"] == "open" for row in state["list"]["rows"]) == number
        assert state["list"]["found"] == len(state["list"]["rows"])
    clicks("filter", filters={"source": "hr"})
    assert opens(clicks.sections) == {6}


def test_a_figure_leads_to_as_many_rows(clicks: Clicks) -> None:
    """Every number that is a button lists exactly that many rows."""
    clicks("ready")
    for section in clicks.sections.values():
        for row, links in zip(section["rows"], section["links"], strict=False):
            for cell, link in zip(row, links, strict=False):
                if link is not None and section["name"] != "waivers":
                    assert (link, clicks("filter", filters=link)["list"]["found"]) == (link, int(cell))


def test_waived_and_undone_on_the_page(clicks: Clicks, weeks: Registry) -> None:
    """Rows of several batches are waived with a reason at once; undo opens them; nothing is done without a reason."""
    chosen = [list(place) for place in clicks.places().values()]
    assert len(chosen) == 2
    clicks("waive", chosen=chosen, reason=" ")
    assert (clicks.state["reason"], clicks.state["undo"]) == ("waive_without_reason", "")
    clicks("waive", chosen=chosen, reason="left the company", for_good=True)
    assert clicks.state["status"].endswith("· 6 open · 2 waived")
    assert clicks.state["undo"] == "2 rows waived"
    assert weeks.audit.waivers()[["reason", "for_good"]].to_numpy().tolist() == [["left the company", True]] * 2
    clicks("undo")
    assert clicks.state["status"].endswith("· 8 open")
    assert clicks.state["undo"] == ""
    clicks("undo")
    assert clicks.state["reason"] == "nothing_to_undo"


def test_reopened_and_undone_on_the_page(clicks: Clicks, weeks: Registry) -> None:
    """Undoing a reopening waives each row again for its own reason; what somebody changed since is refused."""
    weeks.waive(5, [16], "left the company", for_good=True)
    weeks.waive(5, [17], "never worked here")
    state = clicks("filter", filters={"state": "waived"})
    chosen = [[row["batch"], row["row"]] for row in state["list"]["rows"]]
    assert {row["why"].partition(": ")[2] for row in state["list"]["rows"]} == {"left the company", "never worked here"}
    clicks("reopen", chosen=chosen)
    assert weeks.audit.waivers().empty
    clicks("undo")
    found = weeks.audit.waivers()[["line", "reason", "for_good"]].sort_values("line").to_numpy().tolist()
    assert found == [[16, "left the company", True], [17, "never worked here", False]]
    clicks("reopen", chosen=chosen)
    weeks.waive(5, [16], "by somebody else")
    clicks("undo")
    assert clicks.state["reason"] == "lines_without_reject"
    assert weeks.audit.waivers()["reason"].tolist() == ["by somebody else"]


def test_filters_that_have_no_field(clicks: Clicks) -> None:
    """A figure may choose a batch or a value; the page says so, and takes it away again."""
    state = clicks("filter", filters={"batch": "5", "value": "nobody3@example.org"})
    assert state["list"]["found"] == 1
    assert set(state["more"]) == {"batch", "value"}
    assert clicks("filter", filters={})["more"] == {}


@only_sqlite
def test_a_record_has_the_same_without_values(weeks: Registry, tmp_path: Path) -> None:
    """The record and the page that are kept answer the same questions, without values and people's reasons."""
    weeks.waive(5, [16], "left the company")
    titles = [section.title for section in reports.sections(weeks.audit, {}, values=True)]
    record = Record.of_audit(weeks, {"value": "nobody0@example.org"})
    page = weeks.report(tmp_path / "audit.html", value="nobody0@example.org").read_text("utf-8")
    for title in titles:
        assert title in record.text
        assert f"<h2>{title}</h2>" in page
    for text in (record.text, record.markup, page):
        assert "nobody" not in text.lower().replace("nobody's", "")
        assert "left the company" not in text


def test_history_in_sentences(registry: Registry, tmp_path: Path) -> None:
    """What happened to a row is said with titles and the recipe's name and version, never with codes or digests."""
    file = export(tmp_path, bad(1), name="a.csv")
    registry.upload(file, recipe=write(tmp_path, "hr.yaml", "")).finish()
    registry.waive(1, [2], "left the company.")
    registry.reopen(1, [2])
    load(registry, tmp_path, users="Email\nnobody1@example.org\n")
    file = export(tmp_path, bad(1), GOOD[0], name="b.csv")
    registry.upload(file, recipe=write(tmp_path, "hr.yaml", "date_format: YYYY-MM-DD\n")).finish()
    assert registry.audit.row(1, 2)["sentence"].tolist() == [
        "Uploaded in a.csv (source hr).",
        "Rejected: User doesn't exist (recipe hr, version 1).",
        "Waived.",
        "Opened again.",
        "Uploaded in b.csv (source hr).",
        "Accepted as a new credential (recipe hr, version 2).",
        "Issue date: 2024-01-01.",
        "Fixed by batch 2 line 2.",
    ]
    assert registry.audit.person("nobody1@example.org")["sentence"].tolist()[-1] == "Fixed by batch 2 line 2."
