"""A manifest is read as it was written, and one that was cut or changed is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parquay.backup.manifest import BackupEntry, BackupHeader, lines, read
from parquay.errors import Damaged

HEADER = BackupHeader(3, "2026-11-30T10:00:00+00:00", "0.2.0", "volume")
SIZES = st.integers(0, 2**63)
ENTRIES = st.lists(st.builds(BackupEntry, st.text(), st.text(), SIZES, st.integers(0, 2**32), SIZES), max_size=4)


@settings(max_examples=20)
@given(ENTRIES)
def test_it_is_read_as_it_was_written(entries):
    assert read(lines(HEADER, entries)) == (HEADER, entries)


def test_where_there_is_none_there_is_none():
    assert read([]) is None


@settings(max_examples=20)
@given(ENTRIES, st.data())
def test_one_that_was_cut_is_refused(entries, data):
    written = list(lines(HEADER, entries))
    kept = data.draw(st.integers(1, len(written) - 1))

    with pytest.raises(Damaged, match=r"end is missing|other keys"):
        read(written[:kept])


@pytest.mark.parametrize(
    "line", ["{}", "[]", "3", "no JSON", '{"format": 2}', '{"format": 1, "number": 1}'], ids=lambda text: text
)
def test_what_is_no_manifest_is_refused(line):
    with pytest.raises(Damaged, match="cannot be read"):
        read([line, '{"files": 0}'])
