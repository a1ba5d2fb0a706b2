"""What the seam relies on in uvicorn: each name, how it is called, and that nobody calls or sets it past the seam."""

from __future__ import annotations

import ast
import asyncio
import inspect
import logging
import tomllib
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from uvicorn import Config, Server
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState

from parquay import http1
from parquay.http1.connection import UploadConnection

CALLED = {
    "connection": [
        (HttpToolsProtocol.__init__, "self config server_state app_state _loop"),
        (HttpToolsProtocol.connection_made, "self transport"),
        (HttpToolsProtocol.connection_lost, "self exc"),
        (HttpToolsProtocol.eof_received, "self"),
        (HttpToolsProtocol.data_received, "self data"),
        (HttpToolsProtocol.handle_websocket_upgrade, "self"),
        (HttpToolsProtocol.send_400_response, "self msg"),
        (HttpToolsProtocol.on_message_begin, "self"),
        (HttpToolsProtocol.on_header, "self name value"),
        (HttpToolsProtocol.on_headers_complete, "self"),
        (HttpToolsProtocol.on_body, "self body"),
        (HttpToolsProtocol.on_message_complete, "self"),
        (HttpToolsProtocol.on_response_complete, "self"),
        (HttpToolsProtocol.pause_writing, "self"),
        (HttpToolsProtocol.resume_writing, "self"),
        (HttpToolsProtocol._start_asgi_task, "self cycle app"),
        (HttpToolsProtocol._unset_keepalive_if_required, "self"),
    ],
    "cycle": [
        (RequestResponseCycle.run_asgi, "self app"),
        (RequestResponseCycle.receive, "self"),
        (RequestResponseCycle.send, "self message"),
    ],
    "flow": [
        (FlowControl.__init__, "self transport"),
        (FlowControl.pause_reading, "self"),
        (FlowControl.resume_reading, "self"),
    ],
    "WebSocket": [
        (WebSocketsSansIOProtocol.__init__, "self config server_state app_state _loop"),
        (WebSocketsSansIOProtocol.data_received, "self data"),
        (WebSocketsSansIOProtocol.send, "self message"),
        (WebSocketsSansIOProtocol.send_receive_event_to_app, "self"),
        (WebSocketsSansIOProtocol.handle_parser_exception, "self"),
    ],
    "server": [
        (Server.__init__, "self config"),
        (Server.serve, "self sockets"),
        (Server.startup, "self sockets"),
        (Server.capture_signals, "self"),
    ],
}
"""Methods that are called or overridden, with their parameters."""

FIELDS = {
    "connection": "config cycle flow headers loop parser pipeline scope server_state transport url",
    "cycle": "body disconnected keep_alive message_event more_body on_response response_complete response_started "
    "scope transport waiting_for_100_continue",
    "flow": "read_paused",
    "WebSocket": "close_sent config conn curr_msg_data_type frames handshake_complete handshake_initiated initial_response "
    "logger transport",
    "server": "server_state should_exit",
    "state": "connections default_headers",
}
"""Fields that are read or set."""


@pytest.mark.parametrize(("method", "parameters"), [each for called in CALLED.values() for each in called])
def test_what_is_called_or_overridden_takes_what_it_took(method: Callable[..., Any], parameters: str):
    assert list(inspect.signature(method).parameters) == parameters.split()


async def _made() -> dict[str, Any]:
    config, state = Config(lambda: None, ws="none"), ServerState()
    connection = HttpToolsProtocol(config, state, {})
    connection.on_message_begin()
    cycle = RequestResponseCycle(
        scope={},  # type: ignore[typeddict-item]
        transport=None,  # type: ignore[arg-type]
        flow=None,  # type: ignore[arg-type]
        logger=logging.getLogger(),
        access_logger=logging.getLogger(),
        access_log=False,
        default_headers=[],
        message_event=asyncio.Event(),
        expect_100_continue=False,
        keep_alive=True,
        on_response=lambda: None,
    )
    socket = WebSocketsSansIOProtocol(config, state, {})
    flow: Any = FlowControl(None)  # type: ignore[arg-type]
    return {
        "connection": connection,
        "cycle": cycle,
        "flow": flow,
        "WebSocket": socket,
        "server": Server(config),
        "state": state,
    }


@pytest.mark.parametrize("part", FIELDS)
def test_what_is_read_or_set_is_there(part: str):
    made = asyncio.run(_made())[part]
    assert [name for name in FIELDS[part].split() if not hasattr(made, name)] == []


def test_a_pipelined_request_waits_on_the_right_and_is_taken_from_there():
    """A body of several requests is refused by taking the newest from the left."""
    source = inspect.getsource(HttpToolsProtocol)
    assert "self.pipeline.appendleft((self.cycle, app))" in source
    assert "self.pipeline.pop()" in source


def test_ours_overrides_nothing_of_uvicorns_that_is_not_named_here():
    ours = [each for each in UploadConnection.__mro__ if each.__module__.startswith("parquay.")]
    theirs = {name for each in HttpToolsProtocol.__mro__[:1] for name in vars(each) if not name.startswith("__")}
    overridden = {name for each in ours for name in vars(each)} & theirs
    assert overridden <= {method.__name__ for method, _ in CALLED["connection"]}


def test_no_other_file_of_the_room_touches_what_uvicorn_keeps_for_itself():
    private = {
        "_start_asgi_task",
        "_unset_keepalive_if_required",
        "send_400_response",
        "message_event",
        "handshake_initiated",
    }
    for path in Path(http1.__file__).parent.glob("*.py"):
        used = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
        assert path.name == "uvicorn_seam.py" or not used & private, path.name


def test_only_the_minor_version_that_was_tried_is_allowed():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    needed = next(each for each in map(Requirement, project["dependencies"]) if each.name == "uvicorn")
    major, minor, *_ = map(int, version("uvicorn").split("."))
    assert f"{major}.{minor}" in needed.specifier
    assert f"{major}.{minor + 1}" not in needed.specifier
