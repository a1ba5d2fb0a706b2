"""The address of a file on the web, taken apart once: what is checked is what is connected to. Pure."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urljoin, urlsplit

from parquay.errors import InvalidValue

MAX_URL_CHARS = 8192
"""Characters of the longest address that is taken."""

_PORTS = {"http": 80, "https": 443}
_UNFIT = re.compile(r"[\x00-\x20\x7f\\]")
"""What no address has, and what programs read in different ways where one has it."""
_HOST = re.compile(r"[a-z0-9_.-]+|[0-9a-f:.]*:[0-9a-f:.]*")
_KEPT = "/%:@!$&'()*+,;=~?-._[]"
"""Characters of path and query that are sent as they are."""


@dataclass(frozen=True)
class SourceUrl:
    """Where a file is.

    Attributes:
        scheme: `http` or `https`.
        host: a name or an address, in lower case, without brackets.
        target: path and query, as they are sent.
        login: `user:password` of the address, None without one.
    """

    scheme: str
    host: str
    port: int
    target: str
    login: str | None = None

    @property
    def origin(self) -> tuple[str, str, int]:
        """What a login is for."""
        return self.scheme, self.host, self.port

    @property
    def netloc(self) -> str:
        """The field `Host`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def shown(self) -> str:
        """The address without what may be secret in it: login and query."""
        return f"{self.scheme}://{self.netloc}{self.target.partition('?')[0]}"

    @property
    def url(self) -> str:
        """The address in full, to be parsed again."""
        login = "" if self.login is None else f"{quote(self.login, safe=':')}@"
        return f"{self.scheme}://{login}{self.netloc}{self.target}"

    @property
    def name(self) -> str:
        """The last part of the path, decoded; empty where it ends in a slash."""
        return unquote(self.target.partition("?")[0].rpartition("/")[2])

    @property
    def authorization(self) -> str | None:
        """The field `Authorization`, None without a login."""
        return None if self.login is None else "Basic " + base64.b64encode(self.login.encode()).decode()

    def joined(self, location: str) -> SourceUrl:
        """Return where a redirect leads; the login goes along to the same origin alone.

        Raises:
            InvalidValue: ``fetch_refused`` (422).
        """
        found = parse_source(urljoin(f"{self.scheme}://{self.netloc}{self.target}", location))
        same = found.origin == self.origin and found.login is None
        return SourceUrl(found.scheme, found.host, found.port, found.target, self.login) if same else found


def parse_source(text: str) -> SourceUrl:
    """Take an address apart.

    Raises:
        InvalidValue: ``fetch_refused``, it is none of HTTP, or one that programs read in different ways (422).
    """
    if len(text) > MAX_URL_CHARS or _UNFIT.search(text):
        raise _refused("The address has characters that none has, or too many.")
    try:
        parts = urlsplit(text)
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
    except ValueError:
        raise _refused("This is no address of the web.") from None
    if scheme not in _PORTS:
        raise _refused("Only addresses with http:// or https:// are fetched; for an object of S3 give a presigned URL.")
    host = _sent_host(host)
    login = None
    if "@" in parts.netloc:
        login = unquote(parts.username or "") + ":" + unquote(parts.password or "")
    if login is not None and _UNFIT.search(login):
        raise _refused("The login in the address has characters that cannot be sent.")
    target = quote(parts.path or "/", safe=_KEPT) + (f"?{quote(parts.query, safe=_KEPT)}" if parts.query else "")
    return SourceUrl(scheme, host, _PORTS[scheme] if port is None else port, target, login)


def _sent_host(host: str) -> str:
    try:
        sent = host if ":" in host else host.encode("idna").decode()
    except UnicodeError:
        sent = ""
    sent = sent.lower().rstrip(".")
    if not _HOST.fullmatch(sent):
        raise _refused("The address names no host.")
    return sent


def _refused(detail: str) -> InvalidValue:
    return InvalidValue(detail, "fetch_refused")
