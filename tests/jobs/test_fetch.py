"""A run of an import as a worker's thread sees it."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from parquay.errors import ParquayError
from parquay.jobs.fetch import _awaited
from parquay.uploads.fetch.answers import FetchFailed
from parquay.uploads.fetch.fetcher import FetchStopped


def test_what_a_run_comes_to_is_passed_on():
    done: Future[None] = Future()
    done.set_result(None)
    failed: Future[None] = Future()
    failed.set_exception(FetchFailed("x"))

    _awaited(done, lambda: True)
    with pytest.raises(ParquayError, match="x"):
        _awaited(failed, lambda: True)


def test_a_run_that_ends_with_its_process_is_no_failure():
    ended: Future[None] = Future()
    ended.cancel()

    with pytest.raises(FetchStopped):
        _awaited(ended, lambda: True)


def test_a_run_that_may_not_go_on_is_stopped():
    running: Future[None] = Future()

    with pytest.raises(FetchStopped):
        _awaited(running, lambda: False)

    assert running.cancelled()


def test_a_timeout_of_the_run_itself_is_its_failure():
    late: Future[None] = Future()
    late.set_exception(TimeoutError("late"))

    with pytest.raises(TimeoutError):
        _awaited(late, lambda: True)
