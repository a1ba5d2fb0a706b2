"""The program that reads one file under limits: `sandbox_child FORMAT IN OUT OPTIONS ROWS`.

`OPTIONS` is JSON; `ROWS`: how many of the file are enough, 0: all.

It answers with one line of JSON: on standard output what it made, or on standard error a code and a message.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from parquay.ingest.formats import limits
from parquay.ingest.formats.limits import Refused, limit


def main(arguments: list[str]) -> int:
    """Read the file; return the exit status."""
    name, source, target, options, rows = arguments
    limit()
    limits.enough_rows = int(rows)
    try:
        made = read(name, Path(source), Path(target), json.loads(options))
        print(json.dumps({**made, "more": limits.stopped}))  # noqa: T201 (the answer)
    except Refused as refusal:
        code, message = refusal.args
    except MemoryError:
        code, message = "too_expensive", "The file asks for more memory than a file may."
    except Exception as error:  # noqa: BLE001 (whatever a reader makes of a broken file is the file's fault)
        code, message = "broken_file", _sentence(name, error)
    else:
        return 0
    print(json.dumps({"code": code, "message": message}), file=sys.stderr)  # noqa: T201 (the answer)
    return 1


def _sentence(name: str, error: Exception) -> str:
    """Why a file cannot be read, without what only those understand who know the library that reads it.

    Whoever wrote a plugin is to know what happened in it.
    """
    from parquay.ingest.formats import registry

    if name in {each.name for each in registry.built_in()}:
        return "The file cannot be read: it is damaged, or not written as its format demands."
    return f"The file cannot be read: {error}"[:500].replace("\n", " ")


def read(name: str, source: Path, target: Path, options: dict[str, Any]) -> dict[str, Any]:
    """Read a file of the format `name`; return what its reader says.

    Raises:
        Refused: it cannot be read, or there is no such format, or its plugin gave no table.
    """
    from parquay.ingest.formats import registry

    try:
        file_format = registry.named(name)
    except LookupError:
        raise Refused("format_failed", f"The format {name} is not there.") from None
    made = file_format.open(source, target, options)
    if file_format not in registry.built_in():
        _check(made, target)
    return made


def _check(made: dict[str, Any], target: Path) -> None:
    """Refuse what a plugin may not answer, before anybody believes it.

    Raises:
        Refused: it does not keep to `registry.FileFormat`.
    """
    import pyarrow.parquet as pq

    from parquay.columns.names import unique_names
    from parquay.columns.types import registry
    from parquay.ingest.text.dialect import MAX_TABLE_COLUMNS, TOO_MANY_COLUMNS

    try:
        columns = made.get("columns", ())
        names = tuple(each["name"] for each in columns)
        found = tuple(pq.read_schema(target).names) if columns else ()
        right = target.is_file() and found == names == tuple(unique_names(names))
        for each in columns:
            registry.type_from_json(each).arrow()
        for each in made.get("warnings", ()):
            right = right and {"code": str, "count": int, "text": str} == {key: type(each[key]) for key in sorted(each)}
    except Exception as error:  # noqa: BLE001 (a plugin may answer anything)
        raise Refused("format_failed", f"The plugin of the format gave no table: {error}"[:500]) from None
    if not right:
        raise Refused("format_failed", "The plugin of the format gave other columns than it wrote, or none.")
    if len(names) > MAX_TABLE_COLUMNS:
        raise Refused("too_many_columns", TOO_MANY_COLUMNS)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
