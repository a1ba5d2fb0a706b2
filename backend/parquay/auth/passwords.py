"""Passwords: hashing with argon2id, and what makes one too weak.

Hashing costs about 20 ms and 19 MiB on purpose, so at most two run at once in a process: a flood of logins
waits here instead of taking the machine from running uploads.
"""

from __future__ import annotations

import threading
import unicodedata
from dataclasses import dataclass

from passlib.context import CryptContext

from parquay.errors import InvalidValue

MIN_LENGTH = 8
"""Fewest characters of a new password."""

MAX_LENGTH = 1024
"""Most characters of a password; a longer one is never hashed."""

PARALLEL = 2
"""Hashes computed at once in one process."""

_COMMON = """
password password1 password12 password123 password1234 password! passw0rd p@ssword p@ssw0rd pass1234 passpass 12345678
123456789 1234567890 12345678910 0123456789 87654321 987654321 9876543210 11111111 111111111 1111111111 00000000
000000000 0000000000 22222222 55555555 66666666 77777777 88888888 99999999 11223344 112233445566 12341234 12344321
123123123 123321123 147258369 789456123 159357456 123654789 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx 1qaz2wsx3edc
1qazxsw2 zaq12wsx zaq1zaq1 qwertyui qwertyuiop qwerty12 qwerty123 qwerty1234 qwerty12345 qwertz123 qwertzuiop
azertyuiop asdfghjk asdfghjkl asdf1234 asdfasdf zxcvbnm1 zxcvbnm123 q1w2e3r4 q1w2e3r4t5 abc12345 abcd1234 abcdefgh
abcdefg1 a1b2c3d4 aaaaaaaa aa123456 a1234567 a12345678 abcabcabc iloveyou iloveyou1 iloveyou2 ilovegod sunshine
sunshine1 princess princess1 football football1 baseball baseball1 basketball superman superman1 batman123 starwars
starwars1 pokemon123 dragon123 master123 monkey123 shadow123 michael1 jennifer jordan23 charlie1 whatever trustno1
letmein1 letmein123 welcome1 welcome12 welcome123 welcome2024 welcome2025 welcome2026 changeme changeme1 changeme123
computer computer1 internet internet1 samsung1 google123 facebook linkedin liverpool chelsea1 arsenal1 barcelona
juventus manchester hello123 helloworld hellohello admin123 admin1234 administrator adminadmin root1234 rootroot
guest1234 master12 maverick michelle midnight mercedes nicholas northern patricia corvette danielle elephant explorer
fuckyou1 fuckyou2 garfield hardcore iceman12 jonathan kawasaki lasvegas magic123 marlboro metallica mustang1 panthers
packers1 phoenix1 qazwsxedc rush2112 snoopy12 startrek steelers swimming thunder1 tigers12 victoria yankees1 zxcvbnmz
zxcvbnm, summer2024 summer2025 summer2026 winter2024 winter2025 winter2026 spring2025 spring2026 autumn2025 january1
december
"""

COMMON = frozenset(_COMMON.split())
"""Passwords that every list of leaked ones starts with, at least ``MIN_LENGTH`` long, in lower case."""


@dataclass(frozen=True)
class PasswordVerdict:
    """Whether the password fits; ``new_hash`` replaces the stored hash when that one is out of date."""

    ok: bool
    new_hash: str | None = None


class Passwords:
    """Hashes and checks passwords, ``PARALLEL`` at a time."""

    def __init__(self, *, memory_kib: int = 19456, passes: int = 2, lanes: int = 1) -> None:
        """The defaults are the least that OWASP's password storage guide asks of argon2id."""
        self._context = CryptContext(
            schemes=["argon2"],
            deprecated="auto",
            argon2__type="ID",
            argon2__memory_cost=memory_kib,
            argon2__time_cost=passes,
            argon2__parallelism=lanes,
        )
        self._slots = threading.BoundedSemaphore(PARALLEL)
        self._dummy = self.hash("a password that nobody has")

    def hash(self, password: str) -> str:
        """Return a fresh salted hash of ``password`` (blocking, about 20 ms)."""
        with self._slots:
            return str(self._context.hash(_composed(password)))

    def verify(self, password: str, stored: str | None) -> PasswordVerdict:
        """Check ``password`` against ``stored``; None stands for an unknown user.

        An unknown user takes the same time as a wrong password, so that time does not tell who has an account.
        A hash that no scheme here can read fits no password.
        """
        if len(password) > MAX_LENGTH:
            return PasswordVerdict(ok=False)
        with self._slots:
            try:
                fits, new_hash = self._context.verify_and_update(_composed(password), stored or self._dummy)
            except (ValueError, TypeError, RuntimeError):
                return PasswordVerdict(ok=False)
        return PasswordVerdict(ok=True, new_hash=new_hash) if fits and stored is not None else PasswordVerdict(ok=False)


def _composed(password: str) -> str:
    # Keyboards differ in how they put an accent on a letter; the person typed the same.
    return unicodedata.normalize("NFC", password)


def check_new(password: str, username: str) -> None:
    """Refuse a password that would be guessed first.

    Raises:
        InvalidValue: ``weak_password`` (422).
    """
    reason = weakness(password, username)
    if reason is not None:
        raise InvalidValue(reason, "weak_password")


def weakness(password: str, username: str) -> str | None:
    """Return why ``password`` must not be chosen by ``username``, None when it may."""
    if len(password) < MIN_LENGTH:
        return f"The password must have at least {MIN_LENGTH} characters."
    if len(password) > MAX_LENGTH:
        return f"The password may have at most {MAX_LENGTH} characters."
    folded = password.casefold()
    if folded == username.casefold():
        return "The password must differ from the user name."
    if folded in COMMON or len(set(password)) == 1:
        return "This password is one of the first that would be guessed."
    return None
