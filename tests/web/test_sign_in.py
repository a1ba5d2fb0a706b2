"""Signing in by a real provider, as a browser does it, and what a browser of somebody else tries."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

import parquay.auth.provider_logins
from live_server import LiveServer, free_port, wait_until

NODE = Path(__file__).parents[1] / "e2e" / "node"
PAGE = {"Accept": "text/html", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "cross-site"}
SCRIPT = {"Accept": "*/*", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin"}
SECRET = "the secret of the client"


class SigningIn:
    """A server, and a provider that it believes."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.provider = f"http://127.0.0.1:{free_port()}"
        self.server = LiveServer(
            folder,
            oidc_issuer=self.provider,
            oidc_client_id="parquay",
            oidc_client_secret=SECRET,
            oidc_allow="@example.com,preferred_username=guest",
            oidc_admins="groups=admins",
            oidc_name="Example ID",
            trusted_proxies="127.0.0.1",
            workers=0,
            **settings,
        )
        redirect = f"{self.server.url}/auth/oidc/callback"
        port = str(urlsplit(self.provider).port)
        command = ["node", "provider.mjs", port, "parquay", SECRET, redirect]
        self._process = subprocess.Popen(command, cwd=NODE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.server.start()
        wait_until(self._listens, "the provider")

    def _listens(self) -> bool:
        assert self._process.poll() is None, self._process.communicate()
        try:
            return httpx.get(f"{self.provider}/jwks", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    def stop(self) -> None:
        self._process.terminate()
        self._process.communicate()
        self.server.stop()

    def browser(self) -> httpx.Client:
        return self.server.client(headers=PAGE)

    def begin(self, browser: httpx.Client, back: str = "/files?sort=name") -> str:
        """Begin to sign in; return where the provider is asked."""
        answer = browser.get("/auth/oidc", params={"next": back})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def answer(self, browser: httpx.Client, where: str, name: str) -> str:
        """Say at the provider who one is; return where it sends the browser back to."""
        while not where.startswith(self.server.url):
            found = browser.get(where)
            if found.status_code == 200:
                found = browser.get(where, params={"as": name})
            assert found.status_code in (302, 303), found.text
            where = str(found.url.join(found.headers["location"]))
        return where

    def sign_in(self, browser: httpx.Client, name: str, back: str = "/files?sort=name") -> httpx.Response:
        return browser.get(self.answer(browser, self.begin(browser, back), name))


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory, setting: Callable[[], dict[str, object]]) -> Iterator[SigningIn]:
    made = SigningIn(tmp_path_factory.mktemp("sign-in"), **setting())
    yield made
    made.stop()


@pytest.fixture
def browser(there: SigningIn) -> Iterator[httpx.Client]:
    with there.browser() as made:
        yield made


@pytest.fixture
def other(there: SigningIn) -> Iterator[httpx.Client]:
    with there.browser() as made:
        yield made


def refused(answer: httpx.Response) -> str:
    assert answer.status_code == 303
    assert "parquay_session" not in answer.headers.get("set-cookie", "")
    path, _, code = answer.headers["location"].partition("?refused=")
    assert path == "/login"
    return code


def test_the_first_time_makes_an_account_and_the_next_time_finds_it(
    there: SigningIn, browser: httpx.Client, other: httpx.Client
) -> None:
    answer = there.sign_in(browser, "staff-ann")
    there.sign_in(other, "staff-ann", "//evil.example/")

    me = browser.get("/me", headers=SCRIPT).json()
    assert (answer.status_code, answer.headers["location"]) == (303, "/files?sort=name")
    assert (me["username"], me["is_admin"]) == ("staff-ann", False)
    assert other.get("/me", headers=SCRIPT).json() == me
    cookie = next(each for each in answer.headers.get_list("set-cookie") if each.startswith("parquay_session="))
    assert "httponly" in cookie.lower()
    assert "samesite=lax" in cookie.lower()
    made = browser.post("/auth/api-keys", json={"name": "for the command line"}, headers=SCRIPT)
    assert made.status_code == 201
    browser.post("/logout", headers=SCRIPT).raise_for_status()
    assert browser.get("/me", headers=SCRIPT).status_code == 401
    assert other.get("/me", headers=SCRIPT).status_code == 200


def test_an_account_that_is_here_is_nobodys_by_its_name(there: SigningIn, browser: httpx.Client) -> None:
    with there.server.login("test", "password") as http:
        mine = http.get("/me").json()["id"]
    there.server.register("staff-test", "a long secret").close()

    there.sign_in(browser, "staff-test")

    me = browser.get("/me", headers=SCRIPT).json()
    assert me["username"] == "staff-test-2"
    assert me["id"] != mine


def test_who_administrates_is_what_the_provider_says(there: SigningIn, browser: httpx.Client) -> None:
    there.sign_in(browser, "staff-admin")

    assert browser.get("/me", headers=SCRIPT).json()["is_admin"] is True
    rows = browser.get("/admin/audit", headers=SCRIPT).json()
    assert ("user.registered", "staff-admin", {"issuer": there.provider}) in [
        (row["action"], row["subject"], row["detail"]) for row in rows
    ]


def test_who_is_not_meant_gets_no_account(there: SigningIn, browser: httpx.Client, other: httpx.Client) -> None:
    assert refused(there.sign_in(browser, "stranger")) == "sign_in_denied"
    assert refused(there.sign_in(other, "")) == "sign_in_denied"

    with there.server.login("admin", "admin123") as http:
        assert "stranger" not in [each["username"] for each in http.get("/admin/users").json()]


def test_who_is_barred_stays_out(there: SigningIn, browser: httpx.Client, other: httpx.Client) -> None:
    there.sign_in(browser, "staff-barred")
    user = browser.get("/me", headers=SCRIPT).json()["id"]
    with there.server.login("admin", "admin123") as http:
        http.patch(f"/admin/users/{user}", json={"disabled": True}).raise_for_status()

    assert refused(there.sign_in(other, "staff-barred")) == "sign_in_denied"
    assert other.get("/me", headers=SCRIPT).status_code == 401


def test_the_answer_to_another_browser_opens_nothing(
    there: SigningIn, browser: httpx.Client, other: httpx.Client
) -> None:
    stolen = there.answer(browser, there.begin(browser), "staff-eve")

    assert refused(other.get(stolen)) == "sign_in_failed"
    there.begin(other)
    assert refused(other.get(stolen)) == "sign_in_failed"


def test_an_answer_works_once(there: SigningIn, browser: httpx.Client) -> None:
    back = there.answer(browser, there.begin(browser), "staff-once")
    kept = browser.cookies["parquay_sign_in"]
    assert browser.get(back).headers["location"] == "/files?sort=name"

    with there.browser() as again:
        again.cookies.set("parquay_sign_in", kept)
        assert refused(again.get(back)) == "sign_in_failed"


def test_an_attempt_opens_one_session_even_with_two_codes(there: SigningIn, browser: httpx.Client) -> None:
    where = there.begin(browser)
    kept = browser.cookies["parquay_sign_in"]
    first, second = (there.answer(browser, where, "staff-twice") for _ in range(2))
    assert browser.get(first).headers["location"] == "/files?sort=name"

    with there.browser() as again:
        again.cookies.set("parquay_sign_in", kept)
        assert refused(again.get(second)) == "sign_in_failed"


@pytest.mark.parametrize(
    "change",
    [
        lambda query: query | {"state": "another"},
        lambda query: {name: value for name, value in query.items() if name != "state"},
        lambda query: query | {"iss": "https://evil.example"},
        lambda query: query | {"code": "another"},
        lambda query: {name: value for name, value in query.items() if name != "code"},
        lambda query: query | {"code": ""},
    ],
)
def test_an_answer_that_was_changed_opens_nothing(there: SigningIn, browser: httpx.Client, change) -> None:
    back = urlsplit(there.answer(browser, there.begin(browser), "staff-changed"))
    query = {name: values[0] for name, values in parse_qs(back.query).items()}

    assert refused(browser.get(back.path, params=change(query))) == "sign_in_failed"


def test_a_code_of_another_attempt_opens_nothing(there: SigningIn, browser: httpx.Client, other: httpx.Client) -> None:
    mine = urlsplit(there.answer(browser, there.begin(browser), "staff-mine"))
    theirs = urlsplit(there.answer(other, there.begin(other), "staff-theirs"))
    query = {name: values[0] for name, values in parse_qs(mine.query).items()}
    query["code"] = parse_qs(theirs.query)["code"][0]

    assert refused(browser.get(mine.path, params=query)) == "sign_in_failed"  # PKCE: the verifier is another one


def test_a_program_gets_a_problem(there: SigningIn) -> None:
    with there.server.client() as http:
        answer = http.get("/auth/oidc/callback", params={"code": "x", "state": "y"})

    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_failed")


def test_the_provider_is_told_the_address_that_browsers_see(there: SigningIn, browser: httpx.Client) -> None:
    forwarded = {
        "X-Forwarded-Host": "files.example", "X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/parquay",
    }  # fmt: skip
    answer = browser.get("/auth/oidc", headers=forwarded)

    asked = parse_qs(urlsplit(answer.headers["location"]).query)
    assert asked["redirect_uri"] == ["https://files.example/parquay/auth/oidc/callback"]
    cookie = answer.headers["set-cookie"].lower()
    assert "path=/parquay/auth/oidc;" in cookie
    assert "secure" in cookie
    failed = browser.get("/auth/oidc/callback", headers=forwarded)
    assert failed.headers["location"] == "/parquay/login?refused=sign_in_failed"


def test_ways_of_signing_in_are_told(there: SigningIn, anybody: httpx.Client) -> None:
    with there.server.client() as http:
        assert http.get("/auth/methods").json() == {"password": True, "registration": True, "provider": "Example ID"}

    assert anybody.get("/auth/methods").json() == {"password": True, "registration": True, "provider": None}
    for path in ("/auth/oidc", "/auth/oidc/callback"):
        answer = anybody.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "no_provider")


def test_names_of_new_accounts_are_made_of_what_the_provider_says() -> None:
    names = parquay.auth.provider_logins.account_names

    def first(**claims: object) -> str:
        return next(iter(names(claims)))

    assert first(preferred_username="ann", email="x@y.example") == "ann"
    assert first(preferred_username="DOMAIN\\ann smith") == "DOMAIN-ann-smith"
    assert first(email="ann@y.example", name="Ann") == "ann"
    assert first(name="Ann Müller") == "Ann-Müller"
    assert first(preferred_username="all", email=5, name="..") == "user"
    assert first(preferred_username="\ud800") == "user"
    assert len(first(preferred_username="a" * 100)) <= 64
    many = names({})
    assert len({next(many) for _ in range(150)}) == 150
