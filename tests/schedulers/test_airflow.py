"""The worked example for Airflow, run by Airflow itself: its own database, its PapermillOperator, both tasks."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from pathlib import Path

import pytest

from credtools.registry import Registry
from tests.core import ROOT
from tests.schedulers.conftest import EXAMPLES

AIRFLOW = ROOT / ".venv-airflow" / "bin"
DAY = "2026-11-23"


@pytest.fixture(scope="session")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of an Airflow whose database is made, and whose only DAG is the example."""
    assert AIRFLOW.is_dir(), "There is no Airflow in .venv-airflow; run 'make test-schedulers', which puts it there."
    home = tmp_path_factory.mktemp("airflow")
    environment = {
        **os.environ,
        "PATH": f"{AIRFLOW}:{os.environ['PATH']}",
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(EXAMPLES),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    }
    subprocess.run(["airflow", "db", "migrate"], env=environment, check=True, capture_output=True)
    return environment


def run(airflow: dict[str, str], registry: Registry) -> tuple[int, dict[str, str], str]:
    """Runs the DAG once; the exit code, the state of each task by Airflow's database, and what was printed."""
    environment = {**airflow, "CREDTOOLS_HOME": str(registry.places.runs.parent)}
    command = ["airflow", "dags", "test", "hr", DAY]
    done = subprocess.run(
        command, env=environment, cwd=airflow["AIRFLOW_HOME"], capture_output=True, text=True, check=False
    )
    with sqlite3.connect(Path(airflow["AIRFLOW_HOME"]) / "airflow.db") as database:
        last = "SELECT task_id, state FROM task_instance WHERE run_id = (SELECT run_id FROM dag_run ORDER BY id DESC)"
        states = dict(database.execute(last).fetchall())
    database.close()
    return done.returncode, states, done.stdout + done.stderr


def test_the_file_is_imported(airflow: dict[str, str], registry: Registry) -> None:
    """Both tasks succeed: the record is written, and the receipt is in the registry."""
    code, states, told = run(airflow, registry)
    assert (code, states) == (0, {"import_file": "success", "confirm": "success"}), told
    assert registry.batch(1).state == "finished"
    assert registry.batch(1).counts.accepted == 1
    assert "receipt of batch 1" in (registry.places.runs / f"hr-{DAY}.ipynb").read_text("utf-8")
    assert registry.verify() == []


def test_a_held_file_fails_the_confirmation(airflow: dict[str, str], registry: Registry) -> None:
    """The notebook of a held file runs to its end, and yet the DAG fails: there is no receipt."""
    home = registry.places.runs.parent
    (home / "recipes" / "hr.yaml").write_text("date_format: YYYY-MM-DD\nmax_reject_rate: 0\n", "utf-8")
    code, states, told = run(airflow, registry)
    assert (code, states) == (1, {"import_file": "success", "confirm": "failed"}), told
    assert "1 of 2 rows are rejected (50.0%), more than the 0.0% allowed" in told
    assert registry.batch(1).state == "held"


def test_a_missing_file_fails_the_import(airflow: dict[str, str], registry: Registry) -> None:
    """Without a file the import fails, nothing is confirmed, and nothing was written."""
    (registry.places.runs.parent / "incoming" / "hr_export.csv").unlink()
    code, states, told = run(airflow, registry)
    assert (code, states) == (1, {"import_file": "failed", "confirm": "upstream_failed"}), told
    assert registry.batches().empty
