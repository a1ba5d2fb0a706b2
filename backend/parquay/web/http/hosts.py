"""The host that a request was sent to. Pure.

A server that only this machine can reach is reached by this machine's browser too, and so by every page in it that has
its own name resolve to 127.0.0.1 (DNS rebinding). The browser then takes the page and the server for one site. What
the page cannot choose is the name in Host: it is the page's own. So only names that always mean this machine are
answered, whatever the port, which a tunnel may have changed.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from functools import lru_cache

_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[^:\[\]]*)(:[0-9]{0,5})?")


@lru_cache(maxsize=64)  # asked for each request, mostly of one name
def is_loopback_name(host: str) -> bool:
    """Tell whether a Host field, ``name`` or ``name:port``, names this machine and can name no other."""
    found = _HOST.fullmatch(host.strip().lower())
    name = found["name"].removesuffix(".") if found else ""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def hosts_of(headers: Iterable[tuple[bytes, bytes]]) -> list[str]:
    """Return the Host fields of a request: one, but for HTTP/1.0, which may have none."""
    return [value.decode("latin-1") for name, value in headers if name.lower() == b"host"]
