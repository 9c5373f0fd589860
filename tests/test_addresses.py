"""What names a registry: addresses as people write them, and no password anywhere."""

from __future__ import annotations

import json
import logging
import pickle
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, make_url

import credtools as ct
from credtools import settings
from credtools.cli import main
from credtools.errors import CredtoolsError, RegistryError
from credtools.store.addresses import checked, shown

SECRET = "canary-5e1f"

# Each way in which a password slips into an address, typed by hand, copied from elsewhere, or encoded by a program.
WITH_SECRETS = [
    f"postgresql:/me:{SECRET}@host/db",
    f"postgresql:me:{SECRET}@host/db",
    f"postgresql//me:{SECRET}@host/db",
    f"postgres+psycopg2://me:{SECRET}@host/db",
    f"me:{SECRET}@host/db",
    f"//me:{SECRET}@host/db",
    f"/me:{SECRET}@host/db",
    f"host=db.example dbname=x user=me password={SECRET}",
    f"dbname = x password = '{SECRET}'",
    f"password={SECRET}",
    f"postgresql%3A%2F%2Fme%3A{SECRET}%40host%2Fdb",
    f"postgresql%253A%252F%252Fme%253A{SECRET}%2540host%252Fdb",
    f"postgresql://me:p@{SECRET}@host/db",
    f"postgresql://me/you:{SECRET}@host/db",
    f"postgresql://me%3A{SECRET}@host/db",
    f"postgresql://me%3A{SECRET}%40host/db",
    f"postgresql://host:{SECRET}/db",
    f"postgresql://me:x@host:{SECRET}/db",
    f"postgresql://host/db?password={SECRET}",
    f"postgresql://host/db?p%61ssword={SECRET}",
    f"postgresql://host/db?PASSWORD={SECRET}",
    f"postgresql://host/db?sslpassword={SECRET}",
    f"postgresql://host/db?oauth_client_secret={SECRET}",
    f"postgresql://host/db?{SECRET}=1",
    f"postgresql://host/db?host=me:{SECRET}@host",
    f"postgresql://host/db%3Fpassword%3D{SECRET}",
    f"postgresql://host/postgresql://me:{SECRET}@host/db",
    f"postgresql://?dbname=password={SECRET}",
    f"sqlite://me:{SECRET}@host/db",
    f"sqlite:///postgresql://me:{SECRET}@host/db",
    f"sqlite:///a.db?password={SECRET}",
    f"mysql://me:{SECRET}@host/db",
    f"C:\\data\\me:{SECRET}@host",
]
# Those in which it stands where it belongs, though nobody is there.
WITH_PASSWORD = [
    f"postgresql://me:{SECRET}@127.0.0.1:1/db",
    f"postgres://me:{SECRET}%40%2F%3A@127.0.0.1:1/db?sslmode=require",
    f"postgresql+psycopg2://me:{SECRET}/?@127.0.0.1:1/db?connect_timeout=2",
    f" postgresql://me:{SECRET}@127.0.0.1:1/db\n",
    f"postgresql://me:{SECRET}@127.0.0.1:1/db?connect_timeout=soon",
    f"postgresql://me:{SECRET}@127.0.0.1:1/db?options=-c%20my.key%3D{SECRET}",
    f"postgresql://me:{SECRET}@127.0.0.1:1/db?passfile=/no/{SECRET}",
]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that must stay empty."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("address", WITH_SECRETS)
@pytest.mark.parametrize("door", [ct.init, ct.open, ct.upgrade])
def test_what_is_no_address_is_refused_and_not_shown(
    door: Callable[[str], object], address: str, elsewhere: Path
) -> None:
    """A text that isn't plainly an address makes no file, and what it says is in no error, traceback or copy of it."""
    with pytest.raises(RegistryError) as caught:
        door(address)
    assert caught.value.reason.startswith("address_")
    assert list(elsewhere.iterdir()) == []
    told = [*traceback.format_exception(caught.value), repr(caught.value), repr(caught.value.facts)]
    assert SECRET not in "".join([*told, repr(pickle.loads(pickle.dumps(caught.value)))])  # noqa: S301 - our own


