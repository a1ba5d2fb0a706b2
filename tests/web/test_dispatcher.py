import pytest

from parquay.web.http.deps import Policy
from parquay.web.http.dispatcher import Address, address, below, cross_origin, target_of
from parquay.web.http.spa import WebClient, is_page

NAVIGATION = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document", "accept": "text/html,*/*"}
OLD_BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
FETCH = {"sec-fetch-mode": "cors", "sec-fetch-dest": "empty", "accept": "*/*"}
SCRIPT = {"accept": "*/*"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/files", Address("/files", prefixed=False)),
        ("/files/", Address("/files", prefixed=False)),
        ("/api/files/", Address("/files", prefixed=True)),
        ("/api", Address("/", prefixed=True)),
        ("/api/", Address("/", prefixed=True)),
        ("/apix", Address("/apix", prefixed=False)),
        ("/", Address("/", prefixed=False)),
        ("//", Address("/", prefixed=False)),
        ("/api/api/files", Address("/api/files", prefixed=True)),
        ("/files/a/content//", Address("/files/a/content", prefixed=False)),
    ],
)
def test_every_spelling_of_a_path_is_one_address(path, expected):
    assert address(path) == expected


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("POST", "/files", {"tus-resumable": "1.0.0"}),
        ("POST", "/files", {"tus-resumable": "9.9.9"}),
        ("OPTIONS", "/files", {}),
        ("OPTIONS", "/files/x", {}),
        ("HEAD", "/files/x", {"tus-resumable": "1.0.0"}),
        ("HEAD", "/files/x", {}),
        ("POST", "/files", {"upload-complete": "?1"}),
        ("POST", "/files", {"upload-draft-interop-version": "6"}),
        ("POST", "/files", {"upload-length": "5"}),
        ("PATCH", "/files/x", {"content-type": "application/offset+octet-stream"}),
        ("PATCH", "/files/x", {"content-type": "application/partial-upload; x=y"}),
    ],
)
def test_upload_protocols_have_a_door_of_their_own(method, path, headers):
    for prefix in ("", "/api"):
        assert target_of(method, address(prefix + path), headers) == "uploads"


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("POST", "/files", {"content-type": "multipart/form-data; boundary=x"}),
        ("PATCH", "/files/x", {"content-type": "application/json"}),
        ("DELETE", "/files/x", {}),
        ("GET", "/files", SCRIPT),
        ("GET", "/files", FETCH),
        ("GET", "/files/x/content", NAVIGATION),
        ("GET", "/api/files", NAVIGATION),
        ("GET", "/events", NAVIGATION),
        ("GET", "/live/signals/random", NAVIGATION),
        ("GET", "/docs", NAVIGATION),
        ("GET", "/metrics", NAVIGATION),
        ("POST", "/login", OLD_BROWSER),
        ("POST", "/upload", {"tus-resumable": "1.0.0"}),
        ("POST", "/files/x/content", {"tus-resumable": "1.0.0"}),
        ("GET", "/files/x", {"tus-resumable": "1.0.0"}),
        ("HEAD", "/files", {}),
        ("HEAD", "/files/x/content", {}),
        ("GET", "/nothing", SCRIPT),
    ],
)
def test_programs_get_the_interface(method, path, headers):
    assert target_of(method, address(path), headers) == "rest"


def test_downloads_of_rejects_are_no_page():
    assert target_of("GET", address("/files/x/rejects"), NAVIGATION, "format=csv") == "rest"


@pytest.mark.parametrize("path", ["/", "/files", "/files/", "/files/abc", "/login", "/live", "/anything/else"])
@pytest.mark.parametrize("headers", [NAVIGATION, OLD_BROWSER])
def test_people_get_the_page(path, headers):
    assert target_of("GET", address(path), headers) == "client"


def test_root_is_the_page_for_everybody():
    assert is_page("GET", "/", SCRIPT)
    assert not is_page("POST", "/", NAVIGATION)


ORIGINS = frozenset({"https://app.example.org"})


def test_only_a_listed_origin_gets_cors_fields():
    allowed = cross_origin("https://app.example.org", ORIGINS, preflight=False)

    assert allowed["access-control-allow-origin"] == "https://app.example.org"
    assert allowed["access-control-allow-credentials"] == "true"
    assert "X-Total-Count" in allowed["access-control-expose-headers"]
    for other in (None, "null", "https://evil.example", "https://app.example.org.evil.example"):
        assert cross_origin(other, ORIGINS, preflight=True) == {"vary": "Origin"}
    assert cross_origin("https://app.example.org", frozenset(), preflight=True) == {}


def test_preflight_names_methods_and_headers():
    fields = cross_origin("https://app.example.org", ORIGINS, preflight=True)

    assert "PATCH" in fields["access-control-allow-methods"]
    assert "Authorization" in fields["access-control-allow-headers"]
    assert int(fields["access-control-max-age"]) > 0


def scope(client, **headers):
    fields = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"client": (client, 1), "headers": fields, "scheme": "http"}


def proxied():
    from ipaddress import ip_network

    return Policy(proxies=(ip_network("10.0.0.0/8"),))


