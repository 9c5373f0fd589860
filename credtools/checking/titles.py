"""Titles: of a rule that fails for several reasons each error has the title of its own."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from credtools.schema.words import Rule


def titled(
    errors: pd.DataFrame, causes: pd.DataFrame, rules: Iterable[Rule], rows: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Errors and causes with the titles that the resolved `rows` give them (see `rule`)."""
    own: dict[int, str] = {}
    for rule in rules:
        column, titles = rule.titles or ("", {})
        places = np.flatnonzero(errors["code"].to_numpy() == rule.code) if titles else np.zeros(0, dtype=np.int64)
        found = rows[column].iloc[errors["row"].to_numpy()[places]].tolist() if len(places) else []
        own |= {place: titles[one] for place, one in zip(places.tolist(), found, strict=True) if one in titles}
    if not own:
        return errors, causes
    said = [own.get(k, title) for k, title in enumerate(errors["title"].tolist())]
    errors = errors.assign(title=pd.Series(said, dtype="str"))
    of_cause = dict(zip(errors["cause"].tolist(), said, strict=True))
    return errors, causes.assign(title=pd.Series([of_cause[k] for k in causes["cause"].tolist()], dtype="str"))
