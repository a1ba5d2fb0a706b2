"""The suite itself, and how long files are: nothing sleeps and hopes that something has happened meanwhile."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import parquay

TESTS = Path(__file__).parent
BROWSER_TESTS = TESTS.parent / "client" / "e2e"
PACKAGE = Path(parquay.__file__).parent
MAX_LINES = 400
MAX_MODULE_LINES = 350

PACE = "somebody is slow, or sends at a pace"
MOMENT = "something is ended at a moment that nobody chose"
ABSENCE = "for this long nothing may happen"
ORDER = "the other side comes first; where it does not, the test is true all the same"

SLEEPS = {
    "auth/test_passwords.py": {
        "test_no_more_than_two_hashes_run_at_once": PACE,
    },
    "chaos/test_backup_kills.py": {
        "checked": MOMENT,
        "test_each_backup_restores_to_what_fsck_finds_clean": MOMENT,
    },
    "chaos/test_kill_loop.py": {
        "slowly": PACE,
        "test_no_acknowledged_byte_is_lost_and_every_file_ends_whole": MOMENT,
    },
    "chaos/test_random_kills.py": {
        "_send_under_kills": MOMENT,
        "run": PACE,
    },
    "chaos/test_s3_kills.py": {
        "test_no_counted_byte_is_lost_among_three_servers_on_one_bucket": MOMENT,
    },
    "chaos/test_seal_kills.py": {
        "test_files_are_exact_wherever_sealing_ends": MOMENT,
    },
    "chaos/test_service_kills.py": {
        "test_no_job_is_lost_and_no_table_is_published_twice": MOMENT,
    },
    "cli/test_sync.py": {
        "test_it_goes_on_and_waits_for_files_that_are_being_written": PACE,
    },
    "datasets/test_statements.py": {
        "_cpu_of": ABSENCE,
    },
    "faulty_proxy.py": {
        "handle_one_request": PACE,
    },
    "http1/test_connection.py": {
        "test_a_quiet_connection_between_two_requests_is_kept": ABSENCE,
        "test_a_zero_copy_body_that_is_all_there_before_it_is_asked_for": ORDER,
        "test_bytes_before_and_behind_the_switch_keep_their_order": ORDER,
        "test_bytes_that_came_are_given_though_the_client_is_gone": ORDER,
    },
    "http1/test_early_answers.py": {
        "test_a_request_that_comes_in_pieces_goes_to_the_application_unless_it_is_whole_with_its_head": ORDER,
        "test_an_answer_for_a_client_that_is_gone_is_dropped": ORDER,
    },
    "http1/test_intake.py": {
        "__call__": PACE,
        "send_cut": PACE,
        "test_everybody_hears_that_the_client_is_gone_though_another_request_waits": ORDER,
        "test_no_more_requests_than_a_hundred_wait_for_their_turn": ABSENCE,
    },
    "http1/test_patience.py": {
        "test_a_body_that_comes_to_a_connection_that_is_gone_is_not_waited_for": ORDER,
        "test_a_client_that_stops_sending_still_gets_its_answers": PACE,
        "test_a_connection_without_a_request_is_closed": ORDER,
    },
    "ingest/test_kill.py": {
        "send": PACE,
        "test_table_is_that_of_one_pass_whenever_the_worker_is_killed": MOMENT,
    },
    "test_server.py": {
        "settled": ABSENCE,
    },
    "uploads/test_patience.py": {
        "read": PACE,
    },
    "uploads/test_receive.py": {
        "test_a_sender_waits_for_a_store_that_is_slower": ABSENCE,
    },
    "uploads/test_takeover.py": {
        "read": PACE,
        "test_a_newcomer_whose_client_leaves_while_it_waits_stops_nobody": ORDER,
        "test_who_asks_does_not_wait_for_long_for_a_request_that_never_writes": ORDER,
        "test_who_asks_waits_for_a_request_that_came_before_and_is_not_the_writer_yet": ABSENCE,
    },
    "web/test_asgi.py": {
        "test_a_wake_ends_the_waiting_and_loses_nothing": ORDER,
    },
    "e2e/test_ready_soon.py": {
        "paced": PACE,
    },
    "web/test_cancellation.py": {
        "test_client_of_a_request_that_is_worked_on_twice_is_not_taken_for_gone": PACE,
        "test_query_ends_when_its_client_goes_away": MOMENT,
        "test_work_is_told_that_its_client_has_gone": ABSENCE,
    },
    "web/test_connections.py": {
        "test_a_body_that_does_not_come_is_not_waited_for": PACE,
        "test_whoever_waits_for_the_clients_leaving_may_wait": PACE,
    },
    "web/test_long_requests.py": {
        "test_a_download_ends_with_its_login": ABSENCE,
        "test_a_form_ends_with_its_login_and_leaves_nothing": ORDER,
        "test_a_sender_that_does_not_stop_is_not_listened_to": ABSENCE,
        "test_requests_of_other_logins_go_on": ABSENCE,
    },
    "web/test_tus_cuts.py": {
        "test_a_request_that_still_receives_is_not_interrupted": PACE,
    },
    "web/test_tus_expiration.py": {
        "test_a_finished_upload_never_expires_and_neither_does_one_that_is_being_sent": PACE,
    },
    "web/test_tus_processes.py": {
        "test_a_client_that_comes_back_to_the_other_process_goes_on": PACE,
    },
    "wire.py": {
        "drip": PACE,
    },
}
"""Functions that sleep for a time, by file, and why. Who waits for something looks for it in a loop (`wait_until`)."""


def sleeping(tree: ast.AST, function: str = "", *, looks: bool = False) -> Iterator[str]:
    """Name the outermost functions that sleep for a time, but in a loop that looks for something meanwhile."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from sleeping(node, function or node.name)
        else:
            if isinstance(node, ast.Call) and not looks and sleeps(node):
                yield function
            yield from sleeping(node, function, looks=looks or isinstance(node, ast.While))


