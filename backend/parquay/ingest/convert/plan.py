"""What a file is and how it is read: the first decision of a conversion, made from its first bytes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from parquay.columns.types.missing_words import further
from parquay.errors import BadInput
from parquay.ingest.detect import sniff
from parquay.ingest.detect.reading import MAX_SAMPLE_BYTES
from parquay.ingest.formats import detect as formats
from parquay.ingest.formats import registry
from parquay.ingest.formats.registry import BrokenPlugin, FileFormat
from parquay.ingest.read import json_nested, json_scan, log_lines
from parquay.ingest.read.json_nested import NestedArray
from parquay.ingest.text import sources
from parquay.ingest.text.byte_source import ByteReader
from parquay.ingest.text.dialect import MAX_TABLE_COLUMNS, TOO_MANY_COLUMNS, Dialect
from parquay.ingest.text.encodings import detect
from parquay.ingest.text.overrides import Overrides
from parquay.ingest.text.sources import TextSource
from parquay.ingest.text.split import count_lines
from parquay.ingest.text.warnings import FileWarning, bounded
from parquay.storage.chunks import read_promised

JSON_NAMES = frozenset({".json", ".ndjson", ".jsonl", ".geojson"})
"""Endings of names that promise JSON."""
PACKED_NAMES = frozenset({".gz", ".gzip", ".zst", ".zstd", ".bz2", ".xz", ".zip", ".tgz", ".tbz2", ".txz", ".tar"})
"""Endings of names that promise a packed file."""

SURELY_TOO_MANY = 2
"""So many times as many delimiters in a row as columns can be read leave no doubt."""
_LINE_END = re.compile(rb"[\r\n]")
_QUOTED = re.compile(rb'"[^"]*"')


@dataclass(frozen=True, slots=True)
class Plan:
    """How to convert a file.

    Attributes:
        dialect: how its text is read; None when it is no text, or no table.
        source: its text; None for a file that is no text.
        file_format: the format of such a file, which can only be read once every byte is there.
        code, reason: why there is no table: `no_rows`, `no_table`, or the code of an error.
    """

    dialect: Dialect | None = None
    source: TextSource | None = None
    file_format: FileFormat | None = None
    code: str = ""
    reason: str = ""


_NO_SHEETS = Plan(code="no_sheet", reason="sheet: the file is no workbook, so it has no sheets.")


HURRIED_SIZES = (sniff.SAMPLE_BYTES, 256 << 10)
"""Bytes of text that are looked at by who cannot wait: rows so long that more would be wanted may be read otherwise."""
HURRIED_PATH_SIZES = (sniff.SAMPLE_BYTES, 512 << 10, 8 << 20)
"""The same where an array is looked for that stands somewhere in JSON."""


def plan(
    reader: ByteReader, stop: int, *, complete: bool, name: str, overrides: Overrides, hurried: bool = False
) -> Plan | None:
    """Decide from the first bytes below `stop`; None while they are too few (`complete`: there will be no more).

    The same bytes always give the same answer, however they arrived. ``hurried``: see `HURRIED_SIZES`.

    Raises:
        sources.BrokenArchive, TooLarge: the packed bytes make no sense, or unpack to too many.
        BytesMissing: bytes below `stop` are not there.
    """
    if not complete and stop < sniff.SAMPLE_BYTES:
        return None
    head = read_promised(reader, 0, min(stop, sniff.SAMPLE_BYTES))
    if not head:
        return Plan(code="no_rows", reason="The file is empty.")
    sizes = HURRIED_SIZES if hurried else ()
    found = _plan(reader, stop, head, complete=complete, name=name, overrides=overrides, sizes=sizes)
    if found is not None and not found.code and overrides.sheet is not None and "sheet" not in _options(found):
        return _NO_SHEETS
    return found


def _plan(
    reader: ByteReader,
    stop: int,
    head: bytes,
    *,
    complete: bool,
    name: str,
    overrides: Overrides,
    sizes: Sequence[int],
) -> Plan | None:
    found = _other_format(head, PurePath(name).suffix.lower())
    if found is not None:
        return found
    kind, _ = sources.archive_of(reader, stop, complete=complete)
    if kind and not complete:
        return None  # what is in the archive is known at its end
    if kind and overrides.sheet is not None:
        return _NO_SHEETS
    if overrides.member is not None and not kind:
        return Plan(code="no_member", reason="member: the file is no archive, so there is no file in it.")
    source = sources.open_source(reader, stop, complete=complete, declared=overrides.encoding, wanted=overrides.member)
    inner = inner_name(name) if source.member is None else PurePath(source.member.name).name
    return _text_plan(source, name=inner, overrides=overrides, sizes=sizes)


NOT_THERE = frozenset({"no_sheet", "no_member", "no_path"})
"""Codes of what was told of a file and is not in it."""

TEXT_OPTIONS = {
    "csv": frozenset({
        "delimiter", "quote", "escape", "comment", "encoding", "header", "skip", "nulls", "missing", "types", "names",
        "member",
    }),
    "fixed": frozenset({"widths", "encoding", "header", "skip", "missing", "types", "names", "member"}),
    "log": frozenset({"missing", "types", "member"}),
    "json": frozenset({"encoding", "missing", "types", "member", "path"}),
}  # fmt: skip
"""What can be said about a text, by how it is written. The rest of what is known says itself."""


LINE_OPTIONS = frozenset({
    "delimiter", "quote", "escape", "comment", "encoding", "header", "skip", "nulls", "names", "widths",
})  # fmt: skip
"""Options of delimited text; whoever says one of them does not mean a log."""


def why_unmeant(found: Plan, overrides: Overrides) -> str:
    """Why something that was said means nothing for a file of this plan's format; empty when all of it does."""
    option = next((name for name in overrides.said() if name not in _options(found)), "")
    if option:
        return f"{option} cannot be told of a file of this format."
    return "" if found.dialect is None else overrides.why_too_many_names(len(found.dialect.columns))


