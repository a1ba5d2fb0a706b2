"""The formats that are read as a whole by a child process: those of this package, and those of plugins.

A format is one module `<name>_format` in this package with a `FORMAT`, or an entry point of the group
`parquay.formats` that names one (`docs/extending/formats.md`).
"""

from __future__ import annotations

import functools
import importlib
import logging
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from parquay.ingest import formats
from parquay.ingest.text.archive import TABLES

GROUP = "parquay.formats"
"""Entry points of plugins."""
SHEET_OPTIONS = frozenset({"header", "skip", "nulls", "missing", "types", "names", "sheet"})
"""Options of a format that is read into text, with the sheet that is meant."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A format that can only be read once every byte is there.

    Attributes:
        name: a stable word, such as `xlsx`.
        noun: what such a file is called in a sentence.
        suffixes: endings of names, in lower case and with their dot, that promise it.
        magic: whether the first bytes (64 KiB at most) of a file, whose name ends in the suffix, are of it.
        open: reads the file at the first path and writes the second one; runs in the child process, where it may raise
            `limits.Refused`. What it writes is CSV (UTF-8, commas, doubled quotes) or, if the answer has `columns`,
            a Parquet file of exactly those columns: `[{"name", "type": …}]` as `type_to_json` of
            `columns.types.registry` gives them.
            The answer's `warnings`, if any, are `[{"code", "count", "text"}]`.
        json_lines: whether it writes JSON Lines instead of CSV, in which texts stay texts.
        options: what a caller may say about such a file; the third argument of `open` has what was said.
    """

    name: str
    noun: str
    suffixes: tuple[str, ...]
    magic: Callable[[bytes, str], bool]
    open: Callable[[Path, Path, Mapping[str, Any]], dict[str, Any]]
    options: frozenset[str] = field(default=frozenset())
    json_lines: bool = False


@dataclass(frozen=True, slots=True)
class BrokenPlugin:
    """A plugin that does not load; files whose names end in `.<name>` get `reason` as their error."""

    name: str
    reason: str

    @property
    def suffixes(self) -> tuple[str, ...]:
        """The ending that is taken for the format's."""
        return (f".{self.name}",)


@functools.cache
def built_in() -> tuple[FileFormat, ...]:
    """The formats of this package."""
    names = sorted(each.name for each in pkgutil.iter_modules(formats.__path__) if each.name.endswith("_format"))
    return tuple(importlib.import_module(f"{formats.__name__}.{name}").FORMAT for name in names)


@functools.cache
def plugins() -> tuple[FileFormat | BrokenPlugin, ...]:
    """The formats of installed plugins; a plugin that does not load is logged, and stops nothing."""
    return tuple(_loaded(each) for each in sorted(metadata.entry_points(group=GROUP), key=lambda each: each.name))


def _loaded(entry: metadata.EntryPoint) -> FileFormat | BrokenPlugin:
    try:
        found = entry.load()
    except Exception as error:
        log.exception("the format %s cannot be loaded", entry.name)
        return BrokenPlugin(entry.name, f"Its plugin does not load: {error}"[:300])
    if not isinstance(found, FileFormat):
        log.error("the format %s is no FileFormat", entry.name)
        return BrokenPlugin(entry.name, "Its plugin is no FileFormat.")
    return found


def known(suffix: str) -> tuple[FileFormat | BrokenPlugin, ...]:
    """The formats that a file whose name ends in `suffix` may have. To look for plugins takes time: not for texts."""
    return built_in() if suffix in TABLES else (*built_in(), *plugins())


def named(name: str) -> FileFormat:
    """The format of a name.

    Raises:
        LookupError: there is none.
    """
    for each in (*built_in(), *plugins()):
        if each.name == name and isinstance(each, FileFormat):
            return each
    raise LookupError(name)


def find(head: bytes, suffix: str) -> FileFormat | None:
    """The format of a file by its first bytes; None when it is none of those."""
    return next((each for each in known(suffix) if isinstance(each, FileFormat) and _is_of(each, head, suffix)), None)


def _is_of(found: FileFormat, head: bytes, suffix: str) -> bool:
    try:
        return bool(found.magic(head, suffix))
    except Exception:
        # Plugins are asked about every file; one that fails is no reason to read none of them.
        log.exception("the format %s cannot tell whether a file is of it", found.name)
        return False


def promised(suffix: str) -> FileFormat | BrokenPlugin | None:
    """The format that the ending of a name promises."""
    return next((each for each in known(suffix) if suffix in each.suffixes), None)
