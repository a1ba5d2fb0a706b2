import secrets
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from parquay.auth.accounts import ensure_demo, register
from parquay.auth.keys import KEY_PREFIX, key_hash, new_key
from parquay.auth.links import Links
from parquay.auth.passwords import Passwords
from parquay.auth.sessions import CACHED, FRESH_SECONDS, Identity, Sessions
from parquay.auth.throttle import LoginThrottle
from parquay.auth.tokens import Tokens
from parquay.catalog.links import FileLinks
from parquay.catalog.users import Users
from parquay.errors import Conflict, Forbidden, InvalidValue, TooManyRequests, Unauthorized

CHEAP = Passwords(memory_kib=64, passes=1)
HERE = "192.0.2.1"
SECRET = secrets.token_bytes(32)


class Counted(Users):
    """Counts how often a session or key is looked up in the catalog."""

    looks = 0

    def of_login(self, login_id):
        self.looks += 1
        return super().of_login(login_id)

    def of_key(self, key_hash):
        self.looks += 1
        return super().of_key(key_hash)


@pytest.fixture
def users(catalog):
    counted = Counted(catalog)
    register(counted, CHEAP, "ann", "ann has a secret")
    return counted


def sessions_of(users, ttl=3600):
    return made_of(users, CHEAP, ttl)


def made_of(users, passwords, ttl):
    tokens, throttle = Tokens(SECRET), LoginThrottle(users)
    return Sessions(
        users, Links(FileLinks(users._catalog), tokens, passwords, throttle), tokens, passwords, throttle, ttl=ttl
    )


@pytest.fixture
def sessions(users):
    return sessions_of(users)


def stale(sessions):
    """Let what was read of every session be too old to be believed."""
    sessions.forget(lambda _: True)


def code(call, *given):
    with pytest.raises(Unauthorized) as refusal:
        call(*given)
    return refusal.value.code


def test_login_gives_a_token_that_authenticates(sessions):
    granted = sessions.login("ann", "ann has a secret", HERE)

    assert granted.expires_in == 3600
    assert sessions.authenticate(granted.token) == granted.user
    assert (granted.user.username, granted.user.is_admin) == ("ann", False)


def test_wrong_password_unknown_user_and_disabled_user_read_the_same(sessions, users):
    register(users, CHEAP, "off", "off has a secret")
    users.disable("off")
    answers = set()

    for name, password in (("ann", "wrong"), ("nobody", "wrong"), ("off", "off has a secret")):
        with pytest.raises(Unauthorized) as refusal:
            sessions.login(name, password, HERE)
        answers.add((refusal.value.code, refusal.value.detail))

    assert answers == {("bad_credentials", "The user name or the password is wrong.")}


def test_decomposed_name_logs_in_to_the_composed_account(sessions, users):
    register(users, CHEAP, "jos\u00e9", "jose has a secret")

    assert sessions.login("jose\u0301", "jose has a secret", HERE).user.username == "jos\u00e9"


def test_sixth_try_after_five_wrong_ones_waits_even_with_the_right_password(sessions):
    for _ in range(5):
        assert code(sessions.login, "ann", "wrong", HERE) == "bad_credentials"

    with pytest.raises(TooManyRequests):
        sessions.login("ann", "ann has a secret", HERE)

    assert sessions.login("ann", "ann has a secret", "198.51.100.7").user.username == "ann"


@pytest.mark.parametrize("token", [None, ""])
def test_no_token_asks_for_a_login(sessions, token):
    assert code(sessions.authenticate, token) == "login_required"
    assert sessions.cached(token) is None


def test_every_login_has_a_session_of_its_own(sessions):
    first = sessions.login("ann", "ann has a secret", HERE)
    second = sessions.login("ann", "ann has a secret", HERE)

    sessions.logout(first.user)

    assert code(sessions.authenticate, first.token) == "session_ended"
    assert sessions.authenticate(second.token) == second.user


