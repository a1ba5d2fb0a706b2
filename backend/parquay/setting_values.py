"""What the values of settings must look like. Pure, but for looking whether a path is a file.

Each function returns the value that it was given, or raises ValueError with what is wanted instead.
"""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from parquay.claim_rules import ClaimRules
from parquay.networks import Reachable

_ENDING = re.compile(r"\.?[^\s./\\*?]+(\.[^\s./\\*?]+)*")
_BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.*'()-]+)*/?")
_ENGINE = re.compile(r"sc://[A-Za-z0-9.\[\]:_-]+(/;[\x21-\x7e]*)?/?")
_HOST = re.compile(r"[A-Za-z0-9.:%_-]+")
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def items(text: str) -> list[str]:
    """Return the items of a list with commas."""
    return [item.strip() for item in text.split(",") if item.strip()]


def secret(value: str) -> str:
    """A key that signs."""
    if value and len(value.encode()) < 32:
        raise ValueError("must have at least 32 bytes")
    return value


def origins(value: str) -> str:
    """Origins of browsers."""
    if "*" in value:
        raise ValueError("must list origins; '*' is refused because requests carry credentials")
    for item in items(value):
        found = _web_address(item.rstrip("/"))
        if found.path or found.query or found.fragment:
            raise ValueError("must list origins such as https://app.example, without a path")
    return value


def address(value: str) -> str:
    """An address of the web, or none."""
    if value:
        _web_address(value)
    return value


def public_address(value: str) -> str:
    """The address of this service, or none."""
    if set(value) & set("?#"):
        raise ValueError("must be an address such as https://files.example, without ? and #")
    return address(value)


def issuer(value: str) -> str:
    """An issuer of OpenID Connect, or none: what it says is believed because it comes by TLS."""
    if not value:
        return value
    found = _web_address(value)
    if set(value) & set("?#") or (found.scheme != "https" and found.hostname not in LOOPBACK):
        raise ValueError("must be an address with https:// (http:// on this machine alone), without ? and #")
    return value


def scopes(value: str) -> str:
    """Scopes of OAuth, with blanks between."""
    names = value.split()
    if "openid" not in names or not all(map(_SCOPE.fullmatch, names)):
        raise ValueError("must be names with blanks between, and openid among them")
    return " ".join(names)


def claim_rules(value: str) -> str:
    """Rules about claims."""
    ClaimRules.parse(value)
    return value


def endings(value: str) -> str:
    """Endings of names."""
    if any(not _ENDING.fullmatch(item) for item in items(value)) or (value.strip() and not items(value)):
        raise ValueError("must list endings of names such as .iso,.img; leave it empty to accept all")
    return value


def host(value: str) -> str:
    """An address to listen on."""
    if not _HOST.fullmatch(value):
        raise ValueError("must be an address or a name to listen on, such as 127.0.0.1, without scheme and port")
    return value


def accounts(value: str | None) -> str | None:
    """Names with passwords."""
    pairs = [pair.partition(":") for pair in items(value or "")]
    if not all(name.strip() and password for name, _, password in pairs):
        raise ValueError("must be name:password pairs, comma separated")
    if len({name.casefold() for name, _, _ in pairs}) < len(pairs):
        raise ValueError("names an account twice")
    return value


def networks(value: str) -> str:
    """Addresses and networks."""
    for item in items(value):
        ipaddress.ip_network(item, strict=False)
    return value


def reachable(value: str) -> str:
    """What imports may reach."""
    Reachable.parse(value)
    return value


def database(value: str) -> str:
    """The URL of a database."""
    if value and not value.startswith(("sqlite://", "postgresql://", "postgresql+psycopg://")):
        raise ValueError("must start with sqlite:// or postgresql:// (which is psycopg 3)")
    path = value.partition("?")[0].removeprefix("sqlite://")
    if value.startswith("sqlite://") and (not path.startswith("/") or len(path) < 2 or ":memory:" in path):
        raise ValueError("must name a file, such as sqlite:////srv/parquay/metadata.db")
    return value


def store(value: str) -> str:
    """The URL of a store of bytes."""
    if value and not value.startswith(("file://", "s3://")):
        raise ValueError("must start with file:// or s3://")
    if value.startswith("s3://") and not _BUCKET.fullmatch(value):
        raise ValueError("must be s3:// and a bucket, with or without a prefix, such as s3://uploads/parquay")
    path = value.removeprefix("file://")
    is_file = path.startswith("/") and Path(path).is_file()
    if value.startswith("file://") and (not path.startswith("/") or is_file):
        raise ValueError("must be file:// and the absolute path of a directory, such as file:///srv/uploads")
    return value


def endpoint(value: str) -> str:
    """The URL of an object store."""
    if value and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).netloc):
        raise ValueError("must be http:// or https:// and a host, such as http://minio:9000")
    return value


def engine(value: str) -> str:
    """The URL of a Spark Connect server."""
    if value and not _ENGINE.fullmatch(value):
        raise ValueError("must be sc:// and a host, such as sc://spark:15002")
    return value


def _web_address(text: str) -> SplitResult:
    """Take an address of the web apart."""
    found = urlsplit(text)
    if found.scheme not in ("http", "https") or not found.hostname or set(text) & set(" \\\t\n") or "@" in found.netloc:
        raise ValueError("must begin with http:// or https:// and a host")
    _ = found.port  # refuses what is no port
    return found
