"""Rows: what of a row is refused at once, whoever writes it: conditions on it before (o) and after (n)."""

from __future__ import annotations

from collections.abc import Mapping

Refusals = tuple[tuple[str, str], ...]  # (why, condition)

REFUSED: Mapping[tuple[str, str], Refusals] = {}