def test_logout_ends_the_token_here_at_once_also_when_it_was_just_used(sessions):
    granted = sessions.login("ann", "ann has a secret", HERE)
    sessions.authenticate(granted.token)

    sessions.logout(granted.user)

    assert sessions.cached(granted.token) is None
    assert code(sessions.authenticate, granted.token) == "session_ended"


def test_logout_reaches_another_process_within_the_fresh_time(sessions, users):
    granted = sessions.login("ann", "ann has a secret", HERE)
    elsewhere = sessions_of(users)
    elsewhere.authenticate(granted.token)

    ended = time.monotonic()
    sessions.logout(granted.user)
    while elsewhere.cached(granted.token) is not None:
        assert time.monotonic() - ended < FRESH_SECONDS + 1
        time.sleep(0.02)

    assert code(elsewhere.authenticate, granted.token) == "session_ended"


def test_requests_of_a_moment_cost_one_look_at_the_catalog(sessions, users):
    granted = sessions.login("ann", "ann has a secret", HERE)
    users.looks = 0

    for _ in range(1000):
        assert sessions.authenticate(granted.token) == granted.user
        assert sessions.cached(granted.token) == granted.user

    assert users.looks == 1


def test_cache_says_nothing_before_the_first_look(sessions):
    granted = sessions.login("ann", "ann has a secret", HERE)

    assert sessions.cached(granted.token) is None


def test_disabling_a_user_ends_every_session_and_key(sessions, users):
    granted = sessions.login("ann", "ann has a secret", HERE)
    key = new_key()
    users.add_key(granted.user.id, "script", key_hash(key))
    sessions.authenticate(granted.token)
    sessions.authenticate(key)

    users.disable("ann")
    stale(sessions)

    assert code(sessions.authenticate, granted.token) == "session_ended"
    assert code(sessions.authenticate, key) == "bad_token"


def test_new_password_ends_the_sessions_of_the_old_one(sessions, users):
    granted = sessions.login("ann", "ann has a secret", HERE)

    users.set_password(granted.user.id, CHEAP.hash("a new secret"))
    stale(sessions)

    assert code(sessions.authenticate, granted.token) == "session_ended"
    assert sessions.login("ann", "a new secret", HERE)


def test_enabled_again_the_user_has_to_log_in_anew(sessions, users):
    granted = sessions.login("ann", "ann has a secret", HERE)
    users.disable("ann")
    users.disable("ann", disabled=False)
    stale(sessions)

    assert code(sessions.authenticate, granted.token) == "session_ended"
    assert sessions.login("ann", "ann has a secret", HERE)


def test_token_of_one_user_with_the_session_of_another_is_refused(sessions, users):
    register(users, CHEAP, "bob", "bob has a secret")
    bob = sessions.login("bob", "bob has a secret", HERE)
    ann = sessions.login("ann", "ann has a secret", HERE)

    crossed = Tokens(SECRET).issue(ann.user.id, bob.user.session_id, 60)

    assert code(sessions.authenticate, crossed) == "session_ended"


def test_session_past_its_end_is_over_even_if_a_token_lives_longer(users):
    sessions = sessions_of(users, ttl=-1)
    granted = sessions.login("ann", "ann has a secret", HERE)

    longer = Tokens(SECRET).issue(granted.user.id, granted.user.session_id, 3600)

    assert code(sessions.authenticate, longer) == "session_ended"


def test_outdated_hash_is_renewed_by_a_login(users):
    before = users.by_name("ann").password_hash
    sessions = made_of(users, Passwords(memory_kib=128, passes=1), 60)

    sessions.login("ann", "ann has a secret", HERE)

    after = users.by_name("ann").password_hash
    assert after != before
    assert "m=128" in after


