"""A full list that is divided into parts speaks by silence once its last part is finished."""

from __future__ import annotations

from pathlib import Path

from credtools.registry import Registry
from tests.builders import ANA, BEN, export, load

USERS = "Email\ncleo@example.org\ndov@example.org\n"
CLEO, DOV = (ANA.replace("ana@", f"{name}@") for name in ("cleo", "dov"))


def parts(registry: Registry, folder: Path, *rows: str, name: str, absent: str = "report") -> list[int]:
    """Imports a file in parts of two rows, the last one first; how many were unlisted after each."""
    recipe = folder / "hr.yaml"
    recipe.write_text(f"export: full\nabsent: {absent}\nblanks: clear\n", "utf-8")
    path = export(folder, *rows, name=name)
    found = []
    for part in reversed(range(1, registry.parts(path, recipe) + 1)):
        registry.upload(path, recipe, part=part).settle()
        found.append(len(registry.audit.unlisted()))
    return found


def ready(registry: Registry, folder: Path) -> Registry:
    load(registry, folder, users=USERS)
    registry.set("max_rows", 2)
    return registry


def test_all_parts_are_listed(registry: Registry, tmp_path: Path) -> None:
    """What one part lacks another one holds: only what none holds is no longer listed, told when all are finished."""
    ready(registry, tmp_path)
    assert parts(registry, tmp_path, ANA, BEN, CLEO, DOV, name="a.csv") == [0, 0]
    assert parts(registry, tmp_path, DOV, ANA, CLEO, "", name="b.csv") == [0, 0]  # below nine tenths: no full list
    everybody = [ANA, BEN, CLEO, DOV] + [ANA.replace("2024", str(2000 + k)) for k in range(16)]
    parts(registry, tmp_path, *everybody, name="c.csv")
    found = parts(registry, tmp_path, *(row for row in everybody if row != BEN), name="d.csv")
    assert found == [0] * (len(found) - 1) + [1]
    assert registry.audit.unlisted()["user_email"].tolist() == ["ben@example.org"]
    assert registry.verify() == []


def test_a_reject_in_another_part_may_be_it(registry: Registry, tmp_path: Path) -> None:
    """A rejected row of any part that may be the credential keeps it from being absent."""
    ready(registry, tmp_path)
    everybody = [ANA, BEN, CLEO, DOV] + [ANA.replace("2024", str(2000 + k)) for k in range(16)]
    parts(registry, tmp_path, *everybody, name="a.csv")
    wrong = [BEN.replace("2024-", "soon-") if row == BEN else row for row in everybody]
    assert parts(registry, tmp_path, *wrong, name="b.csv")[-1] == 0
    assert registry.verify() == []
