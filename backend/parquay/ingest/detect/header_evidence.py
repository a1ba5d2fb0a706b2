"""Whether a row names the columns below it: each column says what it makes of the cell above.

A name is a word over values, a value of another kind than those below (a date over counts), or one of a run of
numbers that goes on from column to column as names of years, hours and days do. A second row of names needs evidence
of its own: it holds units, or fills in what merged cells left open.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence

from parquay.ingest.detect.pivots import named_positions
from parquay.ingest.read.cell_kinds import Cells, is_value, kind_of

MIN_RUN = 3
"""Numbers in a row that go on regularly, and so may be names."""
MIN_OF_SAME_FORM = 3
"""Cells of one form below a cell that tell whether it is one of them."""
_YEAR = re.compile(rb"(?:19|20)\d\d")
_WHOLE = re.compile(rb"\d{1,9}")
_WORD = re.compile(rb"[A-Za-z_\x80-\xff]+|[A-Za-z_\x80-\xff]{2}.*")
_DIGITS = re.compile(rb"[0-9]+")
_RUNS = re.compile(rb"[0-9]+|[A-Z]+|[a-z]+")
_UNIT_WORDS = """
    m cm mm µm um nm km m2 m3 m² m³ ha kg g mg µg ug t lb oz s sec ms µs us min h hr d day days week weeks month
    months year years °c c degc °f f degf k deg ° rad pa hpa kpa mpa bar mbar psi v mv kv a ma w kw mw kwh mwh j
    kj n hz khz mhz ghz l ml mol % ‰ ppm ppb eur usd gbp chf € $ £ ¥ m/s km/h mph mg/l g/l µg/m3 µg/m³ w/m2 w/m²
    int integer int64 float double number numeric str string text char varchar bool boolean date datetime time
    timestamp unit units count bytes kb mb gb - #
