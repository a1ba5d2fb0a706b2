"""The part in C beside what Arrow, NumPy and Python say of the same bytes."""

from __future__ import annotations

import ctypes
import importlib.util
import random
import struct
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from parquay.columns import native
from parquay.columns.native import ColumnRequest, FieldOffsets
from parquay.columns.types import candidates, missing, registry, typed_reader
from parquay.columns.types.double import DoubleType

pytestmark = pytest.mark.skipif(native.LIBRARY is None, reason="there is no C compiler here")

DOUBLES = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.floats(-1e6, 1e6).map(repr),
    st.floats(0, 1).map(repr),
    st.floats(0, 1).map(lambda number: f"{number:.17g}"),
    st.integers(-(10**17), 10**17).map(lambda number: repr(number / 10**8)),
    st.tuples(st.integers(0, 10**6), st.text("0123456789", min_size=1, max_size=17)).map("{0[0]}.{0[1]}".format),
)
LEXEMES = {
    "int64": [st.integers(-200, 200).map(str), st.integers(-(2**53), 2**53).map(str), st.integers(0, 9999).map(str)],
    "decimal": [st.integers(-(10**7), 10**7).map(lambda n: f"{n / 100:.2f}"), st.just("1.50"), st.just("99.25")],
    "tenths": [st.integers(-(10**7), 10**7).map(lambda n: f"{n / 10:.1f}")],
    "double": [DOUBLES],
    "date": [st.dates().map(str)],
    "words": [st.sampled_from(["true", "false"]), st.sampled_from(["AIR", "RAIL", 'a "b"', ""])],
    "text": [st.text("aé €😀", max_size=5)],
}
ODD = (
    ["", "-0", "007", "+1", "1e5", "1.5", "1.50", "-0.00", "1.0", "0x1F", " 7", "2023-02-29", "0000-01-01", "1.5\n",
     "2024-1-01", "9007199254740993", "9007199254740992", "-9007199254740992", "12345678901234567890", "true", ".5", "5.",
     "0.30000000000000004", "0.3000000000000000", "1e+16", "1e-05", "0.00001", "0.0001", "4.35", "5e-324", "2.2250738585072014e-308",
     "99999999999999.5", "123456789012345.5", "9999999999999998.5", "0.1234567890123456789", "1a", "a1", "--1", "1-", "1.2.3",
     "2024-02-29", "2020-02-29", "1900-02-29", "2000-02-29", "2023-04-31", "2023-13-01", "2023-00-10", "2023-01-00", "9999-12-31", "0001-01-01",
     "1969-12-31", "20230-1-01", "2023/01/01", "a023-01-01", "1:23", "12345678", "123456789", "1234567890123456",
     "nan", "inf", "-inf", "00.5", "-00.5", "0.05", "-0.05", "12.34", "12.3", "12.345", "123456789012345678.50", "1234567890123456.50", "-.50", "12.5a", "9.99:"]
)  # fmt: skip
HELD = {
    "int64": ["7", "-3"],
    "decimal": ["1.50", "2.25"],
    "tenths": ["1.0", "2.5"],
    "halves": ["1.5", "2.5"],
    "cents": ["1.25", "2.75"],
    "double": ["1.5", "2.25"],
    "whole": ["1.5", "2"],
    "point": ["1.0", "2.25"],
    "date": ["2024-01-31"],
    "text": ["a"],
    "nothing": [None],
}


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if cell == "" or set(cell) & set(',"\n\r') else cell


def fields_of(cells: Sequence[str | None], newline: str = "\n") -> FieldOffsets:
    """The cells as a column between two others."""
    lines = [f"{i},{'' if cell is None else quoted(cell)},x{newline}" for i, cell in enumerate(cells)]
    found = FieldOffsets.find("".join(lines).encode(), ",", '"', 3)
    assert found is not None
    return found


@st.composite
def columns(draw):
    """Two stretches of a column: what is learnt from the first is told of the second."""
    kinds = st.sampled_from(sorted(LEXEMES))
    first, second = draw(kinds), draw(kinds)
    likely = draw(st.booleans())
    stretches = []
    for kind in (first, first if likely else second):
        cell = st.one_of(*LEXEMES[kind], *([st.sampled_from(ODD)] if draw(st.integers(0, 3)) == 0 else []), st.none())
        stretches.append(draw(st.lists(cell, min_size=1, max_size=8)))
    return stretches


@settings(max_examples=600, deadline=None)
@example([["1.5"], ["1.50"]])
@example([["1.5", "2.25"], ["9007199254740993.5"]])
@example([["1.5", "2.25"], ["-0.0"]])
@example([["1.5", "2"], ["-0"]])
@given(columns())
def test_columns_are_typed_as_their_texts_are(stretches):
    check(*stretches)


