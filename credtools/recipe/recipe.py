"""Recipe: how one source's export becomes the organisation's file. Rules only, no personal values; kept in git.

The stem of a recipe's file name is the *source*; without a recipe the source is `manual`. Every key is optional.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from credtools import outputs
from credtools.errors import RecipeError, no_such_file
from credtools.reading.options import OPTIONS as READ_OPTIONS
from credtools.reading.options import option_as_text, option_from_text
from credtools.recipe import dates, expectations, sending, shapes, shipped, steps, yaml
from credtools.recipe.expectations import Expect
from credtools.recipe.sending import ABSENT, FULL, FULL_SHARE, PART, Status
from credtools.recipe.shapes import Shapes
from credtools.recipe.step import Step
from credtools.recipe.steps import Replace, Split
from credtools.schema.dates import DateFormat, date_format
from credtools.schema.notation import Notation
from credtools.schema.words import Column
from credtools.text import Shown, fold

MANUAL = "manual"
MEDIA_VALUES = ("user_email", "external_id", "credential_type", "credential_number", "issue_date")
USER_COLUMN = {"email": "user_email", "external_id": "external_id", "name": "user_name"}
MAX_BYTES = 1_000_000


@dataclass(frozen=True)
class Recipe(Shown):
    """The rules of one source; a value: each change gives a new recipe."""

    source: str = MANUAL
    schema: str = "credentials"
    read: Mapping[str, Any] = field(default_factory=dict)
    headings: Mapping[str, str] = field(default_factory=dict)
    date_format: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    match_users_by: str = "email"
    rules: tuple[Step, ...] = ()
    media: str = ""  # how a file is named after its row, without the ending; '' for by the media column
    max_reject_rate: float | None = None
    expect: Expect = field(default_factory=Expect)
    export: str = PART  # full: a file lists all that stands at its source
    full_share: float = FULL_SHARE  # of the last listing's rows, below which a file of a full export counts as a part
    blanks: str | None = None  # keep | clear: what becomes of a stored value where the cell is blank
    absent: str = ABSENT[0]  # report | withdraw: what becomes of what a full export no longer lists
    status: Status | None = None  # None: the file says nothing of what still stands
    years: tuple[int, int] | None = None  # the first and last that YY means
    months: tuple[str, ...] = ()  # the languages of month names; none: English
    never: tuple[str, ...] = ()  # words under the expiration date that say: it doesn't expire
    shapes: Shapes = field(default_factory=Shapes)  # how rows are made of the records of a file

    @classmethod
    def load(cls, path: str | Path) -> Recipe:
        """The recipe in a YAML file. Raises RecipeError with the key to blame, or MissingFileError."""
        path = Path(path)
        if not path.is_file():
            raise no_such_file(path)
        if path.stat().st_size > MAX_BYTES:
            raise RecipeError("recipe_too_large", path=str(path), allowed=MAX_BYTES)
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError as problem:
            raise RecipeError("recipe_not_utf8", path=str(path)) from problem
        return cls.parse(text, source=path.stem)

    @classmethod
    def ready(cls, name: str) -> Recipe:
        """The recipe that is shipped for a system, for example `okta`. Raises RecipeError for an unknown one."""
        return cls.parse(shipped.text(name), source=name)

    @classmethod
    def parse(cls, text: str, source: str = MANUAL) -> Recipe:
        """The recipe that a YAML text describes. Raises RecipeError."""
        value = yaml.load(text, source)
        for key in value:
            if key not in KEYS:
                raise RecipeError("recipe_key_unknown", source=source, key=key, known=", ".join(KEYS))
        said = {key: one for key, one in value.items() if one or key in ("schema", "match_users_by")}
        values = {key: KEYS[key](one, source) for key, one in said.items()}
        if "export" in values:
            values |= values["export"]._asdict()
        values["shapes"] = Shapes(**{key: values.pop(key) for key in shapes.KEYS if key in values})
        made = cls(source, **values)
        dates.require(made.date_format, made.notation, source)
        if made.shapes.sheets and "sheet" in made.read:
            raise RecipeError("recipe_sheet_and_sheets", source=source, sheet=made.read["sheet"])
        if made.absent != ABSENT[0] and made.export != FULL:
            raise RecipeError("recipe_absent_of_part", source=source, absent=made.absent)
        return made

    @property
    def reshapes(self) -> bool:
        """Whether it makes other rows of a file than one of each record."""
        return bool(self.shapes) or any(isinstance(step, Split) for step in self.rules)

    def of_rows(self) -> Recipe:
        """The same for a file that holds the rows already, as they were made of another file's records."""
        if not self.reshapes:
            return self
        rules = tuple(step for step in self.rules if not isinstance(step, Split))
        headings = {**self.headings, **{name: name for name in self.shapes.columns}}
        return replace(self, shapes=Shapes(), rules=rules, headings=headings)

    @property
    def notation(self) -> Notation:
        """What it declares of the years and names in dates."""
        return Notation(self.years, self.months)

    def replacing(self, column: str, values: Mapping[str, str]) -> Recipe:
        """This recipe with one more rule per changed value; a rule for the same value gives way."""
        more = tuple(Replace(column, old, new) for old, new in values.items())
        again = {(rule.column, fold(rule.old)) for rule in more}
        kept = (r for r in self.rules if not isinstance(r, Replace) or (r.column, fold(r.old)) not in again)
        return replace(self, rules=(*kept, *more))

    def never_expires(self, words: Iterable[str]) -> Recipe:
        """This recipe where these words, too, say under the expiration date that the credential doesn't expire."""
        return replace(self, never=dates.distinct([*self.never, *words]))

    def __str__(self) -> str:
        return self.text()

    def text(self) -> str:
        """The recipe as YAML, keys in their fixed order."""
        return yaml.dump(self._meaning())

    def save(self, path: str | Path) -> Path:
        """Writes the recipe; its source becomes the stem of the file's name.

        Over an existing recipe only what has changed is written: comments, order and layout stay. Raises RecipeError
        when it can't be written.
        """
        path = Path(path)
        try:
            outputs.write(path, self.text_over(path), outputs.SHARED)
        except OSError as problem:
            raise RecipeError("recipe_not_written", path=path, why=problem.strerror) from problem
        return path

    def text_over(self, path: Path) -> str:
        """What `save` writes to this path."""
        try:
            text = path.read_text("utf-8")
            ways = yaml.changed(text, Recipe.parse(text)._meaning(), self._meaning())  # noqa: SLF001 - its own kind
            return next(way for way in ways if self._is_said_by(way))
        except (OSError, UnicodeDecodeError, RecipeError):
            return self.text()

    def _is_said_by(self, text: str) -> bool:
        try:
            return Recipe.parse(text).fingerprint == self.fingerprint
        except RecipeError:
            return False

    @property
    def replacements(self) -> tuple[Replace, ...]:
        """The rules that replace one value by another."""
        return tuple(rule for rule in self.rules if isinstance(rule, Replace))

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the meaning: comments, order of keys and layout don't count."""
        return hashlib.sha256(json.dumps(self._meaning(), sort_keys=True).encode()).hexdigest()

    def formats(self, column: str) -> tuple[str, ...]:
        """The date formats for a column, or () when the recipe doesn't say."""
        return self.date_format.get(column) or self.date_format.get("*") or ()

    def dates(self, column: str, default: str) -> list[DateFormat]:
        """The same ready to read dates; `default`: the format in force where the recipe doesn't say."""
        return [date_format(text, self.notation) for text in self.formats(column) or (default,)]

    def in_file(self, column: str, text: str, formats: Mapping[str, Sequence[str]]) -> str:
        """A value as a file has to write it: a day (YYYY-MM-DD) in the first of the formats that are in force."""
        return dates.as_in_file(text, self.dates(column, formats[column][0])) if formats.get(column) else text

    def columns_in_use(self, columns: Sequence[Column]) -> frozenset[str]:
        """The columns that count: of those that name a user only the one by which users are matched.

        That of the status only when the recipe says what its words mean, or the schema has words of its own.
        """
        named_by = USER_COLUMN[self.match_users_by]
        idle = {c.name for c in columns if c.kind == "user" and c.name != named_by}
        idle |= {c.name for c in columns if c.kind == "status" and not (self.status or c.choices)}
        return frozenset(c.name for c in columns) - idle

    def _meaning(self) -> dict[str, Any]:
        """The keys of the recipe as they are written, in their fixed order, without those that say nothing."""
        formats = {k: v[0] if len(v) == 1 else list(v) for k, v in self.date_format.items()}
        meaning = {
            "schema": self.schema,
            "read": {key: option_as_text(option) for key, option in self.read.items()},
            "headings": dict(self.headings),
            "date_format": formats["*"] if set(formats) == {"*"} else formats,
            "constants": dict(self.constants),
            **self.shapes.written(),
            "match_users_by": self.match_users_by if self.match_users_by != "email" else None,
            "rules": [step.written() for step in self.rules],
            "media": self.media,
            "max_reject_rate": self.max_reject_rate,
            "expect": self.expect.written(),
            "export": self._export_written(),
            "blanks": self.blanks,
            "absent": self.absent if self.absent != ABSENT[0] else None,
            "status": self.status.written() if self.status else None,
            "years": f"{self.years[0]}-{self.years[1]}" if self.years else None,
            "months": self.months[0] if len(self.months) == 1 else list(self.months),
            "never": list(self.never),
        }
        return {key: value for key, value in meaning.items() if value not in (None, "", {}, [])}

    def _export_written(self) -> str | dict[str, float] | None:
        if self.export != FULL:
            return None
        return FULL if self.full_share == FULL_SHARE else {FULL: self.full_share}


