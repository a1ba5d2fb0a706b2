"""The program that computes a column: DuckDB over rows that are handed to it, in a process with limits of its own.

It opens no file and no connection, has so much memory, and takes one expression: values, columns, and functions of
single rows. Frames come on standard input and go to standard output: eight bytes that say how many follow, then these.
First comes the expression, then a table without rows that has its columns, then tables; each is answered by one frame,
the first by JSON, the others by the values.
"""

from __future__ import annotations

import json
import re
import resource
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

MEMORY_BYTES = 1 << 30
"""Memory of the process."""
ENGINE_MIB = 512
"""Of these what the engine may take by itself."""
MAX_VALUE_BYTES = 1 << 28
"""Bytes of the values of one table."""
HEAD = struct.Struct("<Q")
BEFORE = "SELECT ("
DESCRIBE = "DESCRIBE "
TABLE = "parquay_rows"
ROWS = ""
"""Name of a column that says nothing but how many rows there are; no expression can name it."""

_CLASSES = frozenset(
    {
        "BETWEEN",
        "CASE",
        "CAST",
        "COLLATE",
        "COLUMN_REF",
        "COMPARISON",
        "CONJUNCTION",
        "CONSTANT",
        "FUNCTION",
        "LAMBDA",
        "OPERATOR",
        "TYPE",
    }
)
"""What an expression may be made of."""
_NAMED = {"SUBQUERY": "A query", "WINDOW": "A window", "STAR": "*", "PARAMETER": "A parameter"}
_OF_THE_SERVER = re.compile(
    r"(current_(?!date$|timestamp$|localtime)|pg_|has_|duckdb_|json_(execute|serialize|deserialize)|getenv|getvariable"
    r"|nextval|currval|write_log|parse_duckdb|query|txid|in_search_path|col_description|obj_description|shobj_"
    r"|version$|user$|session_user|set_|add_parquet|connection)",
    re.IGNORECASE,
)
_PLAIN = re.compile(
    r"BOOLEAN|U?(?:TINY|SMALL|BIG)INT|U?INTEGER|DOUBLE|VARCHAR|DATE|TIME|DECIMAL.*"
    r"|TIMESTAMP(?:_S|_MS|_NS| WITH TIME ZONE)?"
)
"""Types whose values are handed back as they are; of others the texts are."""


class BadExpression(Exception):
    """What is wrong with an expression; `position`: the character of it, from 0, None where nobody knows."""

    def __init__(self, detail: str, position: int | None = None) -> None:
        super().__init__(detail)
        self.position = position


def main() -> int:
    """Answer frames until there are no more; return the exit status."""
    _limit()
    frames = read_frames(sys.stdin.buffer)
    try:
        evaluation = Evaluation(next(frames).decode(), _table(next(frames)))
        _answer({"columns": evaluation.columns, "type": evaluation.kind})
        for frame in frames:
            write_frame(sys.stdout.buffer, b"\1" + _ipc(evaluation.values(_table(frame))))
    except BadExpression as bad:
        _answer({"error": str(bad), "position": bad.position})
    return 0


