from datetime import UTC, datetime, timedelta

import pytest

from parquay.auth.throttle import FREE, FREE_NAMES, MAX_DELAY, LoginThrottle, delay_after, key
from parquay.catalog.users import Users
from parquay.errors import TooManyRequests


@pytest.fixture
def users(catalog):
    return Users(catalog)


class FixedClock:
    def __init__(self):
        self.moment = datetime.now(UTC)

    def __call__(self):
        return self.moment


def test_delay_is_nothing_at_first_then_doubles_up_to_its_bound():
    assert [delay_after(failures) for failures in range(FREE)] == [0] * FREE
    assert [delay_after(FREE + more) for more in range(11)] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900]
    assert delay_after(1_000_000) == MAX_DELAY


def test_five_wrong_passwords_are_free_and_the_sixth_try_has_to_wait(users):
    throttle = LoginThrottle(users)
    for _ in range(FREE):
        throttle.check("ann", "192.0.2.1")
        throttle.failed("ann", "192.0.2.1")

    with pytest.raises(TooManyRequests) as refusal:
        throttle.check("ann", "192.0.2.1")

    assert (refusal.value.status, refusal.value.code, refusal.value.retry_after) == (429, "too_many_attempts", 1)


def test_delay_ends_by_itself(users):
    clock = FixedClock()
    throttle = LoginThrottle(users, clock)
    for _ in range(FREE + 20):
        throttle.failed("ann", "192.0.2.1")
    with pytest.raises(TooManyRequests):
        throttle.check("ann", "192.0.2.1")

    clock.moment += timedelta(seconds=MAX_DELAY + 1)

    throttle.check("ann", "192.0.2.1")


def test_owner_elsewhere_and_other_accounts_here_are_not_held_up(users):
    throttle = LoginThrottle(users)
    for _ in range(FREE + 5):
        throttle.failed("ann", "192.0.2.1")

    throttle.check("ann", "192.0.2.2")
    throttle.check("bob", "192.0.2.1")


def test_right_password_forgets_the_wrong_ones(users):
    throttle = LoginThrottle(users)
    for _ in range(FREE - 1):
        throttle.failed("ann", "192.0.2.1")

    throttle.passed("ann", "192.0.2.1")
    throttle.failed("ann", "192.0.2.1")

    throttle.check("ann", "192.0.2.1")


def test_delay_survives_a_restart(users, database, connect):
    for _ in range(FREE + 3):
        LoginThrottle(users).failed("ann", "192.0.2.1")

    with pytest.raises(TooManyRequests):
        LoginThrottle(Users(connect(database))).check("ann", "192.0.2.1")


def test_wrong_passwords_of_yesterday_do_not_count(users):
    throttle = LoginThrottle(users)
    for _ in range(FREE + 3):
        users.failed(key("ann", "192.0.2.1"), delay_after, timedelta(0))

    throttle.check("ann", "192.0.2.1")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8:1:2:3::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("", "", True),
    ],
)
def test_ipv6_counts_by_network_and_mapped_ipv4_as_ipv4(one, other, same):
    assert (key("ann", one) == key("ann", other)) is same


def test_key_is_short_and_does_not_show_what_was_typed():
    made = key("p4ssw0rd-in-the-wrong-field" * 1000, "x" * 10_000)

    assert len(made) < 120
    assert "p4ssw0rd" not in made


def test_an_address_that_tries_many_names_has_to_wait_whatever_it_tries_next(users):
    throttle = LoginThrottle(users)
    for number in range(FREE_NAMES):
        throttle.check(f"name{number}", "192.0.2.1")
        throttle.failed(f"name{number}", "192.0.2.1")

    with pytest.raises(TooManyRequests) as refusal:
        throttle.check("one more", "192.0.2.1")

    assert (refusal.value.code, refusal.value.retry_after) == ("too_many_attempts", 1)
    throttle.check("one more", "192.0.2.2")


def test_who_was_there_before_does_not_wait_for_a_guesser_next_door(users):
    ann = users.create("ann", "-")
    users.open_login("session", ann.id, datetime.now(UTC) + timedelta(hours=1), network="192.0.2.1")
    throttle = LoginThrottle(users)
    for number in range(2 * FREE_NAMES):
        throttle.failed(f"name{number}", "192.0.2.1")

    throttle.check("ann", "192.0.2.1")
    with pytest.raises(TooManyRequests):
        throttle.check("bob", "192.0.2.1")


def test_one_name_tried_again_and_again_does_not_hold_up_its_address(users):
    throttle = LoginThrottle(users)
    for _ in range(10 * FREE_NAMES):
        throttle.failed("ann", "192.0.2.1")

    throttle.check("bob", "192.0.2.1")


def test_a_clock_that_was_set_back_lets_nobody_wait_longer_than_the_longest_delay(users, monkeypatch):
    ahead = datetime.now(UTC) + timedelta(days=10)
    with monkeypatch.context() as patched:
        patched.setattr("parquay.catalog.users.now", lambda: ahead)
        for _ in range(FREE + 3):
            LoginThrottle(users).failed("ann", "192.0.2.1")

    with pytest.raises(TooManyRequests) as refusal:
        LoginThrottle(users).check("ann", "192.0.2.1")
    later = FixedClock()
    later.moment += timedelta(seconds=MAX_DELAY + 2)

    assert refusal.value.retry_after is not None
    assert refusal.value.retry_after <= MAX_DELAY
    LoginThrottle(users, later).check("ann", "192.0.2.1")
