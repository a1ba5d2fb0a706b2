"""Which login a request carries, and whether a page of another site may have sent it.

Pure functions of header fields, shared by the raw upload adapter and the ordinary routes.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from parquay.auth.keys import KEY_PREFIX
from parquay.errors import Forbidden

COOKIE = "parquay_session"
"""Name of the session cookie; its value is the access token."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

RawHeaders = Iterable[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Credential:
    """The token of a request, None when it has none.

    `is_ambient`: a browser may have added it by itself.
    """

    token: str | None
    is_ambient: bool = False


def credentials(headers: RawHeaders) -> Credential:
    """Find the token of a request: ``Authorization`` wins over the session cookie.

    ``Basic`` counts where its password, or its name without one, is an API key: for programs that know nothing else.
    Any other is somebody else's, such as that of a proxy in front. Two different fields with a token of ours give an
    empty token, which no session has.
    """
    fields = list(headers)
    given = {value.decode("latin-1").strip() for name, value in fields if name.lower() == b"authorization"}
    bearers = [value for value in given if value[:6].lower() == "bearer" and value[6:7] in ("", " ")]
    if bearers:
        return Credential(bearers[0][6:].strip() if len(given) == 1 else "")
    keys = {key for value in given if (key := _basic_key(value))}
    if keys:  # browsers send it by themselves, once they were given it in an address
        return Credential(keys.pop() if len(given) == 1 else "", is_ambient=True)
    for name, value in fields:
        if name.lower() == b"cookie" and (token := _cookie(value.decode("latin-1"))):
            return Credential(token, is_ambient=True)
    return Credential(None)


def _basic_key(value: str) -> str | None:
    """The API key in an Authorization field of the scheme Basic."""
    scheme, _, encoded = value.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, password = base64.b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
    except ValueError:
        return None
    key = password or name
    return key if key.startswith(KEY_PREFIX) else None


def _cookie(line: str) -> str | None:
    for pair in line.split(";"):
        name, _, value = pair.partition("=")
        if name.strip() == COOKIE:
            return value.strip().strip('"')
    return None


def is_cross_site(method: str, headers: RawHeaders, origins: frozenset[str], host: str | None = None) -> bool:
    """Tell whether a page of another site may have made this request.

    Args:
        method: the method that is applied, after an override.
        headers: the request's header fields.
        origins: origins that are allowed beside our own, such as ``https://app.example.org``.
        host: host and port of this server as browsers see it, the request's Host when None.

    A browser tells by Sec-Fetch-Site; an older one by Origin or Referer. A request with none of them comes from no
    browser, and only a browser adds cookies by itself. What changes nothing may come from anywhere, as a link does,
    unless a script asks for it, which has an Origin.
    """
    fields = {name.lower(): value.decode("latin-1").strip() for name, value in headers}
    origin = fields.get(b"origin")
    if origin is not None and origin in origins:
        return False
    if origin is None and method.upper() in SAFE_METHODS:
        return False
    site = fields.get(b"sec-fetch-site", "").lower()
    if site:
        return site not in ("same-origin", "none")
    source = origin if origin is not None else fields.get(b"referer")
    if source is None:
        return False
    return not _is_at(source, host or fields.get(b"host", ""))


def _is_at(url: str, host: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    port = {"http": ":80", "https": ":443"}.get(parts.scheme, "")
    there, here = (each.lower().removesuffix(port) for each in (parts.netloc, host))
    return bool(there) and there == here


def refuse_cross_site(method: str, headers: RawHeaders, origins: frozenset[str], host: str | None = None) -> None:
    """Let a request pass unless a page of another site may have made it.

    Raises:
        Forbidden: ``cross_site`` (403).
    """
    if is_cross_site(method, headers, origins, host):
        raise Forbidden("A page of another site may not do this.", "cross_site")
