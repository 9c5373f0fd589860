"""Documents that are made: they are what they are made from."""

from __future__ import annotations

import importlib.util
import inspect
import re

import pytest

import credtools
from credtools.audit.audit import Audit
from tests import sentences
from tests.core import ROOT

DOCS = ROOT / "docs"
PATHS = re.compile(r"`((?:credtools|schemas|tests|bench|notebooks|docs)/[\w./*-]*)`")
DOCUMENTS = ("CONTRIBUTING.md", "README.md", "schemas/README.md", *(f"docs/{one.name}" for one in DOCS.glob("*.md")))


def api_page() -> object:
    """The module that writes docs/api.md."""
    spec = importlib.util.spec_from_file_location("api_page", ROOT / "docs" / "api_page.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_sentences_are_reviewed() -> None:
    """Whoever changes what people read sees it beside what it was: run `make sentences` and read the difference."""
    assert sentences.SNAPSHOT.read_text("utf-8") == sentences.everything()


def test_the_api_page_says_what_the_docstrings_say() -> None:
    """docs/api.md is made from the docstrings: run `make api`."""
    made = api_page()
    assert made.PAGE.read_text("utf-8") == made.page()  # type: ignore[attr-defined]


def test_everything_public_is_described() -> None:
    """Each method and property that a person can type has a docstring."""
    made = api_page()
    silent = [
        f"{one.__name__}.{name}"
        for one in (credtools.Registry, credtools.Batch, Audit, credtools.Recipe)
        for name, member in made._members(one)  # type: ignore[attr-defined]
        if not inspect.getdoc(member)
    ]
    assert silent == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_places_that_a_document_names_are_there(document: str) -> None:
    """Who is sent to a file finds it."""
    named = PATHS.findall((ROOT / document).read_text("utf-8"))
    named = [name for name in named if "NAME" not in name]  # a place of your own
    assert named or document != "CONTRIBUTING.md"
    assert [name for name in named if not list(ROOT.glob(name.rstrip("/")))] == []
