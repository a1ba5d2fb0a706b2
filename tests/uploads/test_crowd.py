from __future__ import annotations

from contextlib import ExitStack

import pytest

from parquay.errors import TooManyRequests
from parquay.uploads.receive.crowd import Crowd


def test_so_many_uploads_of_one_user_run_and_no_more() -> None:
    crowd = Crowd()
    with ExitStack() as running:
        running.enter_context(crowd.entered("ann", "a", 2))
        running.enter_context(crowd.entered("ann", "b", 2))
        running.enter_context(crowd.entered("ann", "a", 2))  # who continues one that still runs
        running.enter_context(crowd.entered("bob", "c", 2))

        with pytest.raises(TooManyRequests) as refused, crowd.entered("ann", "d", 2):
            raise AssertionError

        assert (refused.value.code, refused.value.retry_after) == ("rate_limited", 1)
        with crowd.entered("ann", "d", 0):
            pass
    with crowd.entered("ann", "d", 1):
        pass
    assert crowd._running == {}
