"""Which version of a credential counts today, and which of those expire soon: one definition for page and files."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from credtools.cli import main
from credtools.jupyter import Record
from credtools.jupyter.credentials import NOTHING_WAITS, Credentials
from credtools.registry import Batch, Registry
from tests.builders import export, only_sqlite


@pytest.fixture
def registry(registry: Registry) -> Registry:
    """The small organisation; only first aid is approved by somebody."""
    registry.set("approval_required", value=False)
    return registry


def finish(registry: Registry, folder: Path, *rows: tuple[str, str, int | None]) -> Batch:
    """Credentials of Ana: type with number, issue date, and in how many days they expire, uploaded and finished."""
    today = registry.lookups().today
    lines = []
    for kind, issued, days in rows:
        name, _, number = kind.partition(" #")
        lines.append(f"ana@example.org,{name},{issued},{'' if days is None else today + timedelta(days)},{number}")
    batch = registry.upload(export(folder, *lines, name=f"{len(registry.batches())}.csv"))
    assert batch.finish().counts.rejected == 0
    return batch


def soon(registry: Registry, days: int) -> list[tuple[str, str]]:
    found = registry.expiring(days)
    return list(zip(found["credential_number"], found["issue_date"].astype(str), strict=True))


def test_bounds(registry: Registry, tmp_path: Path) -> None:
    """From today to exactly so many days on, soonest first; neither yesterday, nor a day later, nor never."""
    days = (31, 30, 0, -1, 1, None)
    finish(registry, tmp_path, *((f"Licence #{k}", "2020-01-01", each) for k, each in enumerate(days)))
    assert [number for number, _ in soon(registry, 30)] == ["2", "4", "1"]
    assert [number for number, _ in soon(registry, 31)] == ["2", "4", "1", "0"]
    assert [number for number, _ in soon(registry, 0)] == ["2"]


def test_a_pending_successor_changes_nothing_yet(registry: Registry, tmp_path: Path) -> None:
    """The newest approved version counts while its successor is pending, or was declined; not once approved."""
    first = finish(registry, tmp_path, ("First Aid", "2023-01-01", 5))
    assert soon(registry, 30) == []  # nobody has approved it
    registry.approve(first)
    second = finish(registry, tmp_path, ("First Aid", "2024-01-01", 400))
    assert soon(registry, 30) == [("", "2023-01-01")]
    registry.decline(second, [2], "unreadable")
    assert soon(registry, 30) == [("", "2023-01-01")]
    third = finish(registry, tmp_path, ("First Aid", "2024-02-02", 500))
    registry.approve(third)
    assert soon(registry, 30) == []
    registry.undo(third)
    assert soon(registry, 30) == [("", "2023-01-01")]


def test_the_figures_of_the_page_count_credentials_and_agree(registry: Registry, tmp_path: Path) -> None:
    """The totals count credentials, however many versions each has; the list says how many versions of how many."""
    finish(registry, tmp_path, ("Licence #1", "2020-01-01", -1), ("Licence #2", "2020-01-01", 10))
    first = finish(registry, tmp_path, ("First Aid", "2023-01-01", 5))
    assert Credentials(registry).totals == {"pending": 1, "expired": 1, "expiring soon": 1, "withdrawn": 0, "total": 3}
    registry.approve(first)
    finish(registry, tmp_path, ("First Aid", "2024-01-01", 400), ("First Aid", "2024-02-02", 500))
    page = Credentials(registry)
    assert page.totals == {"pending": 1, "expired": 1, "expiring soon": 2, "withdrawn": 0, "total": 3}
    for state, versions in {"pending": 2, "expired": 1, "expiring soon": 2, "valid": 0}.items():
        found = page.like("", state)
        assert (found["found"], found["credentials"]) == (versions, page.totals.get(state, 0))
    whole = page.like("", "")
    assert (whole["found"], whole["credentials"]) == (5, page.totals["total"])
    assert repr(Record.of_batch(registry, 0, finish=False)) == (
        f"{NOTHING_WAITS}\n\n1 pending · 1 expired · 2 expiring soon · 0 withdrawn · 3 total"
    )


def test_an_older_version_that_arrives_later_does_not_count(registry: Registry, tmp_path: Path) -> None:
    """Versions order by issue date; the credentials page and its totals say the same."""
    finish(registry, tmp_path, ("Licence #7", "2024-01-01", 20))
    finish(registry, tmp_path, ("Licence #7", "2020-01-01", 10))
    assert soon(registry, 30) == [("7", "2024-01-01")]
    page = Credentials(registry)
    assert page.totals == {"pending": 0, "expired": 0, "expiring soon": 1, "withdrawn": 0, "total": 1}
    assert [row[3] for row in page.like("", "", 30)["rows"]] == ["2024-01-01"]
    assert page.like("", "", 19)["found"] == 0


def test_today_is_a_day_of_the_organisation(registry: Registry, tmp_path: Path) -> None:
    """On the other side of the date line it is another day, always: what expires today there has expired here."""
    registry.set("time_zone", "Pacific/Pago_Pago")
    finish(registry, tmp_path, ("Licence #7", "2020-01-01", 0))
    assert [number for number, _ in soon(registry, 0)] == ["7"]
    registry.set("time_zone", "Pacific/Kiritimati")
    assert soon(registry, 30) == []


@only_sqlite
def test_export_holds_what_expires(
    registry: Registry, registry_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`export --expiring DAYS` writes the same rows as clean files, of one batch when asked; days are whole numbers."""
    batch = finish(registry, tmp_path, ("Licence #1", "2020-01-01", 60), ("Licence #2", "2020-01-01", 10))
    finish(registry, tmp_path, ("Licence #3", "2020-01-01", 50))
    monkeypatch.setenv("CREDTOOLS_DATABASE", registry_url)
    numbers = {}
    for options in (("90",), ("50",), ("90", "--batch", str(batch.id))):
        done = CliRunner().invoke(main, ["export", "-o", str(tmp_path / "soon.csv"), "--force", "--expiring", *options])
        assert done.output == f"Written: {tmp_path / 'soon.csv'}.\n"
        rows = (tmp_path / "soon.csv").read_text("utf-8-sig").splitlines()
        assert rows[0].startswith("User email,Credential type,Issue date,Expiration date,Credential number")
        numbers[options] = [row.split(",")[4] for row in rows[1:]]
    assert list(numbers.values()) == [["2", "3", "1"], ["2", "3"], ["2", "1"]]
    assert CliRunner().invoke(main, ["export", "-o", "x.csv", "--expiring", "soon"]).exit_code == 2


def test_nothing_expires_where_nothing_is(registry: Registry) -> None:
    """An organisation without credentials has none that expire, and none on its page."""
    assert registry.expiring(90).empty
    assert Credentials(registry).like("", "", 90) == {"rows": [], "found": 0, "credentials": 0}
