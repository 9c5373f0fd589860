"""`make bench`: each job beside the plainest way to do it, as the median of ratios; the last line is JSON."""

from __future__ import annotations

import csv
import io
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pandera.errors

from credtools import checking, demo, reading
from credtools.recipes import Recipe

ROWS = 20_000
ROUNDS = 5


def ratio(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float, float]:
    """Median CPU seconds of both, and the median of the ratios, measured in turn."""
    pairs = []
    for _ in range(ROUNDS):
        pair = []
        for job in (ours, theirs):
            start = time.process_time()
            job()
            pair.append(time.process_time() - start)
        pairs.append(pair)
    return (
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
        statistics.median(a / b for a, b in pairs),
    )


def main() -> None:
    """Measures on the demo's export of 20,000 rows and prints a table."""
    with tempfile.TemporaryDirectory() as folder:
        made = demo.prepare(Path(folder) / "demo", rows=ROWS)
        content = made.export.read_bytes()
        text = content.decode("cp1252")
        recipe = Recipe.load(made.recipe)
        table = reading.read(made.export, **recipe.read)
        schema, lookups = made.registry.schema("credentials"), made.registry.lookups()
        resolved = checking.review(table, recipe, schema, lookups).resolved

        def validate_lazily() -> None:
            with suppress(pandera.errors.SchemaErrors):
                schema.model.validate(resolved, lazy=True)

        jobs: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
            "read_vs_csv": (
                lambda: reading.read_bytes(content, "export.csv", **recipe.read),
                lambda: list(csv.reader(io.StringIO(text, newline=""), delimiter=";")),
            ),
            "check_20k_vs_lazy": (lambda: checking.review(table, recipe, schema, lookups), validate_lazily),
        }
        ratios = {}
        print(f"{'job':<20} {'ours, ms':>10} {'other, ms':>10} {'ratio':>8}")
        for name, (ours, theirs) in jobs.items():
            mine, other, ratios[name] = ratio(ours, theirs)
            print(f"{name:<20} {mine * 1000:>10.0f} {other * 1000:>10.0f} {ratios[name]:>8.2f}")
        print(json.dumps({name: round(value, 3) for name, value in ratios.items()}))


if __name__ == "__main__":
    main()
