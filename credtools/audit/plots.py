"""Plots: what an audit found, as PNG – drawn in Lab, in records that papermill keeps, and in offline pages alike."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, DPI = 8.6, 110  # inches, dots per inch
BAR = 0.32  # inches of height per bar
MOST_BARS, MOST_CAUSES, MOST_SOURCES = 12, 6, 10
LONGEST = 34  # letters of a label
FEW_WEEKS = 12  # fewer don't become broader
OTHERS = "all others"
# Colours that the colour-blind tell apart (Okabe and Ito); black and white follow the page.
CAUSES = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#999999")
OUTCOMES = {
    "accepted": "#009E73",
    "unchanged": "#56B4E9",
    "rejected": "#D55E00",
    "left_out": "#999999",
    "open": "#D55E00",
    "fixed": "#009E73",
    "waived": "#E69F00",
    "superseded": "#999999",
}
MARKS = "os^Dv*X"  # a line is known by its mark, too
AGES = ("#56B4E9", "#0072B2", "#E69F00", "#D55E00")


class Theme(NamedTuple):
    """The colours of a page: what is behind, what is written, lines between."""

    page: str
    text: str
    line: str


THEMES = {"light": Theme("#ffffff", "#1c1c1c", "#d0d0d0"), "dark": Theme("#1e1e1e", "#f0f0f0", "#4a4a4a")}
Plot = Callable[[str], bytes]  # the name of a theme → PNG


def flow(counts: Mapping[str, int], theme: str = "light", *, settled: bool = True) -> bytes:
    """Rows in → accepted, unchanged, rejected; rejected → fixed, waived, superseded, open: a bar for each.

    `settled`: the second bar, too.
    """
    bars = {
        "Rows": ("accepted", "unchanged", "rejected", *(["left_out"] if counts["left_out"] else [])),
        **({"Rejected": ("fixed", "waived", "superseded", "open")} if settled else {}),
    }
    with _axes(theme, 2 * len(bars)) as (figure, axes):
        for place, (label, parts) in enumerate(bars.items()):
            whole = sum(counts[name] for name in parts)
            left = 0.0
            for k, name in enumerate(parts):
                share = counts[name] / whole if whole else 0.0
                axes.barh(place, share, 0.45, left=left, color=OUTCOMES[name], edgecolor=THEMES[theme].page)
                axes.plot(k / 4, place + 0.36, marker="s", color=OUTCOMES[name])
                written = f"{name.replace('_', ' ')} {counts[name]:,} ({share:.0%})"
                axes.text(k / 4 + 0.014, place + 0.36, written, va="center", color=THEMES[theme].text)
                left += share
            axes.text(-0.012, place, f"{label}\n{whole:,}", ha="right", va="center", color=THEMES[theme].text)
        axes.set_ylim(len(bars) - 0.4, -0.4)
        axes.set_xlim(-0.01, 1)
        axes.axis("off")
        return _png(figure)


def pareto(counts: pd.Series[Any], theme: str = "light") -> bytes:
    """Bars, largest first (`counts`: per name), and how much of all they are together."""
    shown = _largest(counts, MOST_BARS)
    cumulative = shown.cumsum() / max(1, shown.sum())
    notes = [f"{count:,} · {part:.0%} cumulative" for count, part in zip(shown, cumulative, strict=True)]
    names = [_short(name) for name in shown.index]
    return _bars(names, shown.tolist(), notes, "rejected rows", CAUSES[:1], theme)


def ageing(counts: Mapping[str, int], theme: str = "light") -> bytes:
    """Open rows by how long they have been open."""
    names, notes = [age(name) for name in counts], [f"{count:,}" for count in counts.values()]
    return _bars(names, list(counts.values()), notes, "open rows", AGES, theme)


def _bars(
    names: Sequence[str], counts: Sequence[int], notes: Sequence[str], unit: str, colours: Sequence[str], theme: str
) -> bytes:
    """A bar for each name, downwards, with a note at its end."""
    with _axes(theme, len(counts)) as (figure, axes):
        axes.barh(range(len(counts)), counts, color=colours[: len(counts)])
        axes.set_yticks(range(len(counts)), names)
        axes.invert_yaxis()
        for place, (count, note) in enumerate(zip(counts, notes, strict=True)):
            axes.text(count, place, f" {note}", va="center", color=THEMES[theme].text, fontsize=8)
        axes.set_xlim(0, max([1, *counts]) * 1.25)
        axes.locator_params("x", integer=True)
        axes.set_xlabel(unit)
        return _png(figure)


def trend(weeks: pd.DataFrame, theme: str = "light") -> bytes:
    """Week × cause: stacked bars, the largest causes by themselves."""
    largest = _largest(weeks.sum(), MOST_CAUSES).index
    rest = weeks[[name for name in weeks.columns if name not in set(largest)]].sum(axis=1)
    with _axes(theme, 9) as (figure, axes):
        bottom = np.zeros(len(weeks))
        for name, colour in zip(largest, CAUSES, strict=False):
            heights = rest.to_numpy() if name == OTHERS else weeks[name].to_numpy()
            axes.bar(range(len(weeks)), heights, bottom=bottom, color=colour, label=_short(name), width=0.85)
            bottom += heights
        _name_weeks(axes, weeks)
        axes.locator_params("y", integer=True)
        axes.set_xlim(-0.6, max(len(weeks), FEW_WEEKS) - 0.4)
        axes.set_ylabel("rows first seen in the week")
        if len(largest):
            axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False, labelcolor=THEMES[theme].text)
        return _png(figure)


def rates(weeks: pd.DataFrame, theme: str = "light") -> bytes:
    """Week × source: the share of rejected rows as lines, the sources of the first columns."""
    with _axes(theme, 6) as (figure, axes):
        for k, (name, colour) in enumerate(zip(weeks.columns[: len(CAUSES)], CAUSES, strict=False)):
            shares = weeks[name].dropna() * 100
            axes.plot(
                weeks.index.get_indexer(shares.index),
                shares,
                color=colour,
                marker=MARKS[k],
                label=_short(name),
                linewidth=1.6,
                markersize=5,
            )
        _name_weeks(axes, weeks)
        axes.set_xlim(-0.4, max(len(weeks), FEW_WEEKS // 2) - 0.6)
        axes.set_ylim(0, max(1.0, float(np.nan_to_num(weeks.to_numpy()).max(initial=0)) * 115))
        axes.set_ylabel("% of rows rejected")
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False, labelcolor=THEMES[theme].text)
        return _png(figure)


def age(name: str) -> str:
    """How an age of the figures is written."""
    return name if "day" in name else f"{name} days"


def crossed(counts: pd.DataFrame, theme: str = "light") -> bytes:
    """One key × another, the darker the more."""
    columns = _largest(counts.sum(), MOST_BARS).index.drop(OTHERS, errors="ignore")
    rows = _largest(counts.sum(axis=1), MOST_SOURCES).index.drop(OTHERS, errors="ignore")
    some = counts.loc[rows, columns]
    with _axes(theme, max(3, len(columns))) as (figure, axes):
        values = some.to_numpy().T
        axes.imshow(np.sqrt(values), aspect="auto", vmin=0, cmap="Blues" if theme == "light" else "cividis")
        axes.set_xticks(range(len(rows)), [_short(name) for name in rows], rotation=20, ha="right")
        axes.set_yticks(range(len(columns)), [_short(name) for name in columns])
        limit = np.sqrt(values.max(initial=1)) * 0.55
        for (y, x), value in np.ndenumerate(values):
            dark = (np.sqrt(value) > limit) == (theme == "light")
            axes.text(x, y, f"{value:,}", ha="center", va="center", fontsize=8, color="#ffffff" if dark else "#000000")
        return _png(figure)


@contextmanager
def _axes(theme: str, bars: int) -> Iterator[tuple[Figure, Axes]]:
    """A figure of a height for so many bars, in the colours of a theme."""
    import matplotlib as mpl  # noqa: PLC0415 - half a second, and only who draws needs it
    from matplotlib.figure import Figure as NewFigure  # noqa: PLC0415

    colours = THEMES[theme]
    style: Any = {  # matplotlib's names of its settings are a type of their own
        "text.parse_math": False,  # a dollar sign in a name is a dollar sign
        "font.size": 9,
        "text.color": colours.text,
        "axes.labelcolor": colours.text,
        "axes.edgecolor": colours.line,
        "xtick.color": colours.text,
        "ytick.color": colours.text,
        "axes.facecolor": colours.page,
        "figure.facecolor": colours.page,
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
    with mpl.rc_context(style), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # letters that the font lacks are drawn as boxes; the table beside has them
        figure = NewFigure(figsize=(WIDTH, 0.9 + BAR * max(1, bars)), dpi=DPI, layout="constrained")
        yield figure, figure.subplots()


def _name_weeks(axes: Axes, weeks: pd.DataFrame) -> None:
    """Some of the weeks below, so that their names have room."""
    shown = range(0, len(weeks), max(1, len(weeks) // 8))
    axes.set_xticks(list(shown), [str(weeks.index[place]) for place in shown], rotation=30, ha="right")


def _png(figure: Figure) -> bytes:
    out = io.BytesIO()
    figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def _largest(counts: pd.Series[Any], most: int) -> pd.Series[Any]:
    """The largest, and all others together as one where there are more."""
    ordered: pd.Series[Any] = counts[counts > 0].sort_values(ascending=False, kind="stable")
    if len(ordered) <= most:
        return ordered
    rest = pd.Series({OTHERS: ordered.iloc[most - 1 :].sum()})
    return pd.Series(pd.concat([ordered.iloc[: most - 1], rest]))


def _short(name: object) -> str:
    text = str(name) or "(the row)"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
