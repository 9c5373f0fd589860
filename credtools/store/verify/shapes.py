"""Shapes: what an event of each kind says. One that lacks something, or holds something else there, is a finding.

Whoever chains the whole history anew can write anything into it; nothing of it is taken for granted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from credtools.model import LISTINGS

Is = Callable[[Any], bool]
MOST = 10_000_000  # numbers that one event may name: more would only keep verify busy
LONGEST = 2**63  # beyond every id


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < LONGEST


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _moment(value: Any) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        return False


def _or_none(one: Is) -> Is:
    return lambda value: value is None or one(value)


def _list(one: Is) -> Is:
    return lambda value: isinstance(value, list) and all(map(one, value))


def _by_text(one: Is) -> Is:
    return lambda value: isinstance(value, dict) and all(map(one, value.values()))


def _by_number(one: Is) -> Is:
    def right(value: Any) -> bool:
        return _by_text(one)(value) and all(key.isascii() and key.isdecimal() for key in value)

    return right


def _among(*known: object) -> Is:
    return lambda value: not isinstance(value, list | dict) and value in known


def _ranges(value: Any) -> bool:
    if not _list(_list(_number))(value) or not all(len(one) == 2 and one[0] <= one[1] for one in value):
        return False
    return bool(sum(last - first + 1 for first, last in value) <= MOST)


def _place(value: Any) -> bool:
    return _list(_number)(value) and len(value) == 3


def _few(value: Any) -> bool:
    return _number(value) and value <= MOST


ALWAYS: dict[str, Is] = {"at": _moment, "by": _text}
_VERSIONS: dict[str, Is] = {"batch": _number, "versions": _list(_number)}
_REJECTS: dict[str, Is] = {"batch": _number, "rejects": _list(_number)}
_SOURCE: dict[str, Is] = {"source": _number}
_OF_BATCH: dict[str, Is] = {"batch": _number}

# What each kind always says; what isn't named here only counts things.
SAYS: dict[str, dict[str, Is]] = {
    "upload": _OF_BATCH | {"sha256": _text, "source": _text},
    **dict.fromkeys(("continue", "patch", "amend", "stage", "unstage", "hold", "discard", "keep"), _OF_BATCH),
    "leave": _OF_BATCH | {"causes": _list(_text)},
    "count_again": _OF_BATCH | {"yes": _or_none(_flag)},
    "finish": _OF_BATCH
    | {
        "counts": _by_text(_number),
        **dict.fromkeys(("ledger", "versions", "judgement", "sha256"), _text),
        **dict.fromkeys(("recipe", "schema"), _or_none(_text)),
    },
    "replay": _OF_BATCH | {"replays": _number},
    "decide": _VERSIONS | {"decision": _among("approved", "declined")},
    **dict.fromkeys(("undecide", "resubmit", "withdraw", "reinstate"), _VERSIONS),
    "undo": _OF_BATCH,
    **dict.fromkeys(("waive", "reopen"), _REJECTS),
    "media": _OF_BATCH | {"first": _number, "count": _few, "links": _text},
    "media_switch": _OF_BATCH | {"optional": _or_none(_flag)},
    "compare": _OF_BATCH | {"media": _ranges, "links": _text},
    "rename_source": _SOURCE | {"former": _number, "old": _text, "new": _text},
    "merge_source": _SOURCE | {"into": _number},
    "unmerge_source": _SOURCE,
    **dict.fromkeys(("share_source", "unshare_source"), _SOURCE | {"login": _text}),
    "move": _SOURCE | {"batches": _list(_number)},
    **{f"rename_{what}": {what: _number} for what in ("person", "type")},
    **{f"merge_{what}": {what: _number, "into": _number} for what in ("person", "type")},
    **{f"unmerge_{what}": {what: _number} for what in ("person", "type")},
    "load": {"what": _among("users", "types")},
    "settings": {"key": _text, "value": _text},
    "erase": {
        "user": _or_none(_number),
        **dict.fromkeys(("versions", "rejects"), _ranges),
        **dict.fromkeys(("files", "blobs"), _list(_text)),
        "lines": _by_number(_ranges),
    },
    **{kind: {} for kind in ("tidy", "fail", "upgrade")},
    **{kind: {"login": _text, "role": _text} for kind in ("grant", "revoke")},
}
# What an event may say besides, since a later layout or because there was something to be said.
MAY: dict[str, dict[str, Is]] = {
    "finish": {
        "digests": _among(1, 2),
        **dict.fromkeys(("said", "absent"), _or_none(_text)),
        "listing": _among(*LISTINGS),
        "withdraws": _flag,
    },
    **{kind: {"rejects": _list(_number)} for kind in ("undo", "unmerge_source")},
    "waive": {"for_good": _flag},
    "leave": {"taken_back": _list(_text)},
    "erase": {"merged": _list(_number), "scans": _ranges, "places": _by_number(_list(_place))},
}
COUNTS = ("rows",)  # without which the counts of a finished batch say nothing


def wrong(body: Mapping[str, Any]) -> str:
    """What an event lacks, or what it holds that it can't; '' when it is as an event of its kind must be."""
    kind = str(body["kind"])
    if kind not in SAYS:
        return "kind"
    for name, right in (ALWAYS | SAYS[kind]).items():
        if name not in body or not right(body[name]):
            return name
    for name, right in MAY.get(kind, {}).items():
        if name in body and not right(body[name]):
            return name
    if kind == "finish" and any(name not in body["counts"] for name in COUNTS):
        return "counts"
    return ""
