from __future__ import annotations

import pyarrow as pa
import pytest

from parquay.columns.styles.durations import DAY, HOUR, MINUTE, NAMES, SECOND
from parquay.columns.types import candidates, registry
from parquay.columns.types.base import Comparison, Unfit
from parquay.columns.types.duration import DurationType

CASES = [
    (["12:30:00", "05:00:00"], "time", "HH:mm:ss"),
    (["12:30:00", "25:00:00"], "duration", "[hh]:mm:ss"),
    (["1:30:00", "2:00:00"], "time", "H:mm:ss"),
    (["1:30:00", "26:00:00.5"], "duration", "[h]:mm:ss[.S]"),
    (["1 day, 2:03:04", "0:00:01"], "duration", "Python"),
    (["0 days 00:00:05", "-1 days +23:59:59.500000"], "duration", "pandas"),
    (["PT1H2M3S", "PT0S", "PT26H"], "duration", "PTnHnMnS"),
    (["P1DT2H", "PT3M"], "duration", "PnDTnHnMnS"),
    (["P0DT0H0M5S"], "duration", "P0DT0H0M0S"),
    (["26:03:04.250", "1:00:00.125"], "duration", "[h]:mm:ss.000"),
    (["26:03:04", "26:03:4"], "text", "text"),
    (["26:03:60"], "text", "text"),
    (["P1Y", "P1M"], "text", "text"),
    (["9999999999:00:00"], "text", "text"),
    (["-0:00:00", "26:00:00"], "text", "text"),
]


@pytest.mark.parametrize(("cells", "name", "style"), CASES)
def test_durations_are_told_from_times_of_day(cells, name, style):
    column = pa.array(cells)
    joined = None
    for cell in cells:
        joined = registry.join(joined, candidates.examine(pa.array([cell]), joined))

    found = candidates.examined(column)

    kind = registry.decide(found.candidates)
    assert (kind.name, kind.style) == (name, style)
    assert registry.decide(joined) == kind
    assert kind.to_text(found.values(column, kind)).to_pylist() == cells


def test_times_of_day_are_durations_where_a_caller_says_so():
    held = candidates.examine(pa.array(["12:30:00", "05:00:00"]))

    kind = registry.decide(held, "duration")

    assert (kind.name, kind.style) == ("duration", "[hh]:mm:ss")


@pytest.mark.parametrize("name", NAMES)
def test_a_style_is_found_by_its_name(name):
    form = {"kind": "duration", "form": {"style": name, "form": True}}

    kind = registry.type_from_json(form)

    assert registry.type_to_json(kind) == form
    values = pa.array([0, 5 * SECOND, 2 * DAY + HOUR + MINUTE], pa.int64())
    assert kind.to_values(kind.to_text(values)).equals(values)
    assert kind.json_values(pa.chunked_array([values])) == kind.to_text(values).to_pylist()


@pytest.mark.parametrize("text", ["PT26H", "26:00:00", "1 day, 2:00:00", "P1DT2H"])
def test_a_filter_and_an_edit_take_any_way_of_writing(text):
    assert DurationType().compare("ge", text) == Comparison("ge", (str(26 * HOUR),))
    assert DurationType().read_cell(text) == 26 * HOUR


@pytest.mark.parametrize("value", ["26", 26, "P", "1:2:3", "PT", None, "P1M"])
def test_what_is_no_duration_does_not_fit(value):
    with pytest.raises(Unfit):
        DurationType().read_cell(value)
