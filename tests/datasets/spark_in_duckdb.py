"""A small Spark: it answers what our code asks of one, with DuckDB, over the files that the statements name."""

from __future__ import annotations

import re

import duckdb
import pyarrow as pa

HEX = re.compile(r"CAST\(X'([0-9a-f]*)' AS STRING\)")
NAME = re.compile(r"`((?:[^`]|``)*)`")
DELTA = re.compile(r'delta\."((?:[^"]|"")*)" VERSION AS OF \d+')
PARQUET = re.compile(r'parquet\."((?:[^"]|"")*)"')


class SparkInDuckDb:
    """A session, for newest versions of tables alone: it reads the folder that has their parts."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._engine = duckdb.connect(config={"threads": 1})
        self._engine.execute("SET GLOBAL TimeZone = 'UTC'")

    def connect(self, _url: str) -> SparkInDuckDb:
        return self

    def clearTags(self) -> None:  # noqa: N802  Spark's name
        """It ends nothing early."""

    def addTag(self, _tag: str) -> None:  # noqa: N802  Spark's name
        """It ends nothing early."""

    def sql(self, statement: str) -> SparkInDuckDb:
        self.asked.append(statement)
        return self

    def toArrow(self) -> pa.Table:  # noqa: N802  Spark's name
        text = HEX.sub(lambda found: "'" + bytes.fromhex(found[1]).decode().replace("'", "''") + "'", self.asked[-1])
        text = NAME.sub(lambda found: '"' + found[1].replace("``", "`").replace('"', '""') + '"', text)
        text = DELTA.sub(lambda found: f"read_parquet('{found[1]}/_newest/*.parquet')", text)
        text = PARQUET.sub(lambda found: f"read_parquet('{found[1]}')", text)
        text = text.replace("<=>", "IS NOT DISTINCT FROM").replace("TIMESTAMP_NTZ", "TIMESTAMP")
        return self._engine.cursor().sql(text).to_arrow_table()
