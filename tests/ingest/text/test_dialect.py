"""What is kept of how a file is read."""

from __future__ import annotations

from parquay.ingest.text.dialect import Dialect
from parquay.ingest.text.warnings import FileWarning


def test_a_dialect_comes_back_from_its_json():
    dialect = Dialect(
        columns=("a",), header=(("a",),), nulls=("NA",), shapes=("x",), warnings=(FileWarning("c", 1, 2, "t"),)
    )

    assert Dialect.from_json(dialect.to_json() | {"of a later version": 1}) == dialect
    assert dialect.report()["delimiter"] == ","
