"""The program that runs statements: DuckDB over the parts that it is handed, in a process with limits of its own.

`child MEMORY THREADS SCRATCH`: bytes that the engine may take by itself, its threads, and a folder for what it spills.

Frames come on standard input and go to standard output: eight bytes that say how many follow, then these. A frame out
begins with a byte: 0, JSON follows; 1, bytes of the result. The first one says that all is loaded. A statement comes
with its parameters and is answered by the tables that it names; then come these, and the result follows. When standard
input ends, whatever runs ends with it.
"""

from __future__ import annotations

import json
import os
import queue
import resource
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from typing import TYPE_CHECKING, Any

from parquay.columns.text import json_text
from parquay.datasets.query.expression_child import read_frames, write_frame
from parquay.datasets.statements.check import DATASET, NamedTable, RefusedStatement, queries_named, tables_of
from parquay.datasets.statements.parameters import as_literals, by_name
from parquay.datasets.statements.reduced import reduced_statement
from parquay.datasets.statements.results import (
    STREAMED,
    JsonResult,
    ResultColumn,
    columns_json,
    result_columns,
    selected,
)

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

MIB = 1 << 20
BESIDE = 512 * MIB
"""Bytes of memory of the process beside those of the engine."""
SPILL = "4GiB"
"""Most that a statement puts on the disk."""
MAX_JSON_BYTES = 32 * MIB
"""Bytes of the longest answer in JSON."""
BATCH_ROWS, BATCH_CELLS = 8192, 200_000
FRAME_BYTES = MIB
DESCRIBE = "DESCRIBE SELECT * FROM (\n"
"""What stands before a statement whose columns are asked."""
_EXPLAIN_OPTIONS = frozenset({"analyze", "verbose"})


def main(arguments: Sequence[str]) -> int:
    """Run statements until there are no more; return the exit status."""
    memory, threads, scratch = int(arguments[0]), int(arguments[1]), arguments[2]
    _limit(memory + BESIDE)
    frames = _frames()
    import duckdb  # noqa: F401
    import pyarrow  # noqa: F401, ICN001

    _tell({"ready": True})
    try:
        while True:
            with _fresh_engine(memory, threads, scratch) as engine:
                while not _run(engine, json_text.loads(frames.get()), frames):
                    pass  # nothing ran
    except MemoryError:
        _tell({"error": "The statement needs more memory than statements may have.", "code": "query_too_large"})
        return 1  # what could not be had once may be missing elsewhere


