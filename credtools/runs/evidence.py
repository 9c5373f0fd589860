"""Evidence: what a run leaves behind – counts and digests, the recipe and schema it ran by, its rejects, one page.

Only the rejects hold what stood in the file; they are readable by their owner only.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from credtools.audit import reports
from credtools.errors import CredtoolsError, RegistryError
from credtools.model import Outcome
from credtools.registry import Registry
from credtools.settings import VERSION

FACTS = ("began", "credtools", "source", "sha256", "recipe", "schema")  # of run.json, shown on the page


@dataclass(frozen=True)
class Timing:
    """When a run began, and how many seconds it took."""

    began: datetime
    total: float

    def split(self, record: Path) -> dict[str, float]:
        """The seconds of kernel start, imports (with opening the registry) and work, by the executed notebook."""
        cells = json.loads(record.read_text("utf-8"))["cells"] if record.exists() else []
        took = {"".join(c["source"]): c["metadata"].get("papermill", {}).get("duration") or 0.0 for c in cells}
        imports = sum(seconds for source, seconds in took.items() if "import credtools" in source)
        work = sum(took.values()) - imports
        parts = {"total": self.total, "kernel": self.total - imports - work, "imports": imports, "work": work}
        return {name: round(seconds, 3) for name, seconds in parts.items()}


def write(registry: Registry, folder: Path, outcome: Outcome, source: str, timing: Timing) -> Path | None:
    """Fills the folder of a run: run.json, recipe.yaml, schema.py, report.html, and rejects.csv where there are some.

    Returns the path of the rejects. Raises CredtoolsError when something can't be written.
    """
    try:
        seconds = timing.split(folder / "import.ipynb")
        about = {"credtools": VERSION, "began": timing.began.isoformat(), "seconds": seconds, "source": source}
        told: dict[str, Any] = {**about, **outcome.as_dict()}
        rejects: Path | None = None
        batch = None if outcome.batch is None else registry.batch(outcome.batch)
        if batch is not None:
            schema = registry.schema(batch.recipe.schema)
            told |= {"sha256": batch.sha256, "recipe": batch.recipe.fingerprint, "schema": schema.fingerprint}
            (folder / "recipe.yaml").write_text(batch.recipe.text(), "utf-8")
            shutil.copyfile(registry.places.schemas / f"{schema.name}.py", folder / "schema.py")
            if outcome.counts.rejected:
                rejects = folder / "rejects.csv"
                registry.write_rejects(rejects, batch)
        (folder / "run.json").write_text(json.dumps(told, indent=2) + "\n", "utf-8")
        page = reports.run_page(outcome, batch.summary() if batch else None, {name: told.get(name) for name in FACTS})
        reports.write(folder / "report.html", page)
    except (OSError, RegistryError) as problem:
        raise CredtoolsError(f"The evidence of the run can't be written to {folder}: {problem}") from problem
    return rejects
