"""Imports the HR export every night. A notebook that has run is no proof: the second task asks for the receipt."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from airflow.providers.papermill.operators.papermill import PapermillOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG

HOME = Path(os.environ.get("CREDTOOLS_HOME", "/srv/credentials"))  # its credtools.toml names the database
ATTEMPT = "{{ dag.dag_id }} {{ run_id }}"  # the DAGs of one minute share their run id


def confirm(attempt: str) -> str:
    """The verdict of the run. Raises when the file was not imported."""
    import credtools  # not when the scheduler parses this file
    from credtools.registry import outcome_of

    outcome = outcome_of(credtools.open(folder=str(HOME)), attempt)
    if outcome is None or outcome.verdict not in ("ok", "partial"):
        raise RuntimeError(str(outcome) if outcome else "The run left no receipt. Look at its notebook.")
    return outcome.verdict


with DAG("hr", schedule="30 2 * * *", start_date=datetime(2026, 1, 1, tzinfo=UTC), catchup=False, max_active_runs=1):
    import_file = PapermillOperator(
        task_id="import_file",
        input_nb=str(HOME / "import.ipynb"),
        output_nb=str(HOME / "runs" / "hr-{{ ds }}.ipynb"),
        parameters={
            "source": str(HOME / "incoming" / "hr_export.csv"),
            "recipe": str(HOME / "recipes" / "hr.yaml"),
            "attempt": ATTEMPT,
            "folder": str(HOME),
        },
        kernel_name="python3",
        execution_timeout=timedelta(hours=1),  # a run that hangs is ended
    )
    import_file >> PythonOperator(task_id="confirm", python_callable=confirm, op_args=[ATTEMPT])
