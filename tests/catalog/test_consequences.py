"""What follows from an upload: the same whoever asks, and nothing from a part of a concatenation."""

from __future__ import annotations

import pytest

from parquay.catalog.consequences import NOTHING, Consequences, consequences


@pytest.mark.parametrize(
    ("is_new", "complete", "expected"),
    [
        (True, False, Consequences("file.created", converts=False, hooks=("created",))),
        (True, True, Consequences("file.created", converts=True, hooks=("created", "finished"))),
        (False, True, Consequences("file.updated", converts=True, hooks=("finished",))),
    ],
    ids=["begun", "begun and ended at once", "ended"],
)
def test_everybody_hears_of_an_upload_and_a_complete_one_is_converted(is_new, complete, expected):
    assert consequences(is_new=is_new, complete=complete, is_partial=False) == expected
    assert consequences(is_new=is_new, complete=complete, is_partial=True) == NOTHING


def test_an_upload_that_goes_on_has_none_to_ask_for():
    with pytest.raises(AssertionError):
        consequences(is_new=False, complete=False, is_partial=False)
