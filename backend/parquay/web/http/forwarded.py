"""What proxies say of the address that browsers see. Pure.

Where several proxies stand one behind the other, the first value of a field counts: that of the proxy which the
browser asked. ``X-Forwarded-Port`` is a port that the host does not have already; ``X-Forwarded-Prefix`` is the path
below which a proxy shows this service. None of them has a standard; all are understood as Traefik sends them.
Whom to believe is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

STANDARD_PORTS = {"http": "80", "https": "443"}

_PORT = re.compile(r"[1-9][0-9]{0,4}")
_HAS_PORT = re.compile(r".*:[0-9]+|\[[^\]]*\]:[0-9]+")
_PREFIX = re.compile(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)+")


def scheme_of(scope: MutableMapping[str, Any]) -> str:
    """Return the scheme that a proxy names, in small letters; empty when it names none."""
    return _first(scope, b"x-forwarded-proto").lower()


def host_of(scope: MutableMapping[str, Any]) -> str:
    """Return the host that a proxy names, in small letters; empty when it names none."""
    return _first(scope, b"x-forwarded-host").lower()


def with_port(scope: MutableMapping[str, Any], host: str, scheme: str) -> str:
    """Return ``host`` with the port that a proxy names, unless it has one, or that is the scheme's own."""
    port = _first(scope, b"x-forwarded-port")
    bare = host.startswith("[") and host.endswith("]")
    if not host or (not bare and _HAS_PORT.fullmatch(host)) or not _PORT.fullmatch(port) or int(port) > 65535:
        return host
    return host if STANDARD_PORTS.get(scheme) == port else f"{host}:{port}"


def prefix_of(scope: MutableMapping[str, Any]) -> str:
    """Return the path that a proxy names, without a slash at its end; empty when there is none, or it is no path."""
    prefix = _first(scope, b"x-forwarded-prefix").rstrip("/")
    return prefix if _PREFIX.fullmatch(prefix) else ""


def _first(scope: MutableMapping[str, Any], wanted: bytes) -> str:
    """The first value of a field: that of the proxy which the client asked."""
    value: str = next((value.decode("latin-1") for name, value in scope["headers"] if name == wanted), "")
    return value.partition(",")[0].strip()
