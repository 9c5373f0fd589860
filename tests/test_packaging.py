"""The wheel: built, installed into an empty environment outside the checkout, and used as a person would."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
UV = [sys.executable, "-m", "uv"]

# One process builds and installs; the others would only do it again.
pytestmark = pytest.mark.xdist_group("packaging")


@dataclass(frozen=True)
class Installed:
    """An environment that holds the wheel and the locked versions, with an empty home."""

    environment: Path
    home: Path

    @property
    def site_packages(self) -> Path:
        return next(self.environment.glob("lib/python*/site-packages"))

    def run(self, *command: str, cwd: Path) -> str:
        """Run `credtools …` in a folder and give its standard output."""
        programs = self.environment / "bin"
        done = subprocess.run(
            [programs / "credtools", *command],
            cwd=cwd,
            env={"HOME": str(self.home), "PATH": f"{programs}:/usr/bin:/bin", "LANG": "C.UTF-8"},
            check=False,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def pip_index() -> dict[str, str]:
    """The package index that this machine set for pip, in uv's words: uv does not read pip's settings."""
    if "UV_DEFAULT_INDEX" in os.environ:
        return {}
    for setting in run(sys.executable, "-m", "pip", "config", "list").splitlines():
        key, _, value = setting.partition("=")
        if key.endswith(".index-url"):  # the first is the environment's, which rules in pip, too
            return {"UV_DEFAULT_INDEX": value.strip("'")}
    return {}


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    done = subprocess.run(command, cwd=cwd, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder)
    (wheel,) = folder.glob("*.whl")
    environment, home = folder / "environment", folder / "home"
    home.mkdir()
    run(*UV, "venv", "--python", sys.executable, environment)
    locked = ("--constraint", ROOT / "constraints.txt", wheel)
    # The platform's certificates, as pip does: a company's own registry is signed by its own authority.
    run(*UV, "pip", "install", "--system-certs", "--python", environment, *locked, **pip_index())
    return Installed(environment, home)


def test_documents_travel_inside_the_package(installed: Installed) -> None:
    """The wheel carries schemas and notebooks inside the package and puts nothing beside it."""
    shipped = installed.site_packages / "credtools" / "_shipped"
    assert (shipped / "schemas" / "credentials.py").is_file()
    assert (shipped / "notebooks" / "upload.ipynb").is_file()
    assert (installed.site_packages / "credtools" / "recipe" / "ready" / "okta.yaml").is_file()
    static = installed.site_packages / "credtools" / "jupyter" / "static"
    assert (static / "voila" / "templates" / "credtools" / "index.html.j2").is_file()
    beside = {path.name for path in installed.site_packages.iterdir()}
    assert beside.isdisjoint({"schemas", "notebooks", "tests", "bench"})


USERS_SCRIPT = """\
import credtools as ct

with ct.open("credtools.db") as registry:
    batch = registry.upload("hr_export.csv", recipe="recipes/hr.yaml")
    reveal_type(registry)
    reveal_type(batch)
    reveal_type(batch.review())
    reveal_type(batch.finish())
    registry.approve(batch, note="HR list, November")
    registry.audit.rejects(by="code", since="2026-01-01")
"""


@pytest.mark.long
def test_types_are_seen_by_mypy(installed: Installed, tmp_path: Path) -> None:
    """A user's script that is checked strictly sees what our names are; nothing of it is Any."""
    script = tmp_path / "script.py"
    script.write_text(USERS_SCRIPT, "utf-8")
    python = installed.environment / "bin" / "python"
    checked = ("--strict", "--config-file=", "--python-executable", python, script)
    # In the user's folder: in ours mypy would read the checkout in place of what is installed.
    found = run(sys.executable, "-m", "mypy", *checked, cwd=tmp_path)
    revealed = re.findall(r'Revealed type is "(.*)"', found)
    assert [kind.rpartition(".")[2] for kind in revealed] == ["Registry", "Batch", "Review", "Receipt"]
    assert "error" not in found


def test_version_needs_no_checkout(installed: Installed, tmp_path: Path) -> None:
    """The installed command answers in an empty folder with the version of the project."""
    assert "0.1.0" in installed.run("--version", cwd=tmp_path)


def test_demo_runs_from_the_wheel(installed: Installed, tmp_path: Path) -> None:
    """Whoever installs the wheel can run the demo in an empty folder, up to a receipt."""
    assert "receipt" in installed.run("demo", "--folder", "d", "--rows", "200", cwd=tmp_path).lower()
    assert [path.name for path in tmp_path.iterdir()] == ["d"]
