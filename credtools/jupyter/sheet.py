"""Sheet: the rows of a file as the grid in the browser takes them – packed, and afterwards only what has changed."""

from __future__ import annotations

import gzip
import json
from typing import Any

import numpy as np
import pandas as pd

from credtools.jupyter.journey import Journey
from credtools.model import Review


class Sheet:
    """What the browser shows of one journey; knows what was sent before."""

    def __init__(self, journey: Journey) -> None:
        self.journey = journey
        mapped = set(journey.reviewed.headings.values())
        self.columns = [column for column in journey.columns.values() if column.name in mapped]
        self._sent: list[list[str]] = []
        self._wrong_once: set[tuple[int, int]] = set()
        self._original = [_original(journey.reviewed, column.name) for column in self.columns]

    def whole(self) -> bytes:
        """All rows with their errors."""
        review = self.journey.reviewed
        self._sent = self._texts(review)
        return _packed(
            {
                "columns": [{"name": column.name, "title": column.title} for column in self.columns],
                "lines": review.table.lines.tolist(),
                "texts": self._sent,
                **self._marks(review, self._sent),
            }
        )

    def changes(self) -> bytes:
        """The cells that changed since something was sent, and all errors anew."""
        review = self.journey.reviewed
        texts = self._texts(review)
        changed = [
            (row, column, now[row])
            for column, (was, now) in enumerate(zip(self._sent, texts, strict=True))
            if was != now
            for row in _different(was, now)
        ]
        self._sent = texts
        return _packed({"changed": changed, **self._marks(review, texts)})

    def _texts(self, review: Review) -> list[list[str]]:
        """What was judged; rows that couldn't be judged as they stand in the file."""
        found = []
        for column, original in zip(self.columns, self._original, strict=True):
            texts = review.resolved[f"{column.name}_text"].tolist()
            for row in np.flatnonzero(review.resolved[f"{column.name}_state"] == "unjudged").tolist():
                texts[row] = original[row]
            found.append(texts)
        return found

    def _marks(self, review: Review, texts: list[list[str]]) -> dict[str, Any]:
        """Errors as [row, column (-1: the row), cause, sentence, suggestion], the sentences, and what was fixed."""
        errors = review.errors[review.errors["blocks"]]
        places = {column.name: place for place, column in enumerate(self.columns)}
        told = [f"{title}: {text}" for title, text in zip(errors["title"], errors["resolution"], strict=True)]
        codes, sentences = pd.factorize(np.array(told, dtype=object))  # a file without any error has no told types
        rows, columns = errors["row"].tolist(), [places.get(name, -1) for name in errors["column"].tolist()]
        wrong = set(zip(rows, columns, strict=True))
        self._wrong_once |= wrong
        fixed = {
            (row, place)
            for place, (original, now) in enumerate(zip(self._original, texts, strict=True))
            for row in _different(original, now)
        } | {(row, place) for row, place in self._wrong_once - wrong if place >= 0}
        return {
            "errors": list(
                zip(rows, columns, errors["cause"].tolist(), codes.tolist(), errors["suggestion"].tolist(), strict=True)
            ),
            "sentences": sentences.tolist(),
            "before": [(row, place, self._original[place][row]) for row, place in fixed],
        }


def _original(review: Review, column: str) -> list[str]:
    """A column as it stands in the file, trimmed and squeezed."""
    heading = next(heading for heading, name in review.headings.items() if name == column)
    return [" ".join(text.split()) for text in review.table.frame[heading].tolist()]


def _different(was: list[str], now: list[str]) -> list[int]:
    return np.flatnonzero(np.array(was, dtype=object) != np.array(now, dtype=object)).tolist()


def _packed(value: dict[str, Any]) -> bytes:
    """JSON, gzipped: the server drops what is sent faster than 1 MB/s."""
    return gzip.compress(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"), compresslevel=1)