def _limit(memory: int) -> None:
    for what, most in ((resource.RLIMIT_DATA, memory), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    with suppress(OSError):
        os.nice(5)  # the server itself comes first


def _frames() -> queue.SimpleQueue[bytes]:
    """The frames as they come; the process ends when there will be no more, whatever it does."""
    found: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def read() -> None:
        for frame in read_frames(sys.stdin.buffer):
            found.put(frame)
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    return found


def _tell(content: dict[str, Any]) -> None:
    write_frame(sys.stdout.buffer, b"\0" + json.dumps(content).encode())


@contextmanager
def _fresh_engine(memory: int, threads: int, scratch: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """An engine that knows nothing of the statement before."""
    import duckdb

    engine = duckdb.connect(
        config={
            "memory_limit": f"{memory // MIB}MiB",
            "threads": threads,
            "temp_directory": scratch,
            "max_temp_directory_size": SPILL if scratch else "0KiB",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )
    try:
        engine.execute("SET errors_as_json = true")
        engine.execute("SET GLOBAL TimeZone = 'UTC'")
        engine.execute("SET python_enable_replacements = false")
        engine.execute(
            f"CREATE MACRO {DATASET}(id, version := '') AS TABLE FROM query_table('{DATASET}:' || id || ':' || version)"
        )
        yield engine
    finally:
        engine.close()


def _run(engine: duckdb.DuckDBPyConnection, asked: dict[str, Any], frames: queue.SimpleQueue[bytes]) -> bool:
    """Answer one statement; return whether the engine has run it, so that the next one needs another."""
    asked["params"] = as_literals(asked["params"])
    query, params = str(asked["query"]), asked["params"]
    has_run = False
    try:
        with _placed(query):
            text, inner = _only_statement(engine, query)
            tree = _tree(engine, inner, len(text.encode()) - len(inner.encode()))
            named = tables_of(tree, by_name(params))
        _tell({"tables": [_described(query, each) for each in named], "queries": sorted(queries_named(tree))})
        opened, reduced = json.loads(frames.get()), None
        if "large" in opened:
            reduced = reduced_statement(engine, tree, opened, asked["params"]) if inner is text else None
            _tell({"reductions": reduced.described, "tables": reduced.tables} if reduced else {"reductions": []})
            opened = json.loads(frames.get())
        if "given_up" in opened:
            return False
        has_run = True
        _open_tables(engine, opened)
        if reduced is not None and opened["reduced"]:
            query = text = inner = reduced.text
        columns, asking, ahead = _asking(engine, text, None if inner is text else inner, asked)
        with _placed(query if reduced is None else "", ahead):
            _answer(engine, asking, columns, asked)
    except RefusedStatement as refusal:
        _tell({"error": str(refusal), "code": refusal.code, "position": refusal.position})
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  whatever a library makes of a statement is the statement's fault
        _tell({"error": "The result of this statement cannot be written.", "code": "bad_sql", "position": None})
        has_run = True
    return has_run


def _described(query: str, named: NamedTable) -> dict[str, Any]:
    position = _character(query, named.position)
    return {"name": named.name, "id": named.dataset_id, "version": named.version, "position": position}


def _only_statement(engine: duckdb.DuckDBPyConnection, query: str) -> tuple[str, str]:
    """The text of the only statement without semicolons, and the part of it that EXPLAIN explains, else all of it.

    Raises:
        RefusedStatement: there is none, there are several, or it does not only read.
    """
    import duckdb

    statements = engine.extract_statements(query)
    if len(statements) != 1:
        raise RefusedStatement(
            "One statement is needed, and nothing beside it.", "sql_not_allowed" if statements else "bad_sql"
        )
    content = bytearray(query.encode())
    tokens = [place for place, kind in duckdb.tokenize(query) if kind == duckdb.token_type.operator]
    for place in tokens:
        if content[place : place + 1] == b";":
            content[place] = 0x20
    text = content.decode()
    try:
        kind = statements[0].type
    except ValueError:  # one that the engine has no public name for
        raise RefusedStatement("This is no statement that reads.", "sql_not_allowed") from None
    if kind == duckdb.StatementType.SELECT:
        return text, text
    if kind == duckdb.StatementType.EXPLAIN:
        return text, _explained(text)
    if kind == duckdb.StatementType.MULTI:
        raise RefusedStatement("PIVOT needs the values of its columns: ON column IN (…).", "sql_not_allowed")
    said = str(kind).rpartition(".")[2]
    raise RefusedStatement(f"{said} is no statement that reads. SELECT, WITH, VALUES, FROM … are.", "sql_not_allowed")


def _explained(text: str) -> str:
    """What stands behind EXPLAIN and its options."""
    import duckdb

    content = text.encode()
    tokens = [(place, kind) for place, kind in duckdb.tokenize(text) if kind != duckdb.token_type.comment]
    ends = [place for place, _ in tokens[1:]] + [len(content)]
    words = [content[place:end].split()[0].decode().lower() for (place, _), end in zip(tokens, ends, strict=True)]
    at = 1
    if at < len(words) and words[at] == "(":
        raise RefusedStatement("EXPLAIN takes no options but ANALYZE.", "sql_not_allowed", tokens[at][0])
    while at < len(words) and words[at] in _EXPLAIN_OPTIONS:
        at += 1
    return content[tokens[at][0] :].decode() if at < len(tokens) else ""


def _tree(engine: duckdb.DuckDBPyConnection, text: str, ahead: int) -> dict[str, Any]:
    """The engine's tree of a statement that reads; ``ahead``: bytes before it, which places in the tree count too."""
    ((answer,),) = engine.execute("SELECT json_serialize_sql(?)", [" " * ahead + text]).fetchall()
    tree: dict[str, Any] = json.loads(answer)
    if tree.get("error"):
        place = tree.get("position")
        if tree["error_type"] == "not implemented":
            raise RefusedStatement("EXPLAIN explains statements that read, and no others.", "sql_not_allowed")
        raise RefusedStatement(str(tree["error_message"])[:1000], position=None if place is None else int(place))
    return tree


def _open_tables(engine: duckdb.DuckDBPyConnection, tables: dict[str, Any]) -> None:
    """Make the tables of a statement readable, and nothing else, for good."""
    engine.execute("SET allowed_paths = ?", [tables["paths"]])
    for each in tables["views"]:
        engine.execute(each)
    engine.execute("SET enable_external_access = false")
    engine.execute("SET lock_configuration = true")


def _asking(
    engine: duckdb.DuckDBPyConnection, text: str, explained: str | None, asked: dict[str, Any]
) -> tuple[list[ResultColumn], str, str]:
    """The columns of the result, the statement that asks for what is written of them, and what it has ahead."""
    if explained is not None:
        return [ResultColumn("explain_key", "VARCHAR"), ResultColumn("explain_value", "VARCHAR")], text, ""
    with _placed(text, DESCRIBE):
        columns = result_columns(engine.execute(f"{DESCRIBE}{text}\n)", asked["params"]).fetchall())
    names = ", ".join(f"c{i}" for i in range(len(columns)))
    limit, written_as = asked["limit"], asked["format"]
    most = "" if limit is None else f" LIMIT {limit + (written_as == 'json')}"
    ahead = f"SELECT {selected(columns, written_as)} FROM (\n"
    return columns, f"{ahead}{text}\n) AS result({names}){most}", ahead


def _answer(engine: duckdb.DuckDBPyConnection, asking: str, columns: list[ResultColumn], asked: dict[str, Any]) -> None:
    rows = max(1, min(BATCH_ROWS, BATCH_CELLS // len(columns)))
    params = asked["params"]
    # Without parameters the rows come as they are made; with them they are gathered first.
    found = engine.sql(asking, params=params) if params else engine.sql(asking)
    reader = found.to_arrow_reader(rows)
    if asked["format"] == "json":
        _json(JsonResult(columns, asked["limit"]), columns, reader)
    else:
        _stream(STREAMED[asked["format"]](columns, _some(reader)), columns)


def _some(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """The batches, with an empty one where there are none."""
    import pyarrow as pa

    first = next(iter(reader), None)
    yield pa.RecordBatch.from_pylist([], schema=reader.schema) if first is None else first
    yield from reader


def _json(result: JsonResult, columns: list[ResultColumn], reader: pa.RecordBatchReader) -> None:
    pieces, size = [], 0
    for piece in result.pieces(reader):
        pieces.append(piece)
        size += len(piece)
        if size > MAX_JSON_BYTES:
            detail = (
                f"The answer has more than {MAX_JSON_BYTES // MIB} MiB. A smaller limit, or CSV, makes it possible."
            )
            raise RefusedStatement(detail, "answer_too_large")
    _tell({"columns": columns_json(columns)})
    for piece in pieces:
        write_frame(sys.stdout.buffer, b"\1" + piece)
    _tell({"rows": result.rows})


def _stream(pieces: Iterator[bytes], columns: list[ResultColumn]) -> None:
    first = next(pieces, b"")
    _tell({"columns": columns_json(columns)})
    for piece in chain((first,), pieces):
        for start in range(0, len(piece), FRAME_BYTES):
            write_frame(sys.stdout.buffer, b"\1" + piece[start : start + FRAME_BYTES])
    _tell({"rows": None})


@contextmanager
def _placed(query: str, ahead: str = "") -> Iterator[None]:
    """Give the engine's errors their code, and all their place among the characters of the statement.

    ``ahead``: what stands before it in what is run.
    """
    import duckdb

    try:
        yield
    except duckdb.OutOfMemoryException:
        raise MemoryError from None
    except RefusedStatement as refusal:
        raise RefusedStatement(str(refusal), refusal.code, _character(query, refusal.position)) from None
    except RecursionError:
        raise RefusedStatement("The statement is nested too deeply.") from None
    except duckdb.Error as error:
        if "bad_alloc" in str(error) or "could not allocate" in str(error).lower():
            raise MemoryError from None
        raise _refusal(error, query, len(ahead.encode())) from None


def _refusal(error: duckdb.Error, query: str, ahead: int) -> RefusedStatement:
    """An error of the engine, in its words."""
    import duckdb

    message = str(error)
    try:
        content = json.loads(message[message.index("{") :])
        said, place = str(content["exception_message"]), content.get("position")
    except (ValueError, KeyError):
        said, place = message, None
    if isinstance(error, duckdb.PermissionException):
        return RefusedStatement("A statement reads the tables of its caller, and nothing else.", "sql_not_allowed")
    if isinstance(error, duckdb.IOException):
        return RefusedStatement("A part of a table cannot be read.", "part_damaged")
    return RefusedStatement(
        said.partition("\n\nLINE ")[0][:1000],
        position=None if place is None else _character(query, int(place) - ahead),
    )


def _character(query: str, place: int | None) -> int | None:
    """The character at a byte; None for what is nowhere in the statement."""
    content = query.encode()
    if place is None or not 0 <= place <= len(content):
        return None
    return len(content[:place].decode(errors="ignore"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