@pytest.mark.parametrize("before", HELD.values(), ids=HELD)
def test_odd_cell_is_told_as_its_text_is(before):
    usual = before[0] or "x"
    for odd in ODD:
        for cells in ([odd], [usual, odd], [odd, None, usual], [odd, f"{odd}0"], [odd, odd + "5"]):
            check(before, cells)


def check(before: Sequence[str | None], cells: Sequence[str | None]) -> None:
    held = candidates.examine(pa.array(before, pa.string()))
    texts = pa.array(cells, pa.string())

    found = typed_reader.read(fields_of(cells), ["i", "c", "x"], {"c": held}, {})["c"]

    wanted = candidates.examined(texts, held)
    kind = registry.decide(registry.join(held, wanted.candidates))
    assert (found.candidates, found.type) == (wanted.candidates, kind)
    assert found.values.cast(kind.arrow()).equals(wanted.values(texts, kind))
    assert missing.over(kind.to_text(found.values), found.asides, kind).to_pylist() == cells


def test_doubles_are_read_to_the_last_bit():
    chance = random.Random(1)
    numbers = [struct.unpack("d", struct.pack("q", chance.getrandbits(62)))[0] for _ in range(3000)]
    numbers += [chance.random() * 10 ** chance.randint(-6, 16) for _ in range(20_000)]
    texts = [repr(number) for number in numbers if number < 1e16 and number != int(number)]

    found = typed_reader.read(fields_of(texts[:16_000]), ["i", "c", "x"], {"c": registry.only(DoubleType("any"))}, {})[
        "c"
    ]

    assert found.candidates == registry.only(DoubleType("any"))
    assert found.values.to_pylist() == [float(text) for text in texts[:16_000]]


@settings(max_examples=300, deadline=None)
@given(st.floats(1e-4, 1e15), st.integers(1, 17))
def test_longer_text_than_the_shortest_is_no_double(number, places):
    text = f"{number:.{places}f}"
    shortest = repr(float(text))
    fields = fields_of(["0.5", text])

    found = fields.read([ColumnRequest(1, native.DOUBLES)])[0]

    told = found is not None and not found.ambiguous
    assert not told or shortest == text


@settings(max_examples=300, deadline=None)
@given(st.text('a,"\n\r', max_size=200), st.booleans())
def test_line_ends_are_counted(text, again):
    content = (text * (3 if again else 1)).encode()

    assert native.lines(content) == len(content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")) - 1


@settings(max_examples=300, deadline=None)
@example(b"\xed\xa0\x80")
@example(b"\xc0\xaf")
@example(b"\xf4\x90\x80\x80")
@given(st.one_of(st.binary(max_size=40), st.text(max_size=20).map(lambda text: text.encode("utf-8", "surrogatepass"))))
def test_text_is_utf8_when_python_reads_it(content):
    try:
        content.decode()
        valid = True
    except UnicodeDecodeError:
        valid = False

    assert bool(native.LIBRARY.parquay_utf8(content, len(content))) is valid


@pytest.mark.parametrize(
    "text",
    ["1,2,3\n1,2\n", "1,2\n\n3,4\n", "1,2\r3,4\n", "1,2\n3,4", "1,2\n\r", "\n1,2\n", '1,"2\n', "1,2\n3\n4,5,6\n"],
)
def test_rows_of_another_shape_are_left_to_others(text):
    assert FieldOffsets.find(text.encode(), ",", '"', 2) is None


def test_fields_may_be_empty_and_as_many_as_there_are_bytes():
    found = FieldOffsets.find(b",,,,\n" * 1000, ",", '"', 5)

    assert found is not None
    column = found.read([ColumnRequest(4, native.TEXTS)])[0]
    assert column is not None
    assert (found.rows, column.array.null_count) == (1000, 1000)


def test_words_are_given_up_when_there_are_many():
    many = fields_of([f"word {i}" for i in range(2000)])
    long = fields_of(["x" * 257])

    assert many.read([ColumnRequest(1, native.WORDS)]) == [None]
    assert long.read([ColumnRequest(1, native.WORDS)]) == [None]


def test_library_of_other_sources_is_not_taken(tmp_path):
    sources = Path(native.__file__).with_name("native")
    spec = importlib.util.spec_from_file_location("build_native", Path(native.__file__).parents[2] / "build_native.py")
    assert spec is not None
    assert spec.loader is not None
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    (tmp_path / "other.c").write_text("int other;")

    assert build.fingerprint(sources) == native.fingerprint(sources) != native.fingerprint(tmp_path)


def test_library_whose_structure_has_another_size_is_not_taken(monkeypatch):
    class Longer(ctypes.Structure):
        _fields_ = (*native._NativeColumn._fields_, ("more", ctypes.c_int64))

    monkeypatch.setattr(native, "_NativeColumn", Longer)

    with pytest.raises(ImportError, match="column_t"):
        native._load()
