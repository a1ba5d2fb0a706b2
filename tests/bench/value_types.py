"""Values: what each reader makes of columns as people write them, and whether what was written comes back."""

from __future__ import annotations

import csv
import datetime as dt
import importlib
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import UUID

from bench import report

TEXT_TYPES = frozenset({"text", "varchar", "string", "str", "object"})
"""What readers call a column that they have left as it was written."""
UTC = dt.UTC


@dataclass(frozen=True)
class Kind:
    """A column: its cells, None for an empty field, and what they mean; `means` None: it is a text, whatever it looks like."""

    name: str
    cells: Sequence[str]
    means: Sequence[Any] | None

    def __hash__(self) -> int:
        return hash(self.name)


def _numbers(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


KINDS = (
    Kind("whole numbers", ["7", "-12", "0"], _numbers("7", "-12", "0")),
    Kind("beyond 64 bits", ["18446744073709551616", "5"], _numbers("18446744073709551616", "5")),
    Kind("leading zeros", ["007", "012", "100"], None),
    Kind("two digits behind the point", ["1.50", "2.25", "-0.05"], _numbers("1.50", "2.25", "-0.05")),
    Kind("shortest decimals", ["9.5", "10", "100.25"], _numbers("9.5", "10", "100.25")),
    Kind("decimal comma", ["1,5", "10", "-0,25"], _numbers("1.5", "10", "-0.25")),
    Kind("thousands", ["1,234.56", "999.00", "1,000,000.00"], _numbers("1234.56", "999", "1000000")),
    Kind("European thousands", ["1.234,56", "0,50"], _numbers("1234.56", "0.5")),
    Kind("Swiss thousands", ["1'234.50", "12.00"], _numbers("1234.5", "12")),
    Kind("signs", ["+5", "-3", "+10"], _numbers("5", "-3", "10")),
    Kind("parentheses below zero", ["(1,234.50)", "12.00"], _numbers("-1234.5", "12")),
    Kind("minus behind", ["12.50-", "3.00"], _numbers("-12.5", "3")),
    Kind("percent", ["12%", "7%", "100%"], _numbers("12", "7", "100")),
    Kind("currency", ["$5.00", "-$1,234.50"], _numbers("5", "-1234.5")),
    Kind("exponents in some cells", ["0.001", "1E-05", "2.5"], _numbers("0.001", "0.00001", "2.5")),
    Kind("exponents in all cells", ["1.50E+05", "2.00E-03"], _numbers("150000", "0.002")),
    Kind("true and false", ["true", "false", "true"], [True, False, True]),
    Kind("TRUE and FALSE", ["TRUE", "FALSE", "TRUE"], [True, False, True]),
    Kind("True and False", ["True", "False", "True"], [True, False, True]),
    Kind("days of ISO 8601", ["2024-02-29", "2025-12-31"], [_day("2024-02-29"), _day("2025-12-31")]),
    Kind("day first", ["31.12.2024", "01.02.2025"], [_day("2024-12-31"), _day("2025-02-01")]),
    Kind("month first", ["12/31/2024", "02/01/2025"], [_day("2024-12-31"), _day("2025-02-01")]),
    Kind("names of months", ["5 Mar 2024", "31 Dec 2025"], [_day("2024-03-05"), _day("2025-12-31")]),
    Kind("weeks", ["2024-W05-3", "2024-W01-1"], [_day("2024-01-31"), _day("2024-01-01")]),
    Kind("times without seconds", ["09:05", "23:59"], [dt.time(9, 5), dt.time(23, 59)]),
    Kind("halves of the day", ["9:05 AM", "11:59 PM"], [dt.time(9, 5), dt.time(23, 59)]),
    Kind("moments", ["2024-02-29 13:05:09", "2025-01-01 00:00:00"], [_at("2024-02-29T13:05:09"), _at("2025-01-01")]),
    Kind("fractions of varying length", ["2024-02-29 13:05:09.5", "2025-01-01 00:00:00"], [_at("2024-02-29T13:05:09.5"), _at("2025-01-01")]),
    Kind("moments of UTC", ["2024-02-29T13:05:09Z", "2025-01-01T00:00:00Z"], [_at("2024-02-29T13:05:09Z"), _at("2025-01-01T00:00:00Z")]),
    Kind("one offset", ["2024-02-29T13:05:09+02:00", "2025-01-01T00:00:00+02:00"], [_at("2024-02-29T11:05:09Z"), _at("2024-12-31T22:00:00Z")]),
    Kind("durations", ["26:03:04", "1:00:00"], [dt.timedelta(hours=26, minutes=3, seconds=4), dt.timedelta(hours=1)]),
    Kind("UUIDs in capitals", ["123E4567-E89B-12D3-A456-426614174000"], [UUID("123e4567-e89b-12d3-a456-426614174000")]),
    Kind("words for missing", ["5", "NA", "7"], [Decimal(5), None, Decimal(7)]),
    Kind("quoted empty cells", ["5", "", "7"], [Decimal(5), None, Decimal(7)]),
    Kind("several offsets", ["2024-03-31T01:00:00+01:00", "2024-03-31T04:00:00+02:00"], [_at("2024-03-31T00:00:00Z"), _at("2024-03-31T02:00:00Z")]),
    Kind("offsets behind a space", ["2024-03-31 01:00:00 +0100", "2024-03-31 04:00:00 +0200"], [_at("2024-03-31T00:00:00Z"), _at("2024-03-31T02:00:00Z")]),
    Kind("moments of a web server", ["31/Mar/2024:01:00:00 +0100", "31/Mar/2024:04:00:00 +0200"], [_at("2024-03-31T00:00:00Z"), _at("2024-03-31T02:00:00Z")]),
    Kind("moments of SAS", ["29FEB2024:13:05:09", "01JAN2025:00:00:00"], [_at("2024-02-29T13:05:09"), _at("2025-01-01")]),
    Kind("fractions behind a comma", ["2024-02-29 13:05:09,500", "2025-01-01 00:00:00,125"], [_at("2024-02-29T13:05:09.5"), _at("2025-01-01T00:00:00.125")]),
    Kind("doubles as R prints them", ["123456", "1e-05", "1e+05"], _numbers("123456", "0.00001", "100000")),
    Kind("doubles of R in all sizes", ["1.5e+10", "1e+05", "0.25"], _numbers("15000000000", "100000", "0.25")),
    Kind("WAHR and FALSCH", ["WAHR", "FALSCH", "WAHR"], [True, False, True]),
    Kind("doubles as Java prints them", ["0.5", "1.0E-5", "12345.0"], _numbers("0.5", "0.00001", "12345")),
)  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """What a reader made of a column: its name for the type, the values, and the cells when it writes them again."""

    type_name: str
    values: Sequence[Any]
    cells: Sequence[str]


def run(*, quick: bool = False) -> str:
    """Read every kind with every reader and return the section."""
    del quick  # it takes seconds
    with tempfile.TemporaryDirectory(prefix="parquay-bench-") as folder:
        found = {kind: {name: verdict(kind, read, Path(folder)) for name, read in READERS.items()} for kind in KINDS}
    rows = [[kind.name, _shown(kind), *each.values()] for kind, each in found.items()]
    totals = [
        "**typed, and exact**",
        "",
        *(str(sum(each[name].endswith(BOTH) for each in found.values())) for name in READERS),
    ]
    wrong = [
        "**values that are wrong**",
        "",
        *(str(sum(WRONG in each[name] for each in found.values())) for name in READERS),
    ]
    peers = ", ".join(f"{name} {version(name)}" for name in READERS if name != "parquay")
    return f"""## Values

{peers}, each with nothing said but the delimiter (Polars with `try_parse_dates`). A column has a type, and its values are right; what
was written comes back when the reader writes CSV. `text`: left as it was written. Leading zeros are right as text.

{report.table(["cells", "such as", *READERS], [*rows, totals, wrong])}
"""


def _shown(kind: Kind) -> str:
    return ", ".join(f"`{cell or NOTHING}`" for cell in kind.cells[:2])


NOTHING = '""'
BOTH, VALUES, LOST, WRONG = "values and text", "values", "text changed", "wrong values"


def verdict(kind: Kind, read: Callable[[Path], Seen], folder: Path) -> str:
    """What a reader makes of a kind, in a few words."""
    source = folder / "cells.csv"
    lines = [f'{i};"{cell}"' if not cell else f"{i};{cell}" for i, cell in enumerate(kind.cells)]
    source.write_text("\n".join(["id;cell", *lines, ""]))
    try:
        seen = read(source)
    except Exception as error:  # noqa: BLE001  a reader that gives up has no column
        return f"fails ({type(error).__name__})"
    exact = list(seen.cells) == list(kind.cells)
    is_text = seen.type_name.lower() in TEXT_TYPES
    if is_text:
        right = kind.means is None and exact
        return f"text: {BOTH}" if right else "text" if exact else f"text, {LOST}"
    if kind.means is None or not all(map(same, kind.means, seen.values)):
        return f"{seen.type_name}: {WRONG}"
    return f"{seen.type_name}: {BOTH if exact else VALUES + ', ' + LOST}"


def same(wanted: Any, found: Any) -> bool:
    """Whether a value is the one that is meant, whatever class it has."""
    if wanted is None or found is None or found != found:  # noqa: PLR0124  NaN is how some say that there is none
        return wanted is None and (found is None or found != found)  # noqa: PLR0124
    if isinstance(wanted, Decimal):
        return not isinstance(found, str | bool) and Decimal(str(found)) == wanted
    if isinstance(wanted, dt.datetime):
        return isinstance(found, dt.datetime) and _moment(found) == _moment(wanted)
    return any(each == found for each in _ways(wanted))


def _ways(wanted: Any) -> tuple[Any, ...]:
    """A value in the classes in which readers have it."""
    if isinstance(wanted, dt.timedelta):
        return wanted, wanted // dt.timedelta(microseconds=1)
    if isinstance(wanted, UUID):
        return wanted, str(wanted)
    return (wanted, dt.datetime.combine(wanted, dt.time())) if isinstance(wanted, dt.date) else (wanted,)


def _moment(value: dt.datetime) -> dt.datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def written(path: Path, delimiter: str = ";") -> list[str]:
    """The cells of the second column of a CSV file, without its header."""
    with path.open(newline="") as lines:
        return [row[1] for row in csv.reader(lines, delimiter=delimiter)][1:]


def parquay(source: Path) -> Seen:
    """This program."""
    import pyarrow.parquet as pq

    from parquay.ingest.convert.convert_file import convert_file
    from parquay.ingest.text.overrides import Overrides

    told = Overrides.from_options({"delimiter": ";"})
    made = convert_file(source, source.with_suffix(".parquet"), overrides=told)
    convert_file(source, source.with_name("again.csv"), overrides=told)
    values = pq.read_table(source.with_suffix(".parquet")).column(1).to_pylist()
    return Seen(str(made.columns[1]["type"]), values, written(source.with_name("again.csv"), ","))


def duckdb(source: Path) -> Seen:
    """DuckDB."""
    module: Any = importlib.import_module("duckdb")
    connection = module.connect()
    found = connection.sql(f"SELECT * FROM read_csv('{source}', delim=';', header=true)")
    again = source.with_name("again.csv")
    found.write_csv(str(again), sep=";")
    return Seen(str(found.types[1]), found.to_arrow_table().column(1).to_pylist(), written(again))


def polars(source: Path) -> Seen:
    """Polars."""
    module: Any = importlib.import_module("polars")
    found = module.read_csv(source, separator=";", try_parse_dates=True)
    again = source.with_name("again.csv")
    found.write_csv(again, separator=";")
    return Seen(str(found.dtypes[1]).partition("(")[0], found["cell"].to_list(), written(again))


def pyarrow(source: Path) -> Seen:
    """pyarrow."""
    module: Any = importlib.import_module("pyarrow.csv")
    found = module.read_csv(source, parse_options=module.ParseOptions(delimiter=";"))
    again = source.with_name("again.csv")
    module.write_csv(found, again, module.WriteOptions(delimiter=";"))
    return Seen(str(found.schema.types[1]), found.column(1).to_pylist(), written(again))


def pandas(source: Path) -> Seen:
    """pandas."""
    module: Any = importlib.import_module("pandas")
    found = module.read_csv(source, sep=";")
    again = source.with_name("again.csv")
    found.to_csv(again, sep=";", index=False)
    return Seen(str(found.dtypes.iloc[1]), found["cell"].tolist(), written(again))


READERS: Mapping[str, Callable[[Path], Seen]] = {
    "parquay": parquay, "duckdb": duckdb, "polars": polars, "pyarrow": pyarrow, "pandas": pandas,
}  # fmt: skip
