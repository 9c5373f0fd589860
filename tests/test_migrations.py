from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import credtools.store
from credtools.errors import RegistryError
from credtools.registry import Registry
from credtools.store import tables
from credtools.store.engine import LATEST, LAYOUTS, open_engine
from tests.builders import tamper


def migrations() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(credtools.store.__file__).parent / "migrations"))
    return config


def test_the_layouts_are_the_migrations() -> None:
    """The layouts that the program knows are the migrations in the folder; it asks for the newest."""
    script = ScriptDirectory.from_config(migrations())
    assert script.get_heads() == [LATEST]
    assert [revision.revision for revision in script.walk_revisions()] == list(reversed(LAYOUTS))


def test_migrations_make_the_declared_tables(registry: Registry) -> None:
    """A database made by the migrations has exactly the tables, columns, types and defaults that are declared."""
    on_postgres = registry.engine.dialect.name == "postgresql"  # on SQLite Alembic takes DEFAULT '' for none
    options = {"compare_type": True, "compare_server_default": on_postgres}
    with registry.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, tables.metadata) == []


@pytest.mark.parametrize("layout", ["0000", "9999"])
def test_another_layout_is_refused(
    registry: Registry, registry_url: str, layout: str, opened: Callable[..., Registry]
) -> None:
    """A registry of an older or newer layout isn't touched; the sentence says what to run."""
    tamper(registry, "UPDATE alembic_version SET version_num = :layout", layout=layout)
    with pytest.raises(RegistryError) as caught:
        opened(registry_url)
    shown = registry.engine.url.render_as_string()
    facts = {"registry": shown, "layout": layout, "needed": LATEST}
    assert (caught.value.reason, caught.value.facts) == ("layout_differs", facts)
    assert "'credtools upgrade'" in caught.value.on("prompt")


def test_lost_audit_head_is_refused(registry: Registry, registry_url: str) -> None:
    """Without its audit head a registry can't be trusted and isn't opened."""
    tamper(registry, "DELETE FROM audit_head")
    with pytest.raises(RegistryError) as caught:
        open_engine(registry_url)
    assert caught.value.reason == "audit_head_lost"