def _options(found: Plan) -> frozenset[str]:
    if found.file_format is not None:
        return found.file_format.options
    kind = "csv" if found.dialect is None else found.dialect.format
    return TEXT_OPTIONS.get(kind, TEXT_OPTIONS["json"])


def _other_format(head: bytes, suffix: str) -> Plan | None:
    """The plan for what is neither text nor packed text; None for what may be."""
    if found := registry.find(head, suffix):
        return Plan(file_format=found)
    if reason := formats.why_unsupported(head, suffix):
        return Plan(code="unsupported_format", reason=reason)
    promised = registry.promised(suffix)
    if isinstance(promised, BrokenPlugin):
        return Plan(code="format_failed", reason=promised.reason)
    if promised is not None:
        return Plan(code="wrong_format", reason=f"The name says {promised.name}, but the bytes are not of that format.")
    return Plan(code="no_table", reason="A document is no table.") if formats.is_document(head) else None


def inner_name(name: str) -> str:
    """A file's name without the ending that says how it is packed."""
    path = PurePath(name)
    return path.stem if path.suffix.lower() in PACKED_NAMES else name


def _text_plan(source: TextSource, *, name: str, overrides: Overrides, sizes: Sequence[int]) -> Plan | None:
    if overrides.path is not None and json_scan.starts_json(source.read_at(0, sniff.SAMPLE_BYTES)):
        return _plan_at_path(source, overrides, HURRIED_PATH_SIZES if sizes else tuple(sniff.sample_sizes()))
    for size in sizes or sniff.sample_sizes():
        sample = source.read_at(0, size)
        ended = len(sample) < size
        if ended and not source.complete:
            return None
        ended = ended or size == max(sizes, default=0)
        if refused := _refused_early(source, sample):
            return refused
        if overrides.delimiter is None and (found := _json_plan(source, sample, name, overrides, complete=ended)):
            return found
        if overrides.delimiter is None and not ended and _is_open_line(sample):
            continue
        if not LINE_OPTIONS & overrides.said().keys() and (log := log_lines.log_of(sample)):
            return Plan(_dialect_of_log(sample, log, source, overrides), source)
        guess = sniff.sniff(sample, name=name, complete=ended, overrides=overrides, wide=source.wide)
        if not guess.wants_more:
            break
    return _guessed(guess, source, overrides)


def _is_open_line(sample: bytes) -> bool:
    """Whether more of the only line is to be looked at before it is taken apart in every way that there is."""
    return len(sample) < MAX_SAMPLE_BYTES and json_scan.is_open_line(sample)


def _dialect_of_log(sample: bytes, log: Dialect, source: TextSource, overrides: Overrides) -> Dialect:
    mark = len(log_lines.MARK) if sample.startswith(log_lines.MARK) else 0
    return replace(
        log, encoding=source.wide or "utf-8", body=mark, bom=mark, types=dict(overrides.types),
        warnings=(*source.warnings, *log.warnings),
    )  # fmt: skip


