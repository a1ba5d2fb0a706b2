import statistics
import threading
import time

import pytest
from passlib.context import CryptContext

from parquay.auth.passwords import COMMON, MAX_LENGTH, PARALLEL, Passwords, check_new, weakness
from parquay.errors import InvalidValue


@pytest.fixture(scope="module")
def passwords():
    return Passwords()


def test_hash_is_salted_argon2id_with_the_least_cost_that_owasp_asks_for(passwords):
    first, second = passwords.hash("a long secret"), passwords.hash("a long secret")

    assert first != second
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_right_password_fits_and_a_wrong_one_does_not(passwords):
    stored = passwords.hash("a long secret")

    assert passwords.verify("a long secret", stored).ok
    assert not passwords.verify("a long secre", stored).ok
    assert not passwords.verify("A long secret", stored).ok
    assert not passwords.verify("", stored).ok


def test_password_counts_to_its_last_character(passwords):
    stored = passwords.hash("x" * (MAX_LENGTH - 1) + "y")

    assert passwords.verify("x" * (MAX_LENGTH - 1) + "y", stored).ok
    assert not passwords.verify("x" * MAX_LENGTH, stored).ok


def test_composed_and_decomposed_accents_are_the_same_password(passwords):
    stored = passwords.hash("caf\u00e9 au lait")

    assert passwords.verify("cafe\u0301 au lait", stored).ok


def test_too_long_password_is_refused_without_hashing(passwords):
    stored = passwords.hash("a long secret")

    started = time.thread_time()
    verdict = passwords.verify("x" * 10_000_000, stored)

    assert not verdict.ok
    assert time.thread_time() - started < 0.005


def test_outdated_hash_fits_and_comes_back_renewed(passwords):
    weak = CryptContext(schemes=["argon2"], argon2__memory_cost=8192, argon2__time_cost=1, argon2__parallelism=1)
    stored = weak.hash("a long secret")

    verdict = passwords.verify("a long secret", stored)

    assert verdict.ok
    assert verdict.new_hash is not None
    assert verdict.new_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.verify("a long secret", verdict.new_hash).new_hash is None


@pytest.mark.parametrize(
    "stored",
    ["", "plain", "$argon2id$broken", "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW", "!" * 300],
)
def test_hash_that_cannot_be_read_fits_nothing(passwords, stored):
    assert not passwords.verify("plain", stored).ok


def test_unknown_user_takes_as_long_as_a_wrong_password(passwords):
    stored = passwords.hash("a long secret")
    known: list[float] = []
    unknown: list[float] = []

    for _ in range(15):
        for times, given in ((known, stored), (unknown, None)):
            started = time.thread_time()
            assert not passwords.verify("another secret", given).ok
            times.append(time.thread_time() - started)

    assert abs(statistics.median(known) - statistics.median(unknown)) < 0.5 * statistics.median(known)


def test_unknown_user_is_refused_even_with_the_password_of_the_dummy(passwords):
    assert not passwords.verify("a password that nobody has", None).ok


def test_no_more_than_two_hashes_run_at_once(monkeypatch):
    passwords = Passwords()
    running, most = [], []

    def slow_hash(_secret):
        running.append(1)
        most.append(len(running))
        time.sleep(0.02)
        running.pop()
        return "hash"

    monkeypatch.setattr(passwords._context, "hash", slow_hash)
    threads = [threading.Thread(target=passwords.hash, args=("secret",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert max(most) == PARALLEL


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short",
        "1234567",
        "password",
        "PASSWORD",
        "12345678",
        "qwertyuiop",
        "aaaaaaaaaa",
        "zzzzzzzzzzzzzzzz",
        "somebody1",
    ],
)
def test_weak_password_is_refused_with_its_code(password):
    with pytest.raises(InvalidValue) as refusal:
        check_new(password, "SomeBody1")

    assert (refusal.value.status, refusal.value.code) == (422, "weak_password")


@pytest.mark.parametrize("password", ["a long secret", "8 chars!", "пароль-не-слабый", "x" * (MAX_LENGTH - 1) + "y"])
def test_other_passwords_may_be_chosen(password):
    assert weakness(password, "somebody") is None


def test_password_over_the_limit_cannot_be_chosen():
    assert weakness("xy" * MAX_LENGTH, "somebody") is not None


def test_common_passwords_are_those_that_length_alone_does_not_refuse():
    assert len(COMMON) > 150
    assert all(len(word) >= 8 and word == word.lower() for word in COMMON)
