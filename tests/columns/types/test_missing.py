"""Words for missing beside values, whatever the type: null in the table, and the text as it was."""

from __future__ import annotations

import pyarrow as pa
import pytest

from parquay.columns.types import candidates, missing, registry
from parquay.columns.types.cells import Cells
from parquay.columns.types.missing_words import WORDS

TYPED = {
    "int64": ["5", "17"],
    "decimal(18,2)": ["5.25", "1.00"],
    "double": ["0.1", "2e-07"],
    "bool": ["true", "false"],
    "date": ["2024-02-29"],
    "time": ["13:05:09"],
    "duration": ["PT1H", "PT0.5S"],
    "uuid": ["123e4567-e89b-12d3-a456-426614174000"],
    "timestamp": ["2024-02-29 13:05:09"],
}
STYLED = [
    ["TRUE", "FALSE"],
    ["1,234.50", "0.25"],
    ["12%"],
    ["31.12.2025"],
    ["9:05 PM"],
    ["1.50E-05"],
    ["-$5.00"],
    ["26:03:04"],
]


@pytest.mark.parametrize("word", WORDS)
def test_no_type_holds_for_a_word(word):
    assert candidates.prove(Cells.of(pa.array([word]))) == {}


@pytest.mark.parametrize("values", [*TYPED.values(), *STYLED], ids=str)
def test_column_of_values_and_words_has_the_type_of_its_values(values):
    for cells in ([*WORDS, *values], [*values, *WORDS], [WORDS[1], *values, None, *WORDS]):
        column = pa.array(cells, pa.string())

        found = candidates.examined(column)

        kind = registry.decide(found.candidates)
        assert kind == registry.decide(candidates.examine(pa.array(values)))
        assert not kind.is_text
        read = found.values(column, kind)
        assert read.drop_null().equals(kind.to_values(pa.array(values)))
        assert missing.over(kind.to_text(read), found.asides(column, kind), kind).to_pylist() == cells


@pytest.mark.parametrize("cells", [["NA", "DE", "FR"], ["", "-", "NA"], [None, "N/A"], ["1", "007", "NA"]], ids=str)
def test_words_in_a_column_of_text_are_texts(cells):
    column = pa.array(cells, pa.string())

    found = candidates.examined(column)

    kind = registry.decide(found.candidates)
    assert kind.is_text
    assert found.asides(column, kind) is None
    assert found.values(column, kind).equals(column)


def test_words_that_were_texts_are_kept_aside_once_values_follow():
    column = pa.array(["NA", None, ""])
    kind = registry.decide(candidates.examine(pa.array(["7"])))

    values, asides = candidates.recast(column, None, registry.decide(None), kind)

    assert values.null_count == 3
    assert missing.over(kind.to_text(values), asides, kind).to_pylist() == ["NA", None, ""]
    assert candidates.recast(values, asides, kind, registry.decide(None))[0].equals(column)


@pytest.mark.parametrize(
    ("named", "cells", "type_id"),
    [
        (("-999",), ["-999", "12", "7"], "int64"),
        (("-999.0",), ["1.5", "-999.0"], "decimal"),
        (("n/a", "9999-12-31"), ["9999-12-31", "2024-02-29", "n/a"], "date"),
        (("true",), ["1", "true"], "int64"),
        (("k.A.",), ["1.234,50", "k.A.", "0,25"], "decimal"),
    ],
)
def test_words_that_are_named_are_missing_in_any_piece_of_a_column(named, cells, type_id):
    whole = candidates.examine(pa.array(cells), None, named)
    joined = None
    for cell in cells:
        joined = registry.join(joined, candidates.examine(pa.array([cell]), joined, named))
    kind = registry.decide(joined, None, named)

    assert (kind.type_id, joined) == (type_id, whole)
    for cell in cells:
        found = candidates.examined(pa.array([cell]), None, named)
        first = registry.decide(found.candidates, None, named)
        column = pa.array([cell])
        values, asides = candidates.recast(found.values(column, first), found.asides(column, first), first, kind)
        assert values.is_valid().to_pylist() == [cell not in named]
        assert missing.over(kind.to_text(values), asides, kind).to_pylist() == [cell]


def test_a_named_word_is_a_text_among_texts():
    found = candidates.examined(pa.array(["none", "x"]), None, ("none",))

    assert registry.decide(found.candidates, None, ("none",)).is_text
    assert registry.decide(candidates.examine(pa.array(["none", "7"]), None, ())).type_id == "int64"
    assert registry.decide(candidates.examine(pa.array(["n/a", "7"]))).is_text
