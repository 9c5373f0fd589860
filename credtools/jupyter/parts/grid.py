"""Grid: the rows of a file as the browser takes them – packed, and afterwards only what has changed."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from credtools.model import Review
from credtools.recipe import column_of
from credtools.schema.words import Column

REJECTED_BY_HAND, TWICE, WRONG_FIELDS = "row_rejected", "not_repeated", "field_count"


def offered(review: Review) -> dict[str, list[int]]:
    """By the code of an error for whose row something is offered the rows that have it."""
    errors = review.reasons
    codes = (REJECTED_BY_HAND, TWICE, WRONG_FIELDS)
    return {code: np.unique(errors.loc[errors["code"] == code, "row"]).tolist() for code in codes}


class Grid:
    """What the browser shows of the rows of one file; knows what was sent before."""

    def __init__(self, columns: Iterable[Column], review: Review) -> None:
        found: dict[str, list[list[str]]] = {}  # of a column that is joined of several, each
        for heading, name in review.headings.items():
            found.setdefault(column_of(name or ""), []).append(review.table.frame[heading].tolist())
        cells = {  # as they are in the file, trimmed and squeezed
            name: [" ".join(" ".join(texts).split()) for texts in zip(*some, strict=True)]
            for name, some in found.items()
        }
        self._columns = [column for column in columns if column.name in cells]
        self._original = [cells[column.name] for column in self._columns]
        self._sent: list[list[str]] = []
        self._labels = review.table.labels
        self._wrong_once: set[tuple[int, int]] = set()
        self._unused = {name: review.table.frame[name] for name, column in review.headings.items() if not column}

    def fits(self, review: Review) -> bool:
        """Whether a review is of the rows that were sent: a rule may have made others of them."""
        return review.table.labels == self._labels

    def whole(self, review: Review) -> bytes:
        """All rows with their errors."""
        self._sent = self._texts(review)
        columns = [
            {"name": column.name, "title": column.title, "order": order_of(review.date_formats.get(column.name, ()))}
            for column in self._columns
        ]
        rows = {"columns": columns, "lines": review.table.labels, "texts": self._sent, "unused": len(self._unused)}
        return packed(rows | self._marks(review))

    def unused(self) -> bytes:
        """The columns of the file that nothing is made of, as they are."""
        texts = [[" ".join(text.split()) for text in some.tolist()] for some in self._unused.values()]
        return packed({"columns": [{"title": name} for name in self._unused], "texts": texts})

    def changes(self, review: Review) -> bytes:
        """The cells that changed since something was sent, and all errors again."""
        before, self._sent = self._sent, self._texts(review)
        changed = [
            (row, column, now[row])
            for column, (was, now) in enumerate(zip(before, self._sent, strict=True))
            if was != now
            for row in _different(was, now)
        ]
        return packed({"changed": changed} | self._marks(review))

    def _texts(self, review: Review) -> list[list[str]]:
        """What was judged; rows that couldn't be judged as they are in the file."""
        found = []
        for column, original in zip(self._columns, self._original, strict=True):
            texts = review.resolved[f"{column.name}_text"].tolist()
            for row in np.flatnonzero(review.resolved[f"{column.name}_state"] == "unjudged").tolist():
                texts[row] = original[row]
            found.append(texts)
        return found

    def _marks(self, review: Review) -> dict[str, Any]:
        """Errors as [row, column (-1: the row), cause, sentence, suggestion], the sentences, and what was fixed."""
        errors = review.reasons
        places = {column.name: place for place, column in enumerate(self._columns)}
        said = [f"{title}: {text}" for title, text in zip(errors["title"], errors["resolution"], strict=True)]
        numbers, sentences = pd.factorize(np.array(said, dtype=object))  # a file without any error has no typed column
        rows, columns = errors["row"].tolist(), [places.get(name, -1) for name in errors["column"].tolist()]
        wrong = set(zip(rows, columns, strict=True))
        self._wrong_once |= wrong
        fixed = {(row, place) for row, place in self._wrong_once - wrong if place >= 0} | {
            (row, place)
            for place, (original, now) in enumerate(zip(self._original, self._sent, strict=True))
            for row in _different(original, now)
        }
        marks = (rows, columns, errors["cause"].tolist(), numbers.tolist(), errors["suggestion"].tolist())
        return {
            "errors": list(zip(*marks, strict=True)),
            "sentences": sentences.tolist(),
            "offered": offered(review),
            "before": [(row, place, self._original[place][row]) for row, place in fixed],
        }


def order_of(formats: Sequence[str]) -> str:
    """The order of day, month and year in the first of some date formats, by which their texts are sorted; or ''."""
    letters = dict.fromkeys(letter for form in formats[:1] for letter in form if letter in "DMY")
    return "".join(letters) if len(letters) == len("DMY") else ""


def _different(was: list[str], now: list[str]) -> list[int]:
    return np.flatnonzero(np.array(was, dtype=object) != np.array(now, dtype=object)).tolist()


def packed(value: dict[str, Any]) -> bytes:
    """JSON, gzipped: the server drops what is sent faster than 1 MB/s."""
    return gzip.compress(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"), compresslevel=1)
