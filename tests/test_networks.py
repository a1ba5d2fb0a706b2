"""Which addresses an import may reach. Written out, in every spelling that programs take for an address."""

from __future__ import annotations

import socket

import pytest

from parquay.errors import InvalidValue
from parquay.networks import Reachable, is_public, unwrapped
from parquay.uploads.fetch.source_url import parse_source

INSIDE = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.254",
    "127.0.0.1",
    "127.1.2.3",
    "127.255.255.255",
    "169.254.0.1",
    "169.254.169.254",
    "169.254.170.2",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "192.168.255.255",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "168.63.129.16",
    "::",
    "::1",
    "::127.0.0.1",
    "::10.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::ffff:169.254.169.254",
    "::ffff:10.0.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:a00:1::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff05::2",
    "4000::1",
]
OUTSIDE = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.1",
    "172.15.0.1",
    "172.32.0.1",
    "192.0.1.1",
    "192.167.0.1",
    "192.169.0.1",
    "198.17.0.1",
    "198.20.0.1",
    "223.255.255.255",
    "93.184.216.34",
    "2606:4700::1111",
    "2a00:1450:4001:80b::200e",
    "2001:4860:4860::8888",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
]


@pytest.mark.parametrize("address", INSIDE)
def test_what_is_no_host_of_the_internet_is_not_reached(address):
    assert not is_public(unwrapped(address))
    assert not Reachable().permits("example.com", 443, address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_public_addresses_are_reached(address):
    assert Reachable().permits("example.com", 443, address)


@pytest.mark.parametrize(
    "host",
    ["127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "0", "0.0", "127.0.0.1.",
     "localhost", "LOCALHOST", "\N{FULLWIDTH DIGIT ONE}27.0.0.1", "127\N{IDEOGRAPHIC FULL STOP}0.0.1", "[::1]",
     "[::ffff:127.0.0.1]", "[0:0:0:0:0:ffff:7f00:0001]", "2852039166", "0xA9FEA9FE"],
)  # fmt: skip
def test_other_spellings_of_an_address_inside_lead_to_it_and_are_refused(host):
    url = parse_source(f"http://{host}/")

    found = [str(each[4][0]) for each in socket.getaddrinfo(url.host, url.port, type=socket.SOCK_STREAM)]

    assert found
    assert not any(Reachable().permits(url.host, url.port, each) for each in found)


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "gopher://127.0.0.1:6379/_x", "ftp://example.com/x", "dict://localhost:11211/", "s3://bucket/key",
     "//example.com/x", "example.com/x", "", "http://", "http:///x", "https://:80/", "http://exa mple.com/", "http://a\\@b/",
     "http://1.1.1.1 &@2.2.2.2# @3.3.3.3/", "http://a\tb/", "http://a\r\nHost: b/", "http://a\x00.com/", "http://a:99999/",
     "http://a:b/", "http://[::1/", "http://[fe80::1%25eth0]/", "http://a%00b/", "http://.../", "javascript:alert(1)",
     "data:text/csv,a", "jar:http://a!/b", "http://u:p\x7f@h/", "http://" + "a" * 9000],
)  # fmt: skip
def test_what_is_no_plain_address_of_the_web_is_refused(url):
    with pytest.raises(InvalidValue) as refused:
        parse_source(url)

    assert refused.value.code == "fetch_refused"


@pytest.mark.parametrize(
    ("allow", "host", "port", "address", "permitted"),
    [
        ("127.0.0.1", "localhost", 9, "127.0.0.1", True),
        ("127.0.0.1", "localhost", 9, "127.0.0.2", False),
        ("127.0.0.1", "x", 9, "::ffff:127.0.0.1", True),
        ("127.0.0.1", "x", 9, "::1", False),
        ("127.0.0.1:9", "x", 9, "127.0.0.1", True),
        ("127.0.0.1:9", "x", 10, "127.0.0.1", False),
        ("10.0.0.0/8", "x", 9, "10.9.8.7", True),
        ("10.0.0.0/8", "x", 9, "11.0.0.1", True),
        ("10.0.0.0/8", "x", 9, "192.168.0.1", False),
        ("fd00::/8", "x", 9, "fd12::1", True),
        ("[::1]:9", "x", 9, "::1", True),
        ("[::1]:9", "x", 8, "::1", False),
        ("files.internal", "files.internal", 9, "10.0.0.1", True),
        ("files.internal", "FILES.internal.", 9, "10.0.0.1", True),
        ("files.internal", "other.internal", 9, "10.0.0.1", False),
        ("files.internal:80", "files.internal", 443, "10.0.0.1", False),
        (".internal", "a.b.internal", 9, "10.0.0.1", True),
        ("*.internal", "a.internal", 9, "10.0.0.1", True),
        (".internal", "internal", 9, "10.0.0.1", False),
        (".internal", "notinternal", 9, "10.0.0.1", False),
        (" 10.0.0.0/8 , files.internal,", "x", 9, "10.0.0.1", True),
    ],
)
def test_an_operator_allows_networks_and_hosts(allow, host, port, address, permitted):
    assert Reachable.parse(allow).permits(host, port, address) is permitted


@pytest.mark.parametrize(
    "allow", ["*", "10.0.0.0/40", "a b", "host:0", "host:99999", "host:x", "http://a", "1.2.3", "a,,-b"]
)
def test_what_is_no_network_and_no_host_is_refused_at_the_start(allow):
    with pytest.raises(ValueError, match=r"is no|has no"):
        Reachable.parse(allow)