def sleeps(call: ast.Call) -> bool:
    """Whether it is a call of `sleep` for longer than a turn of the event loop."""
    is_sleep = ast.unparse(call.func) in {"time.sleep", "asyncio.sleep"}
    return is_sleep and not (isinstance(call.args[0], ast.Constant) and call.args[0].value == 0)


def sources() -> list[str]:
    """The files of the suite, but for the programs that measure."""
    found = [path.relative_to(TESTS).as_posix() for path in TESTS.rglob("*.py") if "node_modules" not in path.parts]
    return sorted(name for name in found if not name.startswith("bench/"))


def test_no_file_is_long() -> None:
    files = [*map(TESTS.joinpath, sources()), *BROWSER_TESTS.glob("*.ts")]
    long = {path.name: len(path.read_text().splitlines()) for path in files}

    assert {name: lines for name, lines in long.items() if lines > MAX_LINES} == {}


def test_no_module_is_long() -> None:
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in PACKAGE.rglob("*.py")}

    assert len(lines) > 300
    assert {str(path.relative_to(PACKAGE)): count for path, count in lines.items() if count > MAX_MODULE_LINES} == {}


def test_whoever_sleeps_has_a_reason() -> None:
    found = {name: set(sleeping(ast.parse((TESTS / name).read_text()))) for name in sources()}

    assert {name: functions for name, functions in found.items() if functions} == {
        name: set(reasons) for name, reasons in SLEEPS.items()
    }


def test_browser_tests_wait_for_what_the_page_shows() -> None:
    waiting = {path.name: path.read_text().count("waitForTimeout") for path in BROWSER_TESTS.glob("*.ts")}

    # One is about a minute in which nothing gives up.
    assert {name: count for name, count in waiting.items() if count} == {"minute.spec.ts": 1}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f():\n    time.sleep(1)", ["f"]),
        ("def f():\n    while not look():\n        time.sleep(1)", []),
        ("async def f():\n    await asyncio.sleep(0)", []),
        ("async def f():\n    for _ in range(3):\n        await asyncio.sleep(pause)", ["f"]),
        ("def f():\n    while True:\n        def g():\n            time.sleep(1)", ["f"]),
    ],
)
def test_sleeps_are_found(text: str, expected: list[str]) -> None:
    assert list(sleeping(ast.parse(text))) == expected
