"""A statement from its text to the bytes of its result, by a process of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from parquay.columns.text import json_text
from parquay.datasets.query.engine import CancelToken
from parquay.datasets.query.spark import SparkEngine
from parquay.datasets.statements import far
from parquay.datasets.statements.check import NamedTable
from parquay.datasets.statements.names import Opener, OpenTable, ReadableTable
from parquay.datasets.statements.parameters import exact_numbers
from parquay.datasets.statements.process import Conversation, StatementProcesses
from parquay.datasets.statements.results import ResultFormat
from parquay.errors import InvalidValue, ParquayError

MAX_ROWS, ROWS = 100_000, 1000
"""Most rows of an answer in JSON, and how many it has where nobody says."""
STREAM_TIMES = 20
"""A result that is being sent may take so many times as long as one that is waited for."""


@dataclass(frozen=True, slots=True)
class AskedStatement:
    """What a caller asks.

    Attributes:
        params: values by name, or in their order; None: there are none.
        limit: most rows; None: all, in JSON `ROWS`.
    """

    query: str
    params: dict[str, Any] | list[Any] | None = None
    limit: int | None = None
    format: ResultFormat = "json"


class RunningStatement:
    """A statement whose result has begun.

    Attributes:
        columns: of the result, `{name, type}`.
    """

    def __init__(self, columns: list[dict[str, str]], conversation: Conversation, held: ExitStack) -> None:
        self.columns = columns
        self._conversation = conversation
        self._held = held

    def pieces(self) -> Iterator[bytes]:
        """The bytes of the result (blocking).

        Raises:
            ParquayError: see `Conversation.receive`.
        """
        while isinstance(piece := self._conversation.receive(), bytes):
            yield piece

    def interrupt(self) -> None:
        """End it, from any thread; who reads gets an error."""
        self._conversation.process.interrupt()

    def close(self) -> None:
        """Let go of its process and its tables (idempotent)."""
        self._held.close()


class Statements:
    """Runs statements; may be used by many threads."""

    def __init__(self, processes: StatementProcesses, *, seconds: float, spark: SparkEngine | None = None) -> None:
        """``seconds``: how long a statement may take until its result begins; ``spark``: see `far`."""
        self._processes = processes
        self._spark = spark
        self.seconds = seconds

    def begin(self, asked: AskedStatement, owner: str, opener: Opener, stop: CancelToken) -> RunningStatement:
        """Run a statement of ``owner`` until its result begins (blocking); the result is to be closed.

        Raises:
            ParquayError: see `Conversation.receive` and `TableNames.resolve`.
        """
        refuse_text(asked)
        conversation = Conversation(self._processes.take(owner), stop, self.seconds)
        with ExitStack() as held:
            held.callback(self._let_go, conversation, owner)
            conversation.wait_ready()
            limit = ROWS if asked.limit is None and asked.format == "json" else asked.limit
            conversation.send(
                {"query": asked.query, "params": exact_numbers(asked.params), "limit": limit, "format": asked.format}
            )
            named = _object(conversation)
            try:
                tables = opener([_named(each) for each in named["tables"]], frozenset(named["queries"]), held)
            except ParquayError:
                conversation.give_up()
                raise
            reduced = self._from_far(conversation, tables, stop, held)
            read = reduced or [each.readable(held) for each in tables]
            paths = [str(path) for each in read for path in each.paths]
            conversation.send({"paths": paths, "views": [each.sql for each in read], "reduced": bool(reduced)})
            columns = _object(conversation)["columns"]
            conversation.extend((STREAM_TIMES - 1) * self.seconds)
            return RunningStatement(columns, conversation, held.pop_all())

    def _from_far(
        self, conversation: Conversation, tables: Sequence[OpenTable], stop: CancelToken, held: ExitStack
    ) -> list[ReadableTable]:
        """What a statement reads when the engine for large tables does a part of it; empty: that does nothing of it."""
        spark = self._spark
        large = [each for each in tables if spark is not None and spark.takes(each.snapshot)]
        if spark is None or not large:
            return []
        conversation.send(far.described(tables, large))
        wanted = _object(conversation)
        if not wanted["reductions"]:
            return []
        left = [each for each in tables if each.view.lower() in wanted["tables"]]
        folder = held.enter_context(self._processes.fresh_folder())
        try:
            found = conversation.waiting(
                lambda timed: far.reduced(spark, wanted["reductions"], large, timed, folder=folder, held=held)
            )
        except ParquayError:
            conversation.give_up()
            raise
        return [] if found is None else [*found, *(each.readable(held) for each in left)]

    def _let_go(self, conversation: Conversation, owner: str) -> None:
        """Keep a process that is done with its statement, and end every other."""
        if conversation.is_over:
            self._processes.give_back(conversation.process, owner)
        else:
            conversation.process.kill()

    def close(self) -> None:
        """End the processes that wait."""
        self._processes.close()


def _object(conversation: Conversation) -> dict[str, Any]:
    content = conversation.receive()
    assert isinstance(content, dict), "the result has not begun"
    return content


def _named(each: dict[str, Any]) -> NamedTable:
    return NamedTable(each["name"], each["id"], each["version"], each["position"])


def refuse_text(asked: AskedStatement) -> None:
    """Refuse what is no statement at all, or has parameters that are no values of JSON. Pure.

    Raises:
        InvalidValue: ``bad_sql`` (422).
    """
    query = asked.query
    if not query.strip() or "\0" in query or any("\ud800" <= each <= "\udfff" for each in query):
        raise InvalidValue("A statement is a text of whole characters.", "bad_sql", position=None)
    try:
        json_text.dumps(exact_numbers(asked.params)).encode()
    except (ValueError, RecursionError):
        raise InvalidValue("A parameter is no value of JSON.", "bad_sql", position=None) from None
