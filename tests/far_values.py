"""One table with cells of every type, and what is asked of it of both engines."""

from __future__ import annotations

import csv as writer
import io

CELLS = {
    "whole": ["0", "-7", "9223372036854775807", "-9223372036854775808", "12", ""],
    "unsigned": ["18446744073709551615", "0", "1", "", "18446744073709551614", "3"],
    "price": ["0.10", "-12.25", "99999999.99", "7.00", "3.50", ""],
    "wide": ["12345678901234567.123", "-0.001", "5.000", "1.500", "2.250", ""],
    "longest": ["12345678901234567890123456789012345.678", "-0.001", "5.000", "1.500", "2.250", ""],
    "double": ["1.5e+00", "-2.2e+10", "1.0e+300", "1.0e-01", "1.0e-300", ""],
    "measured": ["NaN", "1.5", "", "-0.25", "inf", "0.1"],
    "word": ["", 'Ünï, "quoted"', "zoë", "a'b\\c`d", "日本", "Zoe"],
    "day": ["2024-02-29", "1999-12-31", "2024-03-01", "0001-01-01", "2024-03-01", ""],
    "moment": ["2024-02-29 10:00:00", "1999-12-31 23:59:59", "2024-03-01 00:00:00", "2024-03-01 00:00:01", "", ""],
    "zoned": ["2024-02-29T10:00:00Z", "1999-12-31T23:59:59Z", "2024-03-01T00:00:00Z", "", "2024-03-01T00:00:00Z", ""],
    "shifted": ["2024-02-29T10:00:00+01:00", "1999-12-31T23:59:59-05:00", "2024-03-01T00:00:00+01:00", "", "2024-02-29T23:00:00Z", ""],
    "clock": ["10:00:00", "23:59:59", "00:00:00", "", "12:30:00", "00:00:01"],
    "flag": ["true", "false", "true", "false", "", "true"],
    "odd `name`; x.y": ["a", "b", "a", "", "c", "b"],
}  # fmt: skip
ROWS = 240

FILTERS: list[tuple[str, ...]] = [
    (), ("whole:gt:0",), ("whole:ne:12",), ("whole:in:12,-7",), ("unsigned:eq:18446744073709551615",), ("price:le:7.00",),
    ("wide:eq:5.000",), ("longest:gt:12345678901234567890123456789012345.677",), ("double:lt:0.1",), ("word:contains:o",),
    ("word:starts:z",), ("word:eq:a'b\\c`d",), ("word:ne:zoë",), ("word:gt:Zoe",), ("word:isnull",), ("day:ge:2024-02-29",),
    ("day:eq:2024-03-01",), ("moment:lt:2024-03-01 00:00:01",), ("clock:gt:00:00:01",), ("zoned:eq:2024-03-01T00:00:00Z",),
    ("flag:eq:true",), ("flag:isnull:false", "whole:lt:100"), ("odd `name`; x.y:eq:a",),
]  # fmt: skip
"""Filters that the engine far away is asked for."""

HERE: list[tuple[str, ...]] = [("word:icontains:ZO",), ("price:contains:.2",), ("_rid:in:1,7",)]
"""Filters that only the engine here knows the rows of."""