def test_peer_is_the_last_address_in_front_of_our_proxies():
    policy = proxied()

    assert policy.peer(scope("203.0.113.5")) == "203.0.113.5"
    assert policy.peer(scope("203.0.113.5", x_forwarded_for="192.0.2.1")) == "203.0.113.5"
    assert policy.peer(scope("10.0.0.1", x_forwarded_for="192.0.2.1")) == "192.0.2.1"
    assert policy.peer(scope("10.0.0.1", x_forwarded_for="198.51.100.66, 192.0.2.1, 10.0.0.7")) == "192.0.2.1"
    assert policy.peer(scope("10.0.0.1")) == "10.0.0.1"
    assert policy.peer({"client": None, "headers": [], "scheme": "http"}) == ""


def test_https_is_believed_of_trusted_proxies_only():
    policy = proxied()

    assert policy.is_https(scope("10.0.0.1", x_forwarded_proto="https"))
    assert not policy.is_https(scope("203.0.113.5", x_forwarded_proto="https"))
    assert not policy.is_https(scope("10.0.0.1", x_forwarded_proto="http"))
    assert policy.is_https(scope("203.0.113.5") | {"scheme": "https"})
    assert Policy(public_url="https://files.example.org").is_https(scope("203.0.113.5"))


@pytest.mark.parametrize(
    ("proto", "scheme", "seen"),
    [
        ("https, http", "http", True),
        ("http, https", "http", False),
        ("HTTPS", "http", True),
        ("http", "https", False),
        ("", "https", True),
        ("", "wss", True),
        ("https", "ws", True),
    ],
)
def test_cookies_and_addresses_agree_on_the_scheme_that_browsers_use(proto, scheme, seen):
    policy = proxied()
    asked = scope("10.0.0.1", host="a.example", **({"x_forwarded_proto": proto} if proto else {}))
    asked |= {"scheme": scheme}

    assert policy.is_https(asked) is seen
    assert policy.origin.base(asked).startswith("https://") is seen


@pytest.fixture
def built(tmp_path):
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<title>page</title>")
    (folder / "assets" / "app-1.js").write_text("1")
    (folder / "secret-link").symlink_to("/etc/passwd")
    return folder


@pytest.mark.parametrize(
    "path",
    [
        "/../dist/index.html",
        "/..",
        "/assets/../index.html",
        "/secret-link",
        "/etc/passwd",
        "//etc/passwd",
        "/assets",
        "/%2e%2e",
    ],
)
def test_only_files_of_the_build_are_served(built, path):
    assert WebClient(built).file(path) is None


def test_build_is_found_again_after_it_was_made_anew(built):
    import os

    client = WebClient(built)
    assert client.file("/assets/app-1.js") is not None

    (built / "assets" / "app-1.js").rename(built / "assets" / "app-2.js")
    os.utime(built / "index.html", ns=(1, 1))

    assert client.file("/assets/app-1.js") is None
    assert client.file("/assets/app-2.js") is not None


def test_names_that_change_with_their_content_are_cached_for_good(built):
    client = WebClient(built)

    assert "immutable" in client.response("/assets/app-1.js").headers["cache-control"]
    assert client.response("/files").headers["cache-control"] == "no-cache"
    assert "script-src 'self'" in client.response("/files").headers["content-security-policy"]


def test_built_files_are_served_as_the_build_packed_them(built):
    (built / "assets" / "app-1.js.br").write_bytes(b"br")
    (built / "assets" / "app-1.js.gz").write_bytes(b"gz")
    client = WebClient(built)

    for accepted, coding in (("gzip, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("identity", None)):
        response = client.response("/assets/app-1.js", accepted)
        assert response.headers.get("content-encoding") == coding
        assert response.headers["vary"] == "Accept-Encoding"
        assert "javascript" in response.headers["content-type"]
        assert "immutable" in response.headers["cache-control"]
    assert client.file("/assets/app-1.js.br") is None


def test_page_knows_below_which_path_it_is_served(built):
    page = '<meta name="base-path" content="" /><script src="./assets/app-1.js"></script>'
    (built / "index.html").write_text(page)

    below_path = bytes(WebClient(built).response("/files/abc", base="/parquay").body).decode()
    at_root = bytes(WebClient(built).response("/files/abc").body).decode()

    assert 'content="/parquay"' in below_path
    assert 'src="/parquay/assets/app-1.js"' in below_path
    assert 'content=""' in at_root
    assert 'src="/assets/app-1.js"' in at_root


@pytest.mark.parametrize(
    ("base", "path", "left"),
    [
        ("/parquay", "/parquay/files", "/files"),
        ("/parquay", "/files", "/files"),
        ("/parquay", "/parquayed/files", "/parquayed/files"),
        ("", "/files", "/files"),
        ("/api", "/api/files", "/api/files"),
    ],
)
def test_path_is_the_same_whether_a_proxy_takes_the_base_off_or_not(base, path, left):
    assert below(base, path) == left


def test_page_says_how_to_build_the_client(tmp_path):
    response = WebClient(tmp_path / "nothing").response("/")

    assert response.status_code == 200
    assert b"make serve" in response.body