def test_api_key_authenticates_and_only_its_hash_is_kept(sessions, users, tmp_path, catalog):
    user = users.by_name("ann")
    key = new_key()
    users.add_key(user.id, "script", key_hash(key))

    identity = sessions.authenticate(key)

    assert identity == Identity(user.id, "ann", is_admin=False, session_id=None)
    assert key.startswith(KEY_PREFIX)
    assert all(key.encode() not in file.read_bytes() for file in tmp_path.iterdir() if file.is_file())


def test_removed_api_key_is_dead(sessions, users):
    user = users.by_name("ann")
    key = new_key()
    row = users.add_key(user.id, "script", key_hash(key))
    sessions.authenticate(key)

    users.remove_key(row.id, user.id)
    sessions.forget_user(user.id)

    assert code(sessions.authenticate, key) == "bad_token"


def test_api_key_cannot_be_logged_out(sessions, users):
    key = new_key()
    users.add_key(users.by_name("ann").id, "script", key_hash(key))

    with pytest.raises(Forbidden) as refusal:
        sessions.logout(sessions.authenticate(key))

    assert refusal.value.code == "not_a_session"


@pytest.mark.parametrize("key", ["pq_", "pq_unknown", "pq_\ud800", "pq_" + "x" * 100_000])
def test_unknown_api_key_is_refused(sessions, key):
    assert code(sessions.authenticate, key) == "bad_token"


def test_cache_is_bounded(sessions, users):
    user = users.by_name("ann")
    many = sessions_of(users)
    known = Identity(user.id, "ann", is_admin=False, session_id="s")

    for number in range(CACHED + 50):
        many._remember(str(number).encode(), type("Known", (), {"identity": known})())

    assert len(many._known) == CACHED


def test_taken_name_is_refused_whatever_its_case(users):
    for name in ("ann", "Ann", "ANN"):
        with pytest.raises(Conflict) as refusal:
            register(users, CHEAP, name, "another secret")
        assert refusal.value.code == "username_taken"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "x" * 65,
        "a b",
        "a\tb",
        "a\0b",
        "a/b",
        ".",
        "..",
        "all",
        "ALL",
        "../a",
        "a\u202eb",
        "a\u200bb",
        "<b>",
        "a:b",
        "a,b",
        "\ud800",
        "a;b",
        "😀",
    ],
)
def test_name_that_could_mislead_is_refused(users, name):
    with pytest.raises(InvalidValue) as refusal:
        register(users, CHEAP, name, "a long secret")

    assert refusal.value.code == "bad_username"


@pytest.mark.parametrize(
    "name", ["a", "x" * 64, "ann.smith", "ann@example.org", "Zoë", "иван", "小明", "user_1-2+3", "हिन्दी"]
)
def test_names_of_every_script_are_accepted(users, name):
    assert register(users, CHEAP, name, "a long secret").username == name


def test_weak_password_is_refused_and_makes_no_account(users):
    with pytest.raises(InvalidValue) as refusal:
        register(users, CHEAP, "carl", "password")

    assert refusal.value.code == "weak_password"
    assert users.by_name("carl") is None


def test_processes_that_start_together_make_each_account_once(users: Users):
    both = threading.Barrier(2)

    class Starting(Users):
        """Looks when the other does."""

        def by_name(self, username: str):
            found = super().by_name(username)
            if found is None:
                both.wait(20)
            return found

    with ThreadPoolExecutor(2) as processes:
        starts = [
            processes.submit(ensure_demo, Starting(users._catalog), CHEAP, [("test", "password")]) for _ in range(2)
        ]
        assert [start.result() for start in starts] == [None, None]

    assert users.by_name("test") is not None


def test_demo_accounts_are_made_once_and_may_be_weak(users, sessions):
    ensure_demo(users, CHEAP, [("test", "password"), ("admin", "admin123")])
    before = users.by_name("test").password_hash
    ensure_demo(users, CHEAP, [("test", "changed"), ("admin", "admin123")])

    assert users.by_name("test").password_hash == before
    assert sessions.login("test", "password", HERE).user.is_admin is False
    assert sessions.login("admin", "admin123", HERE).user.is_admin is True