STATEMENTS = [
    "SELECT count(*) FROM t",
    "SELECT count(*), count(word), count(1), min(word), max(word) FROM t WHERE whole > 0",
    "SELECT word, count(*) AS n FROM t GROUP BY word ORDER BY n DESC, word",
    "SELECT sum(whole), sum(price), min(longest), max(longest), max(unsigned) FROM t",
    "SELECT flag, sum(price) AS price FROM t GROUP BY flag ORDER BY price",
    "SELECT flag, sum(price) AS price, sum(price) FILTER (word = 'zoë') FROM t GROUP BY flag HAVING sum(price) > 0 ORDER BY 1",
    "SELECT count(DISTINCT word), count(DISTINCT day), sum(DISTINCT whole), avg(DISTINCT price) FROM t WHERE flag",
    "SELECT date_trunc('month', day) AS month, upper(word) AS w, count(*) FROM t GROUP BY ALL ORDER BY ALL",
    "SELECT flag, clock, count(*), max(moment), min(zoned), max(shifted) FROM t GROUP BY ROLLUP (flag, clock) ORDER BY ALL",
    "SELECT word, count(*), rank() OVER (ORDER BY count(*) DESC, word) FROM t GROUP BY word ORDER BY word",
    "SELECT word, sum(count(*)) OVER () FROM t GROUP BY word ORDER BY word",
    "SELECT count(*) FROM t WHERE day BETWEEN '2024-01-01' AND DATE '2024-02-29' AND word IN ('zoë', 'Zoe')",
    "SELECT count(*) FROM t WHERE moment >= '2024-03-01' AND zoned < TIMESTAMP '2025-01-01 00:00:00'",
    "SELECT count(*) FROM t WHERE price = -12.25 OR whole = 12",
    "SELECT count(*) FROM t WHERE 7 <= price AND word <> 'zoë' AND flag IS NOT NULL",
    "SELECT count(*), sum(whole) FROM t WHERE word = 'nothing'",
    "SELECT word, count(*) FROM t WHERE word = 'nothing' GROUP BY word",
    "SELECT 1 FROM t WHERE word = 'nothing' GROUP BY 1",
    'SELECT x."odd `name`; x.y" AS odd, count(*) FROM t AS x GROUP BY x."odd `name`; x.y" ORDER BY odd',
    "SELECT count(measured), min(day) FROM t",
    "WITH w AS (SELECT word, sum(price) AS s FROM t GROUP BY word) SELECT max(s), count(*) FROM w",
    "SELECT * FROM (SELECT day, count(*) FROM t GROUP BY day) ORDER BY day",
    "SELECT (SELECT count(*) FROM t WHERE whole = 12) + (SELECT max(whole) FROM t)::HUGEINT",
    "SELECT DISTINCT flag, count(*) FROM t GROUP BY flag, word ORDER BY ALL",
    "SELECT * FROM t WHERE whole = 12 ORDER BY ALL LIMIT 7",
    "SELECT word, measured, took FROM (SELECT word, measured, clock AS took FROM t WHERE price < 0) ORDER BY ALL",
    "SELECT max(whole + 1::HUGEINT), min(length(word)) FROM t",
    "SELECT sum(price) / 2, count(*) * 2.5, sum(price) AS whole FROM t GROUP BY whole % 3 ORDER BY whole",
]
"""Statements of which the engine far away does a part."""

ASKED_HERE = [
    "SELECT avg(price) FROM t",
    "SELECT sum(double) FROM t",
    "SELECT sum(longest) FROM t WHERE longest < 100",
    "SELECT sum(wide), sum(unsigned) FROM t",
    "SELECT double, count(*) FROM t GROUP BY double ORDER BY double",
    "SELECT list(word ORDER BY word) FROM t",
    "SELECT count(*) FROM t WHERE random() >= 0",
    "SELECT word FROM t ORDER BY word LIMIT 3",
    "SELECT count(*) FROM t AS a JOIN t AS b ON a.whole = b.whole AND a.word = b.word",
    "SELECT sum(whole % 7) FROM t",
    "SELECT count(*) FROM t TABLESAMPLE 100 PERCENT",
    "SELECT mode(flag), median(whole) FROM t",
    "SELECT count(*) FROM t WHERE EXISTS (SELECT 1 FROM (VALUES ('zoë')) AS v(w) WHERE v.w = word)",
]
"""Statements that read the table here."""


def csv() -> bytes:
    text = io.StringIO()
    made = writer.writer(text, lineterminator="\n")
    made.writerow(CELLS)
    for row in range(ROWS):
        made.writerow([cells[(row + shift) % len(cells)] for shift, cells in enumerate(CELLS.values())])
    return text.getvalue().encode()