# --- what each key of a recipe may say ----------------------------------------------------------------------


def _schema(value: object, source: str) -> str:
    if not isinstance(value, str) or not value:
        raise RecipeError("recipe_schema", source=source)
    return value


def _read_options(value: object, source: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RecipeError("recipe_read", source=source)
    options: dict[str, Any] = {}
    for key, option in value.items():
        if key not in READ_OPTIONS:
            raise RecipeError("recipe_read_key", source=source, key=key, known=", ".join(READ_OPTIONS))
        usable = option_from_text(key, option)
        if usable is None:
            raise RecipeError("recipe_read_value", source=source, key=key, option=option)
        options[key] = usable
    return options


def _texts(key: str, value: object, source: str) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise RecipeError("recipe_texts", source=source, key=key)
    return dict(value)


def _match_users_by(value: object, source: str) -> str:
    if value not in USER_COLUMN:
        raise RecipeError("recipe_match_users", source=source, value=value, ways=", ".join(USER_COLUMN))
    return str(value)


def media_pattern(value: object, source: str) -> str:
    """A pattern for the names of media that can be used. Raises RecipeError."""
    known = [f"{{{name}}}" for name in MEDIA_VALUES]
    rest = text = str(value)
    for name in known:
        rest = rest.replace(name, "")
    if text and (rest == text or re.search(r"[{}/\\]|\.(pdf|jpe?g|png)$", rest, re.IGNORECASE)):
        raise RecipeError("recipe_media", source=source, pattern=text, known=", ".join(known))
    return text


def _rate(value: object, source: str) -> float:
    try:
        rate = float(str(value))
    except ValueError:
        rate = -1.0
    if not 0 <= rate <= 1:
        raise RecipeError("recipe_rate", source=source, value=value)
    return rate


KEYS: Mapping[str, Callable[[object, str], Any]] = {
    "schema": _schema,
    "read": _read_options,
    "headings": partial(_texts, "headings"),
    "date_format": dates.formats,
    "constants": partial(_texts, "constants"),
    **shapes.KEYS,
    "match_users_by": _match_users_by,
    "rules": steps.parse,
    "media": media_pattern,
    "max_reject_rate": _rate,
    "expect": expectations.parse,
    "export": sending.export,
    "blanks": sending.blanks,
    "absent": sending.absent,
    "status": sending.status,
    "years": dates.years,
    "months": dates.months,
    "never": dates.never,
}
