"""Evidence: what a run leaves behind – counts and digests, the recipe and schema it used, its rejects, one page.

Only the rejects hold what the file said; they are readable by their owner only.
"""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from credtools import outputs
from credtools.audit import reports
from credtools.errors import CredtoolsError
from credtools.model import Outcome
from credtools.registry import Registry
from credtools.settings import VERSION

FACTS = ("began", "credtools", "source", "sha256", "recipe", "schema")  # of run.json, shown on the page


def write(
    registry: Registry | None, folder: Path, outcome: Outcome, source: str, began: datetime, total: float
) -> Path | None:
    """Fills the folder of a run: run.json, recipe.yaml, schema.py, report.html, and rejects.csv where there are some.

    Without a registry only what the outcome says. Returns the path of the rejects. Raises CredtoolsError when something
    can't be written.
    """
    facts: dict[str, Any] = {"credtools": VERSION, "began": began.isoformat()}
    try:
        facts |= {"seconds": _seconds(total, folder / "import.ipynb"), "source": source, **outcome.as_dict()}
        rejects: Path | None = None
        batch = registry.batch(outcome.batch) if registry and outcome.batch is not None else None
        if registry and batch:
            schema = registry.schema(batch.recipe.schema)
            facts |= {"sha256": batch.sha256, "recipe": batch.recipe.fingerprint, "schema": schema.fingerprint}
            outputs.write(folder / "recipe.yaml", batch.recipe.text())
            outputs.write(folder / "schema.py", (registry.places.schemas / f"{schema.name}.py").read_bytes())
            if outcome.counts.rejected:
                rejects = folder / "rejects.csv"
                registry.write_rejects(rejects, batch)
        outputs.write(folder / "run.json", json.dumps(facts, indent=2) + "\n")
        page = reports.run_page(outcome, batch.summary() if batch else None, {name: facts.get(name) for name in FACTS})
        reports.write(folder / "report.html", page)
    except (OSError, CredtoolsError) as problem:
        why = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
        raise CredtoolsError("evidence_unwritten", folder=str(folder), why=why) from problem
    return rejects


def _seconds(total: float, record: Path) -> dict[str, float]:
    """Of the `total` seconds of a run: kernel start, imports (with opening the registry), work; by its notebook."""
    cells = []
    if record.exists():
        with suppress(ValueError):  # it was cut off, which is said elsewhere
            cells = json.loads(record.read_text("utf-8"))["cells"]
    took = {"".join(c["source"]): c["metadata"].get("papermill", {}).get("duration") or 0.0 for c in cells}
    imports = sum(seconds for source, seconds in took.items() if "import credtools" in source)
    work = sum(took.values()) - imports
    parts = {"total": total, "kernel": total - imports - work, "imports": imports, "work": work}
    return {name: round(seconds, 3) for name, seconds in parts.items()}
