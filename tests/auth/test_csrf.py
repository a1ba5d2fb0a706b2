import base64

import pytest

from parquay.auth.csrf import Credential, credentials, is_cross_site, refuse_cross_site
from parquay.errors import Forbidden

OURS = [(b"host", b"files.example.org")]
APP = frozenset({"https://app.example.org"})


def test_bearer_token_is_found_whatever_the_case_of_its_scheme():
    for scheme in (b"Bearer", b"bearer", b"BEARER"):
        assert credentials([(b"authorization", scheme + b" abc.def")]) == Credential("abc.def")


def test_bearer_wins_over_the_cookie():
    found = credentials([(b"cookie", b"parquay_session=cookie"), (b"authorization", b"Bearer header")])

    assert found == Credential("header", is_ambient=False)


@pytest.mark.parametrize(
    "line",
    [b"parquay_session=abc", b"a=b; parquay_session=abc; c=d", b"a=b;parquay_session=abc", b'parquay_session="abc"'],
)
def test_cookie_is_found_among_others(line):
    assert credentials([(b"cookie", line)]) == Credential("abc", is_ambient=True)


def test_cookie_is_found_in_a_second_cookie_field():
    found = credentials([(b"cookie", b"a=b"), (b"cookie", b"parquay_session=abc")])

    assert found == Credential("abc", is_ambient=True)


@pytest.mark.parametrize("line", [b"xparquay_session=abc", b"parquay_sessions=abc", b"parquay_session=", b"", b";;;"])
def test_other_cookies_are_no_login(line):
    assert credentials([(b"cookie", line)]) == Credential(None)


def test_other_schemes_are_ignored_in_favour_of_the_cookie():
    found = credentials([(b"authorization", b"Basic dGVzdDp0ZXN0"), (b"cookie", b"parquay_session=abc")])

    assert found == Credential("abc", is_ambient=True)


@pytest.mark.parametrize("pair", [b"ann:pq_key", b":pq_key", b"pq_key:", b"pq_key"])
@pytest.mark.parametrize("scheme", [b"Basic ", b"basic ", b"BASIC  "])
def test_basic_with_an_api_key_is_a_login_that_a_browser_may_have_added(scheme, pair):
    found = credentials([(b"authorization", scheme + base64.b64encode(pair)), (b"cookie", b"parquay_session=abc")])

    assert found == Credential("pq_key", is_ambient=True)


@pytest.mark.parametrize(
    "value", [b"Basic", b"Basic ====", b"Basic /w==", b"Basic " + base64.b64encode(b"pq_key:word")]
)
def test_basic_without_an_api_key_is_not_ours(value):
    assert credentials([(b"authorization", value)]) == Credential(None)


def test_two_different_keys_are_no_login():
    fields = [(b"authorization", b"Basic " + base64.b64encode(key)) for key in (b":pq_a", b":pq_b")]

    assert credentials(fields).token == ""


@pytest.mark.parametrize("value", [b"Bearer", b"Bearer ", b"bearer   "])
def test_bearer_without_a_token_is_an_empty_token_and_not_the_cookie(value):
    assert credentials([(b"authorization", value), (b"cookie", b"parquay_session=abc")]) == Credential("")


def test_two_different_authorizations_are_no_login():
    found = credentials([(b"authorization", b"Bearer one"), (b"authorization", b"Bearer two")])

    assert found == Credential("")


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"sec-fetch-site": "same-origin"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"sec-fetch-site": "cross-site"}, True),
        ({"sec-fetch-site": "same-site"}, True),
        ({"sec-fetch-site": "CROSS-SITE"}, True),
        ({"sec-fetch-site": "something new"}, True),
        ({"sec-fetch-site": "cross-site", "origin": "https://app.example.org"}, False),
        ({"sec-fetch-site": "cross-site", "origin": "https://evil.example"}, True),
        ({"sec-fetch-site": "cross-site", "origin": "https://app.example.org.evil.example"}, True),
        ({"origin": "https://files.example.org"}, False),
        ({"origin": "https://FILES.example.org"}, False),
        ({"origin": "https://app.example.org"}, False),
        ({"origin": "https://evil.example"}, True),
        ({"origin": "https://files.example.org.evil.example"}, True),
        ({"origin": "https://files.example.org:8443"}, True),
        ({"origin": "null"}, True),
        ({"origin": ""}, True),
        ({"origin": "http://["}, True),
        ({"referer": "https://files.example.org/files"}, False),
        ({"referer": "https://evil.example/files.example.org"}, True),
        ({}, False),
    ],
)
def test_page_of_another_site_is_told_by_what_browsers_add(fields, refused):
    headers = [*OURS, *((name.encode(), value.encode()) for name, value in fields.items())]

    for method in ("POST", "PATCH", "DELETE", "PUT", "delete"):
        assert is_cross_site(method, headers, APP) is refused


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "get"])
def test_reading_is_never_refused(method):
    assert not is_cross_site(method, [*OURS, (b"sec-fetch-site", b"cross-site")], frozenset())


def test_host_of_the_public_address_replaces_the_host_of_the_request():
    headers = [(b"host", b"10.0.0.5:8000"), (b"origin", b"https://files.example.org")]

    assert is_cross_site("POST", headers, frozenset())
    assert not is_cross_site("POST", headers, frozenset(), "files.example.org")


def test_refusal_has_its_code():
    with pytest.raises(Forbidden) as refusal:
        refuse_cross_site("POST", [*OURS, (b"sec-fetch-site", b"cross-site")], frozenset())

    assert (refusal.value.status, refusal.value.code) == (403, "cross_site")