@pytest.mark.postgres
@pytest.mark.parametrize("address", WITH_PASSWORD)
@pytest.mark.parametrize("door", [ct.init, ct.open, ct.upgrade])
def test_a_password_is_not_shown(
    door: Callable[[str], object], address: str, elsewhere: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A server that isn't reached: neither sentence, traceback nor log of any library holds the password."""
    caplog.set_level(logging.DEBUG)
    with pytest.raises(RegistryError) as caught:
        door(address)
    assert caught.value.reason in ("registry_unusable", "registry_not_made")
    assert SECRET not in "".join([*traceback.format_exception(caught.value), caplog.text])
    assert "me:***@127.0.0.1:1/db" in str(caught.value)
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("address", [WITH_SECRETS[0], WITH_SECRETS[7], WITH_PASSWORD[0]])
@pytest.mark.parametrize("place", ["environment", "credtools.toml"])
def test_no_command_shows_a_password(
    address: str, place: str, elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Commands say what is wrong with an address, as text and as JSON, without it; so do the settings that hold it."""
    if place == "environment":
        monkeypatch.setenv("CREDTOOLS_DATABASE", address)
    else:
        (elsewhere / "credtools.toml").write_text(f"database = {json.dumps(address)}\n")
    for command in ("init", "show --json", "verify --json", "upgrade"):
        monkeypatch.setattr(sys, "argv", ["credtools", *command.split()])
        with pytest.raises(SystemExit) as left:
            main()
        assert left.value.code == 2, command
    said = capsys.readouterr()
    assert (said.err.count("credtools: "), SECRET in said.out + said.err) == (4, False)
    assert SECRET not in repr(settings.load())
    assert {path.name for path in elsewhere.iterdir()} <= {"credtools.toml"}


@pytest.mark.parametrize(
    ("address", "becomes"),
    [
        ("postgres://me:x%40y@host:5433/db", "postgresql+psycopg://me:***@host:5433/db"),
        ("POSTGRES://host/db", "postgresql+psycopg://host/db"),
        ("postgresql://", "postgresql+psycopg://"),
        ("postgresql+psycopg://?service=team", "postgresql+psycopg://?service=team"),
        ("postgresql+psycopg2://host/db", "postgresql+psycopg://host/db"),
        ("postgresql://[::1]:5432/db", "postgresql+psycopg://[::1]:5432/db"),
        ("postgresql:///db?host=/run/x&options=-csearch_path%3Da", "postgresql+psycopg:///db?host=%2Frun%2Fx"),
        ("postgresql:///db?host=a:1&host=b:2", "postgresql+psycopg:///db?host=a%3A1&host=b%3A2"),
        ("postgresql:///db?host=@abstract", "postgresql+psycopg:///db?host=%40abstract"),
    ],
)
def test_addresses_that_are_understood(address: str, becomes: str) -> None:
    """Addresses as libpq, SQLAlchemy and hosting providers write them."""
    parsed = checked(address)
    assert (shown(parsed), checked(parsed)) == (becomes, parsed)


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("credtools.db", "credtools.db"),
        ("what?.db", "what?.db"),
        ("/data/12:30/a=b/100%.db", "/data/12:30/a=b/100%.db"),
        ("C:\\data\\a@b.db", "C:\\data\\a@b.db"),
        ("./notes:2024.db", "./notes:2024.db"),
        ("sqlite:///notes:2024.db", "notes:2024.db"),
        ("sqlite:////data/a@b:c.db", "/data/a@b:c.db"),
        ("sqlite+pysqlite:///a.db", "a.db"),
    ],
)
def test_paths_that_are_understood(address: str, path: str) -> None:
    """Paths as systems allow them, colons and all: by ./ or sqlite:/// each can be said."""
    parsed = checked(address)
    assert (parsed.drivername, parsed.database) == ("sqlite", path)


def test_a_path_object_is_no_way_round(elsewhere: Path) -> None:
    """What is no path as text is none as a Path either; an Engine or URL stands for its address."""
    with pytest.raises(RegistryError) as caught:
        ct.init(Path(f"postgresql://me:{SECRET}@host/db"))
    assert caught.value.reason == "address_unclear"
    for address in (
        URL.create("postgresql", "me", host="host", query={"password": SECRET}),
        make_url("sqlite://a@b/c"),
    ):
        with pytest.raises(RegistryError) as caught:
            ct.open(address)
        assert caught.value.reason.startswith("address_")
    with ct.init(create_engine("sqlite:///here.db")) as registry:
        assert repr(registry).startswith("sqlite:///here.db · ")
    assert (elsewhere / "here.db").is_file()


@pytest.mark.parametrize("value", ["[" * 2_000, "{a = " * 2_000], ids=["lists", "tables"])
def test_settings_in_settings_are_refused_in_a_sentence(value: str, elsewhere: Path) -> None:
    """However many levels a credtools.toml has, it is an error like any other in it."""
    (elsewhere / "credtools.toml").write_text(f"database = {value}\n")
    with pytest.raises(CredtoolsError) as caught:
        settings.load()
    assert caught.value.reason == "settings_not_toml"


@pytest.mark.parametrize("value", ['"soon"', "0", "-1", "3601", "1.5", "true", '""'])
def test_how_long_to_wait_is_a_number_of_seconds(value: str, elsewhere: Path) -> None:
    """The setting is a whole number of seconds, in the file or the environment, and nothing else."""
    (elsewhere / "credtools.toml").write_text(f"database_timeout = {value}\n")
    with pytest.raises(CredtoolsError) as caught:
        settings.load()
    assert caught.value.reason in ("timeout_unusable", "settings_not_text")
    for usable in ("7", '"7"'):
        (elsewhere / "credtools.toml").write_text(f"database_timeout = {usable}\n")
        assert settings.load().database_timeout == 7
