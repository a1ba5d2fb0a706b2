from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from parquay.catalog.session import Catalog
from parquay.catalog.tables import Login, Throttle, now
from parquay.catalog.users import KEYS_PER_USER, Users
from parquay.errors import Conflict, NotFound

LATER = datetime.now(UTC) + timedelta(hours=1)


@pytest.fixture
def users(catalog):
    return Users(catalog)


def rows(catalog, table):
    with catalog.read() as session:
        return session.exec(select(table)).all()


def test_created_user_is_found_by_name(users):
    made = users.create("ann", "hash", is_admin=True)

    assert users.by_name("ann") == made
    assert (made.is_admin, made.disabled) == (True, False)
    assert users.by_name("Ann") is None
    assert users.by_name("ann\0") is None


def test_users_are_listed_by_name(users):
    for name in ("carl", "ann", "bob"):
        users.create(name, "hash")

    assert [user.username for user in users.list()] == ["ann", "bob", "carl"]


def test_taken_name_is_refused(users):
    users.create("ann", "hash")

    with pytest.raises(Conflict) as refusal:
        users.create("ANN", "hash")

    assert (refusal.value.status, refusal.value.code) == (409, "username_taken")


def test_of_many_at_once_one_gets_the_name(database, users):
    others = [Catalog(database) for _ in range(3)]
    makers = [users, *map(Users, others)]

    def create(number):
        try:
            return makers[number % len(makers)].create("ann", "hash")
        except Conflict:
            return None

    with ThreadPoolExecutor(8) as pool:
        made = [user for user in pool.map(create, range(24)) if user is not None]
    for other in others:
        other.close()

    assert len(made) == 1
    assert [user.id for user in users.list()] == [made[0].id]


def test_session_leads_to_its_user_until_it_ends(users):
    user = users.create("ann", "hash")
    users.open_login("s1", user.id, LATER)
    users.open_login("s2", user.id, LATER)

    assert users.of_login("s1") == user
    users.end_login("s1")
    users.end_login("s1")

    assert users.of_login("s1") is None
    assert users.of_login("s2") == user
    assert users.of_login("unknown") is None


def test_session_past_its_time_leads_to_nobody(users):
    user = users.create("ann", "hash")
    users.open_login("s1", user.id, now() - timedelta(seconds=1))

    assert users.of_login("s1") is None


def test_disabling_ends_the_sessions_of_that_user_alone(users):
    ann, bob = users.create("ann", "hash"), users.create("bob", "hash")
    users.open_login("a", ann.id, LATER)
    users.open_login("b", bob.id, LATER)

    assert users.disable("ann").disabled

    assert users.of_login("a") is None
    assert users.of_login("b") == bob
    assert not users.disable("ann", disabled=False).disabled
    assert users.of_login("a") is None


def test_disabling_an_unknown_user_is_refused(users):
    with pytest.raises(NotFound) as refusal:
        users.disable("nobody")

    assert refusal.value.code == "unknown_user"


def test_renewed_hash_keeps_sessions_and_a_new_password_ends_them(users):
    user = users.create("ann", "old")
    users.open_login("s1", user.id, LATER)

    users.set_hash(user.id, "renewed")
    assert users.by_name("ann").password_hash == "renewed"
    assert users.of_login("s1") is not None

    users.set_password(user.id, "new")
    assert users.by_name("ann").password_hash == "new"
    assert users.of_login("s1") is None


def test_api_keys_belong_to_their_user(users):
    ann, bob = users.create("ann", "hash"), users.create("bob", "hash")
    first = users.add_key(ann.id, "first", "hash-1")
    users.add_key(ann.id, "second", "hash-2")

    with pytest.raises(NotFound):
        users.remove_key(first.id, bob.id)

    assert [key.name for key in users.keys(ann.id)] == ["first", "second"]
    assert users.keys(bob.id) == []
    found = users.of_key("hash-1")
    assert (found.account, found.scopes, found.expires_at) == (ann, None, None)
    users.remove_key(first.id, ann.id)
    assert users.of_key("hash-1") is None
    with pytest.raises(NotFound):
        users.remove_key(first.id, ann.id)


def test_number_of_api_keys_is_bounded(users):
    user = users.create("ann", "hash")
    for number in range(KEYS_PER_USER):
        users.add_key(user.id, "key", f"hash-{number}")

    with pytest.raises(Conflict) as refusal:
        users.add_key(user.id, "key", "one too many")

    assert refusal.value.code == "too_many_keys"


def test_failures_of_many_threads_are_all_counted(users, catalog):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: users.failed("key", lambda _: 0, timedelta(hours=1)), range(40)))

    assert [row.failures for row in rows(catalog, Throttle)] == [40]


def test_block_is_as_long_as_the_delay_of_so_many_failures(users):
    delays = []

    def delay(failures):
        delays.append(failures)
        return 100 * failures

    users.failed("key", delay, timedelta(hours=1))
    users.failed("key", delay, timedelta(hours=1))

    assert delays == [1, 2]
    assert 198 < (users.blocked_until("key", timedelta(hours=1)) - now()).total_seconds() <= 200
    assert users.blocked_until("other", timedelta(hours=1)) is None
    users.clear("key")
    assert users.blocked_until("key", timedelta(hours=1)) is None


def test_secret_is_made_once_for_all_processes(users, database):
    other = Catalog(database)
    made: list[bytes] = []

    def make():
        made.append(f"secret-{len(made)}".encode())
        return made[-1]

    first = users.secret("token", make)

    assert Users(other).secret("token", make) == first == users.secret("token", make)
    assert users.secret("other", lambda: b"another") == b"another"
    assert len(made) == 1
    other.close()


def test_prune_keeps_what_is_alive(users, catalog):
    user = users.create("ann", "hash")
    users.open_login("alive", user.id, LATER)
    users.open_login("expired", user.id, now() - timedelta(hours=1))
    users.open_login("just ended", user.id, LATER)
    users.end_login("just ended")
    users.failed("recent", lambda _: 5, timedelta(hours=1))
    users.failed("old", lambda _: 5, timedelta(hours=1))

    def age(session):
        session.get(Throttle, "old").updated_at = now() - timedelta(days=2)
        session.add(Login(id="ended", user_id=user.id, expires_at=LATER, revoked_at=now() - timedelta(hours=2)))

    catalog.write(age)
    users.prune()

    assert {row.id for row in rows(catalog, Login)} == {"alive", "just ended"}
    assert {row.key for row in rows(catalog, Throttle)} == {"recent"}
