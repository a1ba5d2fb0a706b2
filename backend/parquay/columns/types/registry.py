"""The types that there are. Pure: no Arrow."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from parquay.columns.styles.amounts import OPEN
from parquay.columns.styles.registry import style_named
from parquay.columns.types.aside_counts import MISSING
from parquay.columns.types.base import ColumnType, TypeCandidates
from parquay.columns.types.bool import BoolType
from parquay.columns.types.date import DateType
from parquay.columns.types.decimal import DecimalType
from parquay.columns.types.double import DoubleType
from parquay.columns.types.duration import DurationType
from parquay.columns.types.int64 import Int64Type
from parquay.columns.types.missing_words import NAMED
from parquay.columns.types.style_joins import has_styles, join_styles, joinable
from parquay.columns.types.styled import MARK, StyledType
from parquay.columns.types.text import NESTED, TEXT, TextType
from parquay.columns.types.time import TimeType
from parquay.columns.types.timestamp import TimestampType
from parquay.columns.types.uuid import UuidType

TYPES: Mapping[str, type[ColumnType]] = {
    BoolType.type_id: BoolType,
    Int64Type.type_id: Int64Type,
    DecimalType.type_id: DecimalType,
    DoubleType.type_id: DoubleType,
    DateType.type_id: DateType,
    TimeType.type_id: TimeType,
    TimestampType.type_id: TimestampType,
    DurationType.type_id: DurationType,
    UuidType.type_id: UuidType,
    TextType.type_id: TextType,
}
"""By their ids. The narrowest comes first: of several types that hold for a column it gets that one."""
_CANONICAL_STYLE = re.compile(
    r"true/false|0|0\.0|0\.#|text|json|PTnHnMnS|8-4-4-4-12|"
    r"(?:yyyy-MM-dd)?(?: |'T'|\b)?(?:HH:mm(?::ss(?:\.S{1,9})?)?)?(?:'[-+:Z\d]+'|XXX)?"
)
RANK = {type_id: rank for rank, type_id in enumerate(TYPES)} | {NESTED.type_id: len(TYPES)}


def column_type(type_id: str, form: Any = None) -> ColumnType:
    """The type of an id in a form as the catalog keeps it.

    Raises:
        LookupError: there is no such type or style.
    """
    if type_id == NESTED.type_id:
        return NESTED
    if not isinstance(form, dict):
        return TYPES[type_id].of_form(form)
    style = style_named(form["style"])
    if style is None:
        raise LookupError(form["style"])
    return StyledType(TYPES[type_id].of_form(form["form"]), style)


def type_id_of(name: str) -> str:
    """The id of a type as a caller names it, such as `decimal(18,2)`, or with a style, as `date:dd/MM/yyyy`."""
    return name.partition(":")[0].partition("(")[0].replace("timestamptz", "timestamp")


def type_from_json(value: Mapping[str, Any]) -> ColumnType:
    """The inverse of `type_to_json`."""
    return column_type(value["kind"], value.get("form"))


def type_to_json(column_type: ColumnType) -> dict[str, Any]:
    """The type as the catalog keeps it."""
    return {"kind": column_type.type_id, "form": column_type.form}


def columns_types(columns: Iterable[Mapping[str, Any]]) -> dict[str, ColumnType]:
    """The types of columns as the catalog keeps them, by name."""
    return {each["name"]: type_from_json(each) for each in columns}


def columns_json(types: Mapping[str, ColumnType], named: Collection[str] = ()) -> list[dict[str, Any]]:
    """The columns as the catalog keeps them: name, public type and style, and the form for a faithful export.

    `named`: further words for missing in all of them.
    """
    more = {NAMED: list(named)} if named else {}
    return [
        {"name": name, "type": each.name, "style": each.style, **type_to_json(each), **more}
        for name, each in types.items()
    ]


def shown_column(column: Mapping[str, Any]) -> dict[str, Any]:
    """A column as callers see it, of those as the catalog keeps them; older ones were kept without their style."""
    shown = {"name": column["name"], "type": column["type"], "style": type_from_json(column).style}
    return shown | {MISSING: column.get(MISSING, {})}


def candidates_from_json(value: Mapping[str, Any] | None) -> TypeCandidates | None:
    """The inverse of `candidates_to_json`."""
    return None if value is None else {key: column_type(key.partition(MARK)[0], form) for key, form in value.items()}


def candidates_to_json(candidates: TypeCandidates | None) -> dict[str, Any] | None:
    """The types that hold, with their forms, as the catalog keeps them with a segment."""
    return None if candidates is None else {key: each.form for key, each in candidates.items()}


def only(column_type: ColumnType) -> TypeCandidates:
    """A type as the only one that holds."""
    return {} if column_type == TEXT else {column_type.key: column_type}


def join(one: TypeCandidates | None, other: TypeCandidates | None) -> TypeCandidates | None:
    """What still holds for the cells behind both; None: no cell was seen yet."""
    if one is None or other is None:
        return other if one is None else one
    held: TypeCandidates = {}
    for key, each in one.items():
        if key in other and MARK not in key and (both := each.join(other[key])) is not None:
            held[key] = both
    return held | join_styles(one, other) if has_styles(one) or has_styles(other) else held


def is_wanted(column_type: ColumnType, wanted: str) -> bool:
    """Whether a type is the one that a caller named, in the style that was named with it, if any was."""
    type_id = TEXT.type_id if column_type.is_text else column_type.type_id
    return type_id_of(wanted) == type_id and wanted.partition(":")[2] in ("", column_type.style)


def is_style(name: str) -> bool:
    """Whether a style has that name, canonical ones included."""
    return style_named(name) is not None or _CANONICAL_STYLE.fullmatch(name) is not None


def of_those(held: TypeCandidates, before: TypeCandidates | None) -> TypeCandidates:
    """What holds, without that which cannot be joined with what held before, if that is known."""
    if before is None:
        return held
    left = {each.type_id for each in before.values()}
    canonical = {key: each for key, each in held.items() if each.type_id in left and MARK not in key}
    return canonical | joinable(held, before) if has_styles(held) else canonical


def decide(candidates: TypeCandidates | None, wanted: str | None = None, named: tuple[str, ...] = ()) -> ColumnType:
    """The type that is `wanted` if it holds, else the narrowest that does; text where none does or no cell was seen.

    Where the canonical texts of no type hold, but those of styles, these must agree on what the texts mean. `named`:
    further words for missing in the column.
    """
    found = _decide(without_nested(candidates), wanted)
    if found == TEXT and candidates and NESTED.type_id in candidates and not is_text_wanted(wanted):
        return NESTED
    return TextType(named) if named and found == TEXT else found


def without_nested(candidates: TypeCandidates | None) -> TypeCandidates | None:
    """What holds beside values of JSON, which every cell may be."""
    return candidates and {key: each for key, each in candidates.items() if key != NESTED.type_id}


def is_text_wanted(wanted: str | None) -> bool:
    """Whether a caller has named plain text."""
    return wanted is not None and type_id_of(wanted) == TEXT.type_id and wanted.partition(":")[2] != NESTED.style


def _decide(candidates: TypeCandidates | None, wanted: str | None) -> ColumnType:
    type_id, style = (type_id_of(wanted), wanted.partition(":")[2]) if wanted else ("", "")
    if not candidates or is_text_wanted(wanted):
        return TEXT
    held = candidates.values()
    if style and (exact := [each for each in held if (each.type_id, each.style.rstrip(OPEN)) == (type_id, style)]):
        return exact[0].closed()
    canonical = [key for key in candidates if MARK not in key]
    wished = [each if style else each.named_type() for each in held if each.type_id == type_id]
    if canonical and (type_id in canonical or not any(each.reading == "" for each in wished)):
        return candidates[type_id if type_id in canonical else min(canonical, key=RANK.__getitem__)]
    pool = wished or held
    is_sure = len({each.reading for each in pool}) == 1 and not any(each.is_open for each in pool)
    return min(pool, key=preference) if is_sure else TEXT


def preference(column_type: ColumnType) -> tuple[int, bool, int, bool, int, str]:
    """The narrowest type; of its styles one without parts that may be missing, with most to see, in usual words.

    Names of months that are English and something else, as `Jan` is, are English.
    """
    style = column_type.style
    pattern, _, language = style.partition("@")
    return (
        RANK[column_type.type_id],
        "[." in style,
        -len(pattern),
        not language.lower().startswith("en"),
        len(language),
        style,
    )
