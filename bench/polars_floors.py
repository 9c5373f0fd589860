"""The same check with polars expressions, written by hand, and with dataframely; see `floors`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from bench.floors import COLUMNS, UNREADABLE, WARNINGS, Found
from credtools.checking.lookups import Lookups
from credtools.model import Table


def in_polars(table: Table, lookups: Lookups) -> tuple[Any, Any, Any]:
    """The same inputs as polars frames; made outside of what is measured."""
    import polars as pl  # noqa: PLC0415 - only the benchmarks have it

    frame = pl.from_pandas(table.frame).rename(dict(zip(table.frame.columns, COLUMNS, strict=True)))
    frame = frame.with_columns(line=pl.Series(table.lines))
    users = pl.DataFrame({"email": lookups.users["email"].tolist(), "status": lookups.users["status"].tolist()})
    names = ("name", "expiry", "numbered")
    return frame, users, pl.DataFrame({name: lookups.types[name].tolist() for name in names})


def _resolved_by_polars(frames: tuple[Any, Any, Any]) -> Any:
    import polars as pl  # noqa: PLC0415

    frame, users, types = frames
    users = users.lazy().select(u=pl.col("email").str.to_lowercase(), active=pl.col("status") == "active")
    users = users.with_row_index("user")
    types = types.lazy().select("expiry", "numbered", t=pl.col("name").str.to_lowercase()).with_row_index("kind")
    texts = [pl.col(name).str.strip_chars() for name in COLUMNS]
    bad = [pl.col(name).str.contains(UNREADABLE).alias(f"{name}_bad") for name in COLUMNS]
    lazy = frame.lazy().with_columns(*texts, *bad)
    keys = {"u": "user_email", "t": "credential_type"}
    lazy = lazy.with_columns(
        u=pl.col(keys["u"]).str.to_lowercase(),
        t=pl.col(keys["t"]).str.replace_all(r"\s+", " ").str.to_lowercase(),
    )
    lazy = lazy.join(users, on="u", how="left", maintain_order="left")
    lazy = lazy.join(types, on="t", how="left", maintain_order="left")
    day = {
        name: pl.when(pl.col(name).str.len_bytes() == 10).then(pl.col(name).str.to_date("%d/%m/%Y", strict=False))
        for name in ("issue_date", "expiration_date")
    }
    lazy = lazy.with_columns(issued=day["issue_date"], read=day["expiration_date"])
    given = (pl.col("expiration_date") != "") & ~pl.col("expiration_date_bad")
    lazy = lazy.with_columns(
        unused=(pl.col("expiry") == "never").fill_null(value=False) & given,
        needed=(pl.col("expiry") == "required").fill_null(value=False),
        numbered=pl.col("numbered").fill_null(value=False),
        active=pl.col("active").fill_null(value=False),
    ).with_columns(expires=pl.when(~pl.col("unused")).then(pl.col("read")))
    known = (
        pl.col("active")
        & pl.col("kind").is_not_null()
        & ~(pl.col("numbered") & (pl.col("credential_number") == ""))
        & pl.col("issued").is_not_null()
        & (pl.col("expires").is_not_null() | pl.col("unused") | ((pl.col("expiration_date") == "") & ~pl.col("needed")))
        & ~pl.col("credential_number_bad")
    )
    number = pl.when(pl.col("numbered")).then(pl.col("credential_number")).otherwise(pl.lit(""))
    version, content = ["user", "kind", "key", "issued"], ["expires", "credential_number"]
    lazy = lazy.with_columns(key=number, known=known)
    alike = lazy.filter("known").filter(pl.struct(version).is_duplicated()).select("line", *version, *content)
    alike = alike.with_columns(again=~pl.struct(version + content).is_first_distinct())
    alike = alike.with_columns(several=(~pl.col("again")).sum().over(version) > 1)
    lazy = lazy.join(alike.select("line", "again", "several"), on="line", how="left", maintain_order="left")
    lazy = lazy.with_columns(pl.col("again", "several").fill_null(value=False))
    told = pl.col("active") & pl.col("kind").is_not_null() & ~pl.col("numbered") & ~pl.col("several")
    told &= (pl.col("credential_number") != "") & ~pl.col("credential_number_bad")
    numbers = lazy.filter(told).filter(pl.struct("user", "kind").is_duplicated())
    numbers = numbers.select("line", changes=pl.col("credential_number").n_unique().over("user", "kind") > 1)
    lazy = lazy.join(numbers, on="line", how="left", maintain_order="left")
    return lazy.with_columns(pl.col("changes").fill_null(value=False))


def _expressions(today: date) -> dict[tuple[str, str], Any]:
    import polars as pl  # noqa: PLC0415

    c = pl.col
    blank = {name: c(name) == "" for name in COLUMNS}
    given = {name: (c(name) != "") & ~c(f"{name}_bad") for name in COLUMNS}
    return {
        ("user_email", "value_required"): blank["user_email"],
        ("credential_type", "value_required"): blank["credential_type"],
        ("issue_date", "value_required"): blank["issue_date"] & c("kind").is_not_null(),
        ("expiration_date", "value_required"): blank["expiration_date"] & c("needed"),
        ("credential_number", "value_required"): blank["credential_number"] & c("numbered"),
        **{(name, "value_readable"): c(f"{name}_bad") for name in COLUMNS},
        ("user_email", "user_exists"): given["user_email"] & ~c("active"),
        ("credential_type", "credential_type_exists"): given["credential_type"] & c("kind").is_null(),
        ("issue_date", "date_format"): given["issue_date"] & c("issued").is_null(),
        ("expiration_date", "date_format"): given["expiration_date"] & c("expires").is_null() & ~c("unused"),
        ("expiration_date", "expires_after_issue"): (c("expires") < c("issued")).fill_null(value=False),
        ("", "not_repeated"): c("several"),
        ("", "repeated"): c("again") & ~c("several"),
        ("credential_number", "number_changes"): c("changes"),
        ("expiration_date", "date_unused"): c("unused"),
        ("expiration_date", "already_expired"): (c("expires") < today).fill_null(value=False),
        ("issue_date", "issued_in_future"): (c("issued") > today).fill_null(value=False),
    }


def by_polars(frames: tuple[Any, Any, Any], lookups: Lookups) -> Found:
    """With polars expressions, written by hand."""
    import polars as pl  # noqa: PLC0415

    told = {" ".join(key): expression for key, expression in _expressions(lookups.today).items()}
    wide = _resolved_by_polars(frames).select("line", **told).collect()
    found = [wide.filter(name).select("line", found=pl.lit(name)) for name in told]
    together: Found = pl.concat(found).to_pandas()
    return together


def import_by_polars(frames: tuple[Any, Any, Any], today: date) -> tuple[Any, Any]:
    """What an import needs: the resolved rows, and (line, found) of what rejects."""
    import polars as pl  # noqa: PLC0415

    resolved = _resolved_by_polars(frames).collect()
    told = {" ".join(key): expression for key, expression in _expressions(today).items() if key[1] not in WARNINGS}
    wide = resolved.select("line", **told)
    return resolved, pl.concat([wide.filter(name).select("line", found=pl.lit(name)) for name in told])


def dataframely_check(lookups: Lookups) -> Callable[[tuple[Any, Any, Any]], Any]:
    """A dataframely schema of the same rules over the columns that polars resolved; gives the rows it rejects."""
    import dataframely as dy  # noqa: PLC0415

    names: dict[str, Any] = {"line": dy.Int64(nullable=False)}
    needed = ["kind", "active", "issued", "expires", "unused", "needed", "numbered", "several", "again"]
    for (column, code), expression in _expressions(lookups.today).items():
        if code not in WARNINGS:
            failing: Callable[..., Any] = lambda cls, expression=expression: ~expression  # noqa: ARG005, E731
            names[f"{code}_{column}"] = dy.rule()(failing)
    kinds = {"kind": dy.UInt32, "issued": dy.Date, "expires": dy.Date}
    names |= {name: kinds.get(name, dy.Bool)(nullable=True) for name in needed}
    names |= {name: dy.String(nullable=True) for name in COLUMNS}
    names |= {f"{name}_bad": dy.Bool(nullable=True) for name in COLUMNS}
    schema: Any = type("Credentials", (dy.Schema,), names)

    def check(frames: tuple[Any, Any, Any]) -> Any:
        resolved = _resolved_by_polars(frames).select(*[name for name in names if isinstance(names[name], dy.Column)])
        return schema.filter(resolved.collect())[1].invalid()["line"]

    return check
