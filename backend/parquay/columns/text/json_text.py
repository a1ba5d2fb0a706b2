"""JSON whose numbers are written with all their digits: `Decimal("24.50")` is the number 24.50, not 24.5. Pure."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any

_rest = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_name = lru_cache(4096)(encode_basestring)


class Fragment(str):
    """JSON text that stands for its value."""

    __slots__ = ()


def nested(text: str | None) -> str | None:
    """A text as the object, array, number or truth value that it is the JSON of, else as it is.

    An edit may have made it anything.
    """
    if text is None or text[:1] not in ("{", "["):
        return Fragment(text) if text is not None and _PLAIN.fullmatch(text) else text
    try:
        _STRICT.decode(text)
    except (ValueError, RecursionError):
        return text
    return Fragment(_LINE_END.sub(" ", text))


def _no_number(text: str) -> None:
    raise ValueError(text)


_PLAIN = re.compile(r"true|false|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?", re.ASCII)
_LINE_END = re.compile(r"[\r\n]")
_STRICT = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=_no_number)


def dumps(value: Any) -> str:
    """The text of a JSON value that may hold decimals, without spaces.

    Raises:
        ValueError: a float or a decimal is no number of JSON. TypeError: something is no JSON value.
    """
    return _WRITERS.get(type(value), _rest)(value)


def _object(value: dict[str, Any]) -> str:
    return "{" + ",".join([f"{_name(key)}:{dumps(each)}" for key, each in value.items()]) + "}"


def _array(value: list[Any]) -> str:
    return "[" + ",".join([dumps(each) for each in value]) + "]"


def _decimal(value: Decimal) -> str:
    if not value.is_finite():
        raise ValueError(f"{value} is no number of JSON")
    return format(value, "f")


def _float(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError(f"{value} is no number of JSON")
    return repr(value)


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: encode_basestring,
    Fragment: str,
    int: repr,
    float: _float,
    type(None): lambda _: "null",
    Decimal: _decimal,
    dict: _object,
    list: _array,
}


def dump_rows(rows: list[dict[str, Any]]) -> str:
    """The text of an array of objects, each on a line of its own, for people to read."""
    return "[\n" + ",\n".join("  " + dumps(row) for row in rows) + "\n]" if rows else "[]"


def loads(text: str | bytes) -> Any:
    """Read JSON so that `dumps` writes every number as it was: what a float does not tell by its text is a decimal.

    Raises:
        json.JSONDecodeError: it is none, or an object has a name twice, of whose values only one would be kept.
    """
    return json.loads(text, parse_float=_number, parse_int=_whole, object_pairs_hook=_distinct)


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise json.JSONDecodeError(f"The name {twice[:100]!r} stands twice in an object", "", 0)
    return found


def _whole(text: str) -> int | Decimal:
    return Decimal(text) if text == "-0" else int(text)


def _number(text: str) -> float | Decimal:
    value = float(text)
    return value if repr(value) == text else Decimal(text)
