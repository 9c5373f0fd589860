"""Dates read: per date column what speaks for the formats in force, and for others where values remain unread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from credtools.checking.parse import STATE, Cells
from credtools.recipe import Mapped
from credtools.schema.dates import date_format
from credtools.schema.evidence import evidence, format_evidence, undeclared_evidence

MOST_OTHERS = 3
SAYING_NOTHING = [STATE[name] for name in ("blank", "absent", "unjudged", "never")]


def dates_read(cells: Mapping[str, Cells], mapped: Mapped) -> list[dict[str, Any]]:
    """One entry per date column of the file, in the schema's order.

    `column`, `heading`; `values`: texts that say something, without `date_cells`: real dates of a spreadsheet;
    `evidence`: for each format in force, then for the best others while some value isn't read: `format`, `in_force`,
    `reads`, `proves` and `both_ways` as in `FormatEvidence`, `sentence`.
    """
    found = []
    for name, one in cells.items():
        heading = mapped.sources.get(name)
        if one.kind != "date" or not heading:
            continue
        said = ~np.isin(one.states, SAYING_NOTHING)
        counts = np.bincount(one.codes, minlength=len(one.states)).tolist()
        known = dict(zip(one.texts.to_pylist(), counts, strict=True))
        texts = {text: known[text] for text, says in zip(known, said.tolist(), strict=False) if says and known[text]}
        real = sum(texts.pop(text, 0) for text, day in one.made_of.date_cells.items() if day)
        notation, in_force = one.made_of.notation, one.made_of.formats
        formats = [date_format(form, notation) for form in in_force]
        of_formats = [evidence(form, texts) for form in formats] if texts else []
        if unread := {text: k for text, k in texts.items() if not any(form.parse(text) for form in formats)}:
            readers = [one.format for one in format_evidence(unread, notation)]  # those that read more than is read
            known = {one.format: one for one in format_evidence(texts, notation)}
            more = [known[form] for form in readers if form in known]
            of_formats += (more or undeclared_evidence(unread, notation))[:MOST_OTHERS]
        entry = {"column": name, "heading": heading, "values": sum(texts.values()), "date_cells": real}
        shown = [asdict(one) | {"in_force": one.format in in_force, "sentence": str(one)} for one in of_formats]
        found.append(entry | {"evidence": shown})
    return found
