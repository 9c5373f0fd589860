"""Preview equals finish: whatever else is written in between."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from credtools.errors import MovedError
from credtools.registry import Registry
from tests.builders import export, new_organisation
from tests.conftest import Home

# Few people, types and dates, so that files often speak of the same credentials.
ROW = st.tuples(
    st.sampled_from(["ana", "ben", "zoe"]),
    st.sampled_from(["First Aid", "Licence"]),
    st.sampled_from(["2024-01-01", "2025-01-01", "01.01.2024"]),
    st.sampled_from(["", "2030-01-01"]),
).map(lambda row: f"{row[0]}@example.org,{row[1]},{row[2]},{row[3]},{'7' if row[1] == 'Licence' else ''}")
FILE = st.lists(ROW, min_size=1, max_size=6)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(before=FILE, ours=FILE, between=st.one_of(st.none(), FILE), undone=st.booleans())
@example(
    before=["ben@example.org,Licence,2024-01-01,,7"],
    ours=["ben@example.org,Licence,2025-01-01,,7"],
    between=["ben@example.org,Licence,2025-01-01,2030-01-01,7"],
    undone=False,
)
def test_finish_does_what_was_shown_or_refuses(
    home: Home,
    opened: Callable[..., Registry],
    tmp_path: Path,
    before: list[str],
    ours: list[str],
    between: list[str] | None,
    *,
    undone: bool,
) -> None:
    """Finish writes exactly the previewed counts; when others have moved them it refuses once, then shows the new."""
    numbers = itertools.count()
    one, other = (opened(url) for url in [home.copy_of(new_organisation)] * 2)
    first = other.upload(export(tmp_path, *before, name=f"{next(numbers)}.csv"))
    first.finish()
    batch = one.upload(export(tmp_path, *ours, name=f"{next(numbers)}.csv"))
    shown = batch.preview()
    if between is not None:
        other.upload(export(tmp_path, *between, name=f"{next(numbers)}.csv")).finish()
    elif undone:
        other.undo(first)
    try:
        receipt = batch.finish()
    except MovedError:
        moved = batch.preview()
        assert shown.moved(moved)  # other counts, or something else is said: a stored value that would be lost
        receipt, shown = batch.finish(), moved
    if not receipt.replayed:
        assert receipt.counts == shown
    assert one.verify() == []
    for registry in (one, other):
        registry.engine.dispose()
