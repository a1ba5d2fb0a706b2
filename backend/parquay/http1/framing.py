"""Where a request begins and ends, and whom it is for: the rules of RFC 9110 and 9112 that the parser leaves open.

The parser refuses what breaks the grammar. Here is refused what two servers in a row could take for two things:
such a request is how one is smuggled past the first of them. Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus

Field = tuple[bytes, bytes]

HEAD_BYTES = 64 * 1024
"""Largest head of a request: its first line and fields. As much may be in a body in chunks that is no data."""

CHUNK_BYTES = 16
"""Bytes that each chunk may have around its data, beyond those: the length, its line ends, a short extension."""

_HOST = re.compile(rb"(?:[A-Za-z0-9._~%-]+|\[[0-9A-Fa-f:.]+\])(?::([0-9]{0,5}))?")
_AUTHORITY = re.compile(rb"[a-z][a-z0-9+.-]*://([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)
_LENGTH = re.compile(rb"[0-9]{1,18}")


@dataclass(frozen=True)
class Fault:
    """Why a request is not served: the answer to it, after which its connection ends."""

    status: HTTPStatus
    code: str
    detail: str


def problem_of(found: Fault) -> tuple[list[Field], bytes]:
    """Return the fields and the body of the answer to what is not served."""
    payload = {
        "type": "about:blank",
        "title": found.status.phrase,
        "status": found.status,
        "detail": found.detail,
        "code": found.code,
    }
    body = json.dumps(payload).encode()
    return [(b"content-type", b"application/problem+json"), (b"content-length", b"%d" % len(body))], body


def _bad(detail: str) -> Fault:
    return Fault(HTTPStatus.BAD_REQUEST, "bad_request", detail)


TOO_LARGE = Fault(
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "head_too_large", "The request's head is too large, or its trailer."
)


OTHER_VERSION = Fault(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, "http_version", "This server speaks HTTP/1.1.")


def spoken(version: str) -> str:
    """Return the version of HTTP as which a message that names ``version`` is taken."""
    # "A recipient that receives a message with a major version number that it implements and a minor version number
    # higher than what it implements SHOULD process the message as if it was in the highest minor version".
    return "1.1" if version.startswith("1.") and version != "1.0" else version


def fault(version: str, method: str, headers: Sequence[Field]) -> Fault | None:
    """Return what is wrong with a request's head, None for nothing. Names of ``headers`` are in lower case."""
    if version not in ("1.0", "1.1"):
        return OTHER_VERSION
    if method == "CONNECT":
        return Fault(HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", "This server is no proxy.")
    hosts, lengths, codings = [], [], []
    for name, value in headers:
        if name == b"host":
            hosts.append(value)
        elif name == b"content-length":
            lengths.append(value)
        elif name == b"transfer-encoding":
            codings.append(value)
    found = _wrong_host(version, hosts) or _wrong_length(version, lengths, codings)
    if found is None and is_websocket(headers) and (method != "GET" or codings or b"".join(lengths).strip(b"0")):
        return _bad("A WebSocket is opened by a GET without a body.")
    return found


def _wrong_host(version: str, hosts: Sequence[bytes]) -> Fault | None:
    # "A server MUST respond with a 400 (Bad Request) status code to any HTTP/1.1 request message that lacks a Host
    # header field and to any request message that contains more than one Host header field line or a Host header field
    # with an invalid field value."
    if not hosts:
        return _bad("The request has no Host.") if version == "1.1" else None
    if len(hosts) > 1:
        return _bad("The request has more than one Host.")
    return None if is_host(hosts[0]) else _bad("The request's Host is no host.")


@lru_cache(256)
def is_host(value: bytes) -> bool:
    """Tell whether ``value`` is a host, with or without a port."""
    found = _HOST.fullmatch(value.strip())
    return found is not None and int(found.group(1) or 0) < 1 << 16


def _wrong_length(version: str, lengths: Sequence[bytes], codings: Sequence[bytes]) -> Fault | None:
    if len(lengths) > 1 or not all(_LENGTH.fullmatch(length) for length in lengths):
        return _bad("The request's Content-Length is no length.")
    if not codings:
        return None
    # "A server MAY reject a request that contains both Content-Length and Transfer-Encoding", and "a server or client
    # that receives an HTTP/1.0 message containing a Transfer-Encoding header field MUST treat the message as if the
    # framing is faulty".
    if lengths or version == "1.0":
        return _bad("The request's length cannot be known for certain.")
    named = [name.strip().lower() for name in b",".join(codings).split(b",")]
    # "If a Transfer-Encoding header field is present in a request and the chunked transfer coding is not the final
    # encoding ... the server MUST respond with the 400 (Bad Request) status code and then close the connection."
    if named[-1] != b"chunked" or named.count(b"chunked") > 1:
        return _bad("The request's last transfer coding must be chunked.")
    if len(named) > 1:
        # "A server that receives a request message with a transfer coding it does not understand SHOULD respond with
        # 501 (Not Implemented)."
        return Fault(HTTPStatus.NOT_IMPLEMENTED, "transfer_coding", "The only transfer coding here is chunked.")
    return None


def is_websocket(headers: Sequence[Field]) -> bool:
    """Tell whether a request asks to go on as a WebSocket."""
    upgrades = [value.strip().lower() for name, value in headers if name == b"upgrade"]
    if upgrades != [b"websocket"]:
        return False
    connection = b",".join(value for name, value in headers if name == b"connection").lower()
    return b"upgrade" in [token.strip() for token in connection.split(b",")]


def origin_form(target: bytes) -> tuple[bytes, bytes | None]:
    """Return a request's target as path and query, and the host that it names when it names one."""
    # "A server MUST accept the absolute-form in requests even though most HTTP/1.1 clients will only send it to a
    # proxy", and "an origin server MUST ignore the received Host header field (if any)".
    found = None if target.startswith(b"/") else _AUTHORITY.fullmatch(target)
    if found is None:
        return target, None
    host, rest = found.groups()
    return (rest if rest.startswith(b"/") else b"/" + rest), host


def without_upgrade(version: str, method: str, target: bytes, headers: Sequence[Field]) -> bytes:
    """Return the head of a request that asks for a protocol which is not spoken here, as if it did not ask.

    "A server MAY ignore a received Upgrade header field if it wishes to continue using the current protocol".
    """
    lines = [b"%s %s HTTP/%s" % (method.encode(), target, version.encode())]
    for name, value in headers:
        if name == b"connection":
            tokens = [token.strip() for token in value.split(b",")]
            lines.append(b"connection: " + b", ".join(token for token in tokens if token.lower() != b"upgrade"))
        elif name != b"upgrade":
            lines.append(name + b": " + value)
    return b"\r\n".join([*lines, b"", b""])


class ChunkBudget:
    """What a body in chunks has besides its data: lengths, extensions and the trailer, in bytes.

    It may grow with the data, by so much for each chunk, and has one head's size in reserve for the trailer.
    """

    def __init__(self) -> None:
        self._left = HEAD_BYTES

    def chunk(self) -> None:
        """Note that another chunk has begun."""
        self._left += CHUNK_BYTES

    def data(self, count: int) -> None:
        """Note ``count`` bytes of data among those that were taken in."""
        self._left += count

    def spend(self, count: int) -> bool:
        """Note ``count`` bytes that were taken in; tell whether there may be more."""
        self._left = min(self._left - count, HEAD_BYTES)
        return self._left >= 0
