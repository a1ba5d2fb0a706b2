"""Which addresses an import from the web may reach: public ones, and those that the operator names. Pure.

Whoever lets a server get what an address names lets others see the server's network through it: its own services, its
neighbours, the metadata of the cloud that it runs in. So an address is reached only if it is public, or allowed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

_HOST = re.compile(r"(\*\.|\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?")

# The registries of special addresses (RFC 6890 and its successors), multicast, and what is reserved. Written out:
# what a version of Python takes for global has changed more than once, and multicast is global there.
_SPECIAL_4 = tuple(
    IPv4Network(each)
    for each in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
        "168.63.129.16/32",  # public by its number, but the inside of a cloud
    )
)  # fmt: skip
_UNICAST_6 = IPv6Network("2000::/3")
_SPECIAL_6 = tuple(
    IPv6Network(each)
    for each in (
        "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
    )
)  # fmt: skip
_NAT64 = IPv6Network("64:ff9b::/96")


def unwrapped(text: str) -> Address:
    """Return the address that is reached by ``text``: the IPv4 address inside a mapped or translated one.

    Raises:
        ValueError: it is no address.
    """
    found = ip_address(text.partition("%")[0])
    if isinstance(found, IPv4Address):
        return found
    if found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return IPv4Address(int(found) & 0xFFFFFFFF) if found in _NAT64 else found


def is_public(address: Address) -> bool:
    """Tell whether an address, as `unwrapped` returns it, is one of a host of the public internet."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _SPECIAL_4)
    return address in _UNICAST_6 and not any(address in network for network in _SPECIAL_6)


@dataclass(frozen=True)
class _Allowed:
    """One entry of the setting: a network or a name of hosts, at one port or at any."""

    network: Network | None = None
    host: str = ""
    port: int | None = None

    def fits(self, host: str, port: int, address: Address) -> bool:
        if self.port not in (None, port):
            return False
        if self.network is not None:
            return address.version == self.network.version and address in self.network
        return host.endswith(self.host) if self.host.startswith(".") else host == self.host


@dataclass(frozen=True)
class Reachable:
    """What may be reached: public addresses, and what `PARQUAY_FETCH_ALLOW` names."""

    allowed: tuple[_Allowed, ...] = field(default=())

    @classmethod
    def parse(cls, text: str) -> Reachable:
        """Read a list with commas: `10.0.0.0/8`, `127.0.0.1`, `127.0.0.1:9000`, `files.internal`, `.internal`.

        Raises:
            ValueError: an item is none of these.
        """
        return cls(tuple(_allowed(item.strip().lower()) for item in text.split(",") if item.strip()))

    def permits(self, host: str, port: int, address: str) -> bool:
        """Tell whether ``address``, to which ``host`` leads, may be reached at ``port``."""
        found = unwrapped(address)
        name = host.lower().rstrip(".")
        return is_public(found) or any(each.fits(name, port, found) for each in self.allowed)


def _allowed(item: str) -> _Allowed:
    if (network := _network(item)) is not None:
        return _Allowed(network)
    name, colon, digits = item.rpartition(":")
    if not colon:
        return _Allowed(host=_host(item, item))
    if not digits.isascii() or not digits.isdigit() or not 0 < int(digits) < 65536:
        raise ValueError(f"{item!r} has no port from 1 to 65535")
    if (network := _network(name.removeprefix("[").removesuffix("]"))) is not None:
        return _Allowed(network, port=int(digits))
    return _Allowed(host=_host(name, item), port=int(digits))


def _host(name: str, item: str) -> str:
    if not _HOST.fullmatch(name) or name.replace(".", "").isdigit():
        raise ValueError(f"{item!r} is no host, address or network, such as files.internal, 10.1.2.3 or 10.0.0.0/8")
    return name.removeprefix("*").rstrip(".")


def _network(text: str) -> Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None