def _guessed(guess: sniff.Guess, source: TextSource, overrides: Overrides) -> Plan:
    if guess.dialect is None:
        return Plan(code=guess.code, reason=guess.reason)
    if len(guess.dialect.columns) > MAX_TABLE_COLUMNS:
        return Plan(code="too_many_columns", reason=TOO_MANY_COLUMNS)
    warnings = source.warnings + guess.dialect.warnings
    return Plan(replace(guess.dialect, types=dict(overrides.types), warnings=warnings), source)


def _refused_early(source: TextSource, sample: bytes) -> Plan | None:
    if source.packing and (reason := formats.why_nested(sample)):
        return Plan(code="unsupported_format", reason=reason)
    is_wide = not json_scan.starts_json(sample) and is_too_wide(sample)
    return Plan(code="too_many_columns", reason=TOO_MANY_COLUMNS) if is_wide else None


def is_too_wide(sample: bytes) -> bool:
    """Whether a first row has far too many columns, whatever parts them; to try every delimiter on it takes long."""
    first = _LINE_END.split(sample.lstrip(), 1)[0]
    if len(first) <= SURELY_TOO_MANY * MAX_TABLE_COLUMNS:
        return False
    plain = _QUOTED.sub(b"", first)
    return max(map(plain.count, (b",", b";", b"\t", b"|"))) > SURELY_TOO_MANY * MAX_TABLE_COLUMNS


def _json_plan(source: TextSource, sample: bytes, name: str, overrides: Overrides, *, complete: bool) -> Plan | None:
    kind = json_scan.format_of(sample, complete=complete, name=PurePath(name).suffix.lower())
    if (nested := _nested_array(sample, name)) is not None:
        return Plan(_dialect_of_nested(sample, nested, source, overrides), source)
    if kind == json_scan.WANTS_MORE:
        return None
    if kind:
        found = detect(sample, complete=complete)
        mark = found.mark if found else 0
        dialect = Dialect(
            encoding=source.wide or "utf-8", format=kind, delimiter="", quote="", header_rows=0, body=mark, bom=mark,
            types=dict(overrides.types), missing=further(overrides.missing), warnings=source.warnings,
        )  # fmt: skip
        return Plan(dialect, source)
    if PurePath(name).suffix.lower() in JSON_NAMES:
        return Plan(code="no_table", reason="The JSON is no list of objects.")
    return None


def _plan_at_path(source: TextSource, overrides: Overrides, sizes: Sequence[int]) -> Plan | None:
    """The plan for the array at a path in JSON; None while it may stand in what has not arrived."""
    for size in sizes:
        sample = source.read_at(0, size)
        whole = len(sample) < size
        if whole and not source.complete:
            return None
        text = sample.decode(errors="surrogateescape")
        try:
            found = json_nested.array_at(text, overrides.path or "", complete=whole or size == sizes[-1])
        except BadInput as error:
            far = "" if whole else f" The first {len(sample) >> 10:,} KiB were looked through."
            return Plan(code=error.code, reason=error.detail + far)
        if found is not None:
            return Plan(_dialect_of_nested(sample, found, source, overrides), source)
    return None


def _nested_array(sample: bytes, name: str) -> NestedArray | None:
    """The array of objects in the one object that a file is; in JSON Lines an object is a row, whatever is in it."""
    if PurePath(name).suffix.lower() in (".ndjson", ".jsonl"):
        return None
    return json_nested.find_array(sample.decode(errors="surrogateescape"))


def _dialect_of_nested(sample: bytes, found: NestedArray, source: TextSource, overrides: Overrides) -> Dialect:
    above = sample.decode(errors="surrogateescape")[: found.at].encode(errors="surrogateescape")
    beside = ", ".join(each for each in found.beside if not found.features or each != "type")
    sentence = bounded(f"{found.path} is read, not {beside}")
    return Dialect(
        encoding=source.wide or "utf-8", format="json", path=found.path, delimiter="", quote="", header_rows=0,
        body=len(above), body_line=1 + count_lines(above), types=dict(overrides.types),
        missing=further(overrides.missing),
        warnings=(*source.warnings, *((FileWarning("outside_array", 1, 1, sentence),) if beside else ())),
    )  # fmt: skip