"""
_UNITS = frozenset(_UNIT_WORDS.split())
_BRACKETED = re.compile(r"\(.{0,20}\)|\[.{0,20}\]")


def is_header(top: Cells, below: Sequence[Cells]) -> bool:
    """Whether the first row names the columns, also where nothing but the lack of values in it speaks for it."""
    votes = header_votes(top, below)
    if votes:
        return votes > 0
    if any(is_value(cell) and not _YEAR.fullmatch((cell or b"").strip()) for cell in top):
        return False
    return any(cell is not None for cell in top)


def header_votes(top: Cells, below: Sequence[Cells]) -> int:
    """How much speaks for `top` as names: columns that do, less those that speak against it."""
    votes = _votes(top, below)
    if votes <= 0 and below and below[0] == top:
        # Names that stand there twice are names all the same, if what is below both says so.
        return max(votes, _votes(top, list(itertools.dropwhile(lambda row: row == top, below))))
    return votes


def _votes(top: Cells, below: Sequence[Cells]) -> int:
    columns = [[row[i] for row in below if row[i] is not None] for i in range(len(top))]
    run = _run_of_names(top, below, columns) or named_positions(top, below)
    if run:
        words = sum(1 for i, cell in enumerate(top) if i not in run and columns[i] and not kind_of(cell))
        return len(run) + words
    pairs = [(cell, column) for cell, column in zip(top, columns, strict=True) if column]
    clear = any(_is_word_over_counts(cell, column) for cell, column in pairs)
    return sum(_vote(cell, column, clear=clear) for cell, column in pairs)


def _is_word_over_counts(cell: bytes | None, column: Sequence[bytes | None]) -> bool:
    """Whether a column says for sure that the row names it: a word such as `id` over nothing but whole numbers."""
    word = kind_of(cell) in ("", "flag") and _WORD.fullmatch((cell or b"").strip()) is not None
    return word and all(_WHOLE.fullmatch((each or b"").strip()) for each in column)


def _vote(cell: bytes | None, column: Sequence[bytes | None], *, clear: bool) -> int:
    """What a column says; `clear`: another one is sure that the row has names."""
    if cell is None:
        return 0
    kinds = Counter(filter(lambda kind: kind != "nothing", map(kind_of, column)))
    usual, count = kinds.most_common(1)[0] if kinds else ("", 0)
    words = kinds.get("", 0)
    if count and usual and words * 2 < len(column):
        return _vote_over_values(cell, column, usual)
    came_back = len(cell) > 1 and column.count(cell) * 3 >= len(column) and len(column) > 2
    # A name hardly comes back among the values that it names.
    vote = -1 if came_back else _vote_of_form(cell, column)
    return max(0, vote) if clear else vote


def _vote_over_values(cell: bytes, column: Sequence[bytes | None], usual: str) -> int:
    kind = kind_of(cell)
    if kind == "nothing":
        return 0
    if kind != usual:
        # A number may be a code or a zero among dates and words; anything else over other values is a name.
        return 1 if kind != "number" else 0
    text = cell.strip()
    if _YEAR.fullmatch(text) and not any(_YEAR.fullmatch((each or b"").strip()) for each in column):
        return 1
    return -1


def _vote_of_form(cell: bytes, column: Sequence[bytes | None]) -> int:
    """Codes such as `A12` have one form: a cell of that form is one of them, and one of another is a name.

    `q1` may be the name above answers such as `a1`: only the same letters make it one of them.
    """
    forms = {form_of(each) for each in column}
    if len(column) < MIN_OF_SAME_FORM or len(forms) > 1 or b"0" not in next(iter(forms)):
        return 0
    if form_of(cell) in forms:
        return -2 if _DIGITS.sub(b"0", cell) in {_DIGITS.sub(b"0", each or b"") for each in column} else 0
    return int(_DIGITS.search(cell) is None)


def form_of(cell: bytes | None) -> bytes:
    """A cell with each run of digits, capitals and small letters written as one sign."""
    return _RUNS.sub(lambda run: b"0" if run[0][:1].isdigit() else b"A" if run[0].isupper() else b"a", cell or b"")


def _run_of_names(top: Cells, below: Sequence[Cells], columns: Sequence[Sequence[bytes | None]]) -> set[int]:
    """Columns whose names are whole numbers that go on by the same step, as no row below does."""
    positions = [i for i, cell in enumerate(top) if _WHOLE.fullmatch((cell or b"").strip()) and columns[i]]
    if len(positions) < 2 or not _goes_on(top, positions):
        return set()
    alike = sum(1 for row in below if _goes_on(row, positions))
    numbers = [int(top[i] or b"0") for i in positions]
    named = any(cell is not None and not kind_of(cell) for cell in top)
    counted = numbers == list(range(len(numbers))) or all(
        map(_YEAR.fullmatch, (str(each).encode() for each in numbers))
    )
    decimals = all(not _WHOLE.fullmatch((cell or b"").strip()) for i in positions for cell in columns[i])
    enough = len(positions) >= MIN_RUN and (named or counted)
    return set(positions) if alike * 2 <= len(below) and (enough or (named and decimals)) else set()


def _goes_on(row: Cells, positions: Sequence[int]) -> bool:
    texts = [(row[i] or b"").strip() for i in positions]
    if not all(map(_WHOLE.fullmatch, texts)):
        return False
    numbers = [int(text) for text in texts]
    steps = {right - left for left, right in itertools.pairwise(numbers)}
    return len(steps) == 1 and min(steps) > 0


def is_more_header(above: Cells, row: Cells, below: Sequence[Cells]) -> bool:
    """Whether `row` below the header row `above` is a header row too."""
    if row == above:
        # It is the header again, which is a reject as everywhere below.
        return False
    if len(below) < 2 or not any(row):
        return False
    typed = [i for i in range(len(row)) if _is_typed([each[i] for each in below])]
    if not typed:
        return False
    return _is_of_units(row, typed) or _fills_in(above, row, below, typed)


def _is_typed(column: Sequence[bytes | None]) -> bool:
    cells = [cell for cell in column if cell is not None]
    return bool(cells) and all(map(kind_of, cells))


def _is_of_units(row: Cells, typed: Sequence[int]) -> bool:
    texts = [(cell or b"").decode("utf-8", "replace").strip().lower() for cell in row]
    named = [text for text in texts if text]
    named_units = sum(1 for i in typed if texts[i] not in ("", "-"))
    return named_units * 2 >= len(typed) and all(text in _UNITS or _BRACKETED.fullmatch(text) for text in named)


def _fills_in(above: Cells, row: Cells, below: Sequence[Cells], typed: Sequence[int]) -> bool:
    """Whether the row above has merged cells, which leave names open or repeat them, and this one tells them apart."""
    if any(kind_of(cell) not in ("", "nothing") and not _YEAR.fullmatch((cell or b"").strip()) for cell in row):
        return False
    if any(row[i] is None for i in typed):
        return False
    first = next((i for i, cell in enumerate(above) if cell is not None), len(above))
    opened = [i for i in range(first, len(above)) if above[i] is None and row[i] is not None]
    repeated = sum(1 for left, right in itertools.pairwise(above) if left is not None and left == right)
    if not opened and (not repeated or len(set(zip(above, row, strict=True))) < len(row)):
        return False
    texts = [i for i in range(len(row)) if i not in typed and row[i] is not None]
    return len(opened) + repeated > 1 or not any(_is_alike(row[i], [each[i] for each in below]) for i in texts)


def _is_alike(cell: bytes | None, column: Sequence[bytes | None]) -> bool:
    return form_of(cell) in {form_of(each) for each in column}