def _limit() -> None:
    for what, most in ((resource.RLIMIT_DATA, MEMORY_BYTES), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def read_frames(source: BinaryIO) -> Iterator[bytes]:
    """The frames of a stream, as long as they come whole."""
    while len(head := source.read(HEAD.size)) == HEAD.size:
        (size,) = HEAD.unpack(head)
        frame = source.read(size)
        if len(frame) < size:
            return
        yield frame


def write_frame(sink: BinaryIO, frame: bytes) -> None:
    """Write one frame."""
    sink.write(HEAD.pack(len(frame)))
    sink.write(frame)
    sink.flush()


def _answer(content: dict[str, Any]) -> None:
    write_frame(sys.stdout.buffer, b"\0" + json.dumps(content).encode())


def _table(frame: bytes) -> pa.Table:
    import pyarrow as pa

    return pa.ipc.open_stream(frame).read_all()


def _ipc(table: pa.Table) -> bytes:
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return bytes(sink.getvalue())


class Evaluation:
    """One expression over tables with the same columns.

    Attributes:
        columns: those that it names.
        kind: the engine's name for the type of its values.
    """

    def __init__(self, expression: str, empty: pa.Table) -> None:
        """Read the expression.

        Raises:
            BadExpression: it is none, or may not be asked.
        """
        self._engine = _engine()
        used: set[str] = set()
        with _placed(expression):
            tree = _parsed(self._engine, expression)
            known = {str(row[0]) for row in self._engine.execute(_FUNCTIONS).fetchall()}
            _check(tree, known, used)
        self._engine.register(TABLE, empty)
        with _placed(expression, DESCRIBE):
            ((_, self.kind, *_),) = self._engine.execute(DESCRIBE + _statement(expression)).fetchall()
        self._expression = expression
        self.columns = [name for name in empty.column_names if name.lower() in used]

    def values(self, table: pa.Table) -> pa.Table:
        """The values for the rows of a table, in their order.

        Raises:
            BadExpression: a row has none, or there are not as many values as rows.
        """
        self._engine.register(TABLE, table)
        cast = "" if _PLAIN.fullmatch(self.kind) else "::VARCHAR"
        with _placed(self._expression):
            reader = self._engine.sql(_statement(self._expression, cast)).to_arrow_reader(2048)
            batches, size = [], 0
            for batch in reader:
                batches.append(batch)
                size += batch.nbytes
                if size > MAX_VALUE_BYTES:
                    raise BadExpression("The values are too large.")
        import pyarrow as pa

        found = pa.Table.from_batches(batches, reader.schema)
        if found.num_rows != table.num_rows:
            raise BadExpression("An expression has one value for each row.")
        return found


_FUNCTIONS = "SELECT DISTINCT lower(function_name) FROM duckdb_functions() WHERE function_type IN ('scalar', 'macro')"


def _engine() -> duckdb.DuckDBPyConnection:
    import duckdb

    engine = duckdb.connect(config={"memory_limit": f"{ENGINE_MIB}MiB", "threads": 1, "temp_directory": ""})
    engine.execute("SET errors_as_json = true")
    engine.execute("SET GLOBAL TimeZone = 'UTC'")
    engine.execute("SET python_enable_replacements = false")
    engine.execute("SET enable_external_access = false")
    engine.execute("SET lock_configuration = true")
    return engine


def _parsed(engine: duckdb.DuckDBPyConnection, expression: str) -> Any:
    """The tree of an expression that is nothing else."""
    tree = _serialized(engine, expression)
    (plain,) = _serialized(engine, "1")["statements"]
    if tree.get("error"):
        raise BadExpression(str(tree["error_message"])[:300], _place(tree.get("position")))
    statements = tree["statements"]
    if len(statements) != 1 or _without_list(statements[0]) != _without_list(plain):
        raise BadExpression("One expression is needed, and nothing beside it.")
    (found,) = statements[0]["node"]["select_list"]
    return found


def _statement(expression: str, cast: str = "") -> str:
    """The statement that asks for the values; a comment at the end of an expression ends with its line."""
    return f"{BEFORE}{expression}\n){cast} AS v FROM {TABLE}"


def _serialized(engine: duckdb.DuckDBPyConnection, expression: str) -> dict[str, Any]:
    (answer,) = engine.execute("SELECT json_serialize_sql(?)", [_statement(expression)]).fetchone() or ("{}",)
    tree: dict[str, Any] = json.loads(answer)
    return tree


def _without_list(statement: dict[str, Any]) -> Any:
    """All of a statement but what it selects, and where in the text anything stands."""
    node = {key: value for key, value in statement["node"].items() if key != "select_list"}
    return _without_places({**statement, "node": {**node, "count": len(statement["node"]["select_list"])}})


def _without_places(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _without_places(value) for key, value in node.items() if not key.startswith("query_location")}
    return [_without_places(each) for each in node] if isinstance(node, list) else node


def _check(node: Any, known: set[str], used: set[str]) -> None:
    """Refuse what is no function of a row; `used` gets the names of columns, in small letters."""
    if isinstance(node, list):
        for each in node:
            _check(each, known, used)
    if not isinstance(node, dict):
        return
    kind = node.get("class")
    if kind is not None and kind not in _CLASSES:
        said = _NAMED.get(kind, kind.capitalize())
        raise BadExpression(f"{said} cannot stand in an expression.", _place(node.get("query_location")))
    if kind == "FUNCTION":
        name = str(node["function_name"]).lower()
        if _OF_THE_SERVER.match(name) or (name not in known and not name.startswith("unknown")):
            raise BadExpression(f"{name[:60]!r} is no function of a row.", _place(node.get("query_location")))
    if kind == "COLUMN_REF":
        if node["column_names"] == [TABLE]:
            raise BadExpression("A row as a whole is no value.", _place(node.get("query_location")))
        used.update(str(name).lower() for name in node["column_names"])
    for each in node.values():
        _check(each, known, used)


def _place(position: Any) -> int | None:
    """A byte of the expression, from one of the whole statement."""
    return None if position is None else int(position) - len(BEFORE)


@contextmanager
def _placed(expression: str, ahead: str = "") -> Iterator[None]:
    """Give the engine's errors their sentence, and all their place among the characters of the expression.

    `ahead`: what stands before the statement that is run.
    """
    import duckdb

    try:
        yield
    except duckdb.OutOfMemoryException:
        raise MemoryError from None
    except BadExpression as bad:
        raise BadExpression(str(bad), _character(expression, bad.position)) from None
    except duckdb.Error as error:
        said = _bad(str(error))
        place = None if said.position is None else said.position - len(ahead)
        raise BadExpression(str(said), _character(expression, place)) from None


def _character(expression: str, place: int | None) -> int | None:
    """The character at a byte; at the end what stands behind it, None for what is nowhere."""
    text = expression.encode()
    if place is None or place > 2 * len(text) + len(TABLE) + len(BEFORE):
        return None
    return len(text[: max(0, place)].decode(errors="ignore"))


def _bad(message: str) -> BadExpression:
    try:
        content = json.loads(message[message.index("{") :])
        return BadExpression(
            str(content["exception_message"]).partition("\n")[0][:300], _place(content.get("position"))
        )
    except (ValueError, KeyError):
        return BadExpression(message[:300])


if __name__ == "__main__":
    sys.exit(main())
