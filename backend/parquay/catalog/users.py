"""Users, their sessions and keys, wrong passwords, and the secret that signs tokens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Update, delete, func, or_, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from parquay.audit import AuditNote
from parquay.catalog.audit import keep
from parquay.catalog.case_folding import folded
from parquay.catalog.confusables import skeleton
from parquay.catalog.session import CatalogRows, alone
from parquay.catalog.tables import ApiKey, Login, Secret, Throttle, User, now
from parquay.errors import Conflict, NotFound
from parquay.ids import new_id
from parquay.roles import Scope

SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is known when a session was used last."""

KEYS_PER_USER = 100
"""Most API keys of one user."""


@dataclass(frozen=True)
class KeyHolder:
    """Who an API key belongs to, what it may do (None: everything) and until when."""

    account: User
    scopes: frozenset[Scope] | None
    expires_at: datetime | None


class Users(CatalogRows):
    """Accounts and everything that proves who somebody is. Writing methods block until the commit."""

    def create(
        self, username: str, password_hash: str, *, is_admin: bool = False, note: AuditNote | None = None
    ) -> User:
        """Add an account.

        Raises:
            Conflict: ``username_taken`` (409), also by a name that a reader takes for this one.
        """

        def write(session: Session) -> User | None:
            alone(session, "user names")
            if is_taken(session, username):
                return None
            made = new_user(username, password_hash, is_admin=is_admin)
            session.add(made)
            keep(session, note, username)
            return made

        try:
            made = self._catalog.write(write)
        except IntegrityError:  # another process was quicker
            made = None
        if made is None:
            raise Conflict("This user name is taken.", "username_taken")
        return made

    def by_name(self, username: str) -> User | None:
        """Return the user of exactly that name."""
        with self._catalog.read() as session:
            return session.exec(select(User).where(User.username == username)).first()

    def list(self) -> Sequence[User]:
        """Return every user, by name."""
        with self._catalog.read() as session:
            return session.exec(select(User).order_by(User.username)).all()

    def set_hash(self, user_id: str, password_hash: str) -> None:
        """Replace an outdated hash of the same password; sessions go on."""
        change = update(User).where(col(User.id) == user_id).values(password_hash=password_hash)
        self._catalog.write(lambda session: session.execute(change))

    def set_password(
        self, user_id: str, password_hash: str, *, but: str | None = None, note: AuditNote | None = None
    ) -> None:
        """Store the hash of a new password and end every session of the user, ``but`` one."""

        def write(session: Session) -> None:
            session.execute(update(User).where(col(User.id) == user_id).values(password_hash=password_hash))
            session.execute(end_logins(user_id, but=but))
            keep(session, note)

        self._catalog.write(write)

    def disable(self, username: str, *, disabled: bool = True, note: AuditNote | None = None) -> User:
        """Bar ``username`` from logging in, ending every session, or let them in again.

        Raises:
            NotFound: ``unknown_user`` (404).
        """

        def write(session: Session) -> User | None:
            user = session.exec(select(User).where(User.username == username).with_for_update(key_share=True)).first()
            if user is not None:
                user.disabled = disabled
                if disabled:
                    session.execute(end_logins(user.id))
                keep(session, note)
            return user

        user = self._catalog.write(write)
        if user is None:
            raise NotFound(f"There is no user {username!r}.", "unknown_user")
        return user

    # Sessions

    def open_login(
        self, login_id: str, user_id: str, expires_at: datetime, *, network: str = "", agent: str = ""
    ) -> None:
        """Start a session, which ``agent``, a program by its own name, opens from ``network``."""
        row = {"id": login_id, "user_id": user_id, "expires_at": expires_at, "network": network, "agent": agent}
        moment = now()
        login = row | {"created_at": moment, "seen_at": moment}
        self._catalog.write(lambda session: session.add(Login.model_validate(login)))

    def logins(self, user_id: str) -> Sequence[Login]:
        """Return the sessions of a user that are neither ended nor expired, the newest first."""
        alive = (Login.user_id == user_id, col(Login.revoked_at).is_(None), Login.expires_at > now())
        with self._catalog.read() as session:
            return session.exec(select(Login).where(*alive).order_by(col(Login.created_at).desc(), Login.id)).all()

    def end_logins(
        self, user_id: str, *, but: str | None = None, login_id: str | None = None, note: AuditNote | None = None
    ) -> int:
        """End one session of a user, or all ``but`` one; return how many were ended."""
        change = end_logins(user_id, but=but)
        change = change if login_id is None else change.where(col(Login.id) == login_id)
        found = change.returning(col(Login.id))

        def write(session: Session) -> int:
            ended = len(session.execute(found).all())
            if ended or login_id is None:
                keep(session, note, count=ended)
            return ended

        return self._catalog.write(write)

    def _note_seen(self, login_id: str) -> None:
        change = update(Login).where(col(Login.id) == login_id).values(seen_at=now())
        self._catalog.submit(lambda session: session.execute(change))  # nobody waits for it

    def of_login(self, login_id: str) -> User | None:
        """Return the user of a session that is neither ended nor expired."""
        query = (
            select(User, Login.seen_at)
            .join(Login, col(Login.user_id) == User.id)
            .where(Login.id == login_id, col(Login.revoked_at).is_(None), Login.expires_at > now())
        )
        with self._catalog.read() as session:
            found = session.exec(query).first()
        if found is None:
            return None
        user, seen_at = found
        if seen_at is None or abs(now() - seen_at) > SEEN_EVERY:
            self._note_seen(login_id)
        return user

    def end_login(self, login_id: str) -> None:
        """End a session. Ending it twice changes nothing."""
        change = update(Login).where(col(Login.id) == login_id, col(Login.revoked_at).is_(None))
        self._catalog.write(lambda session: session.execute(change.values(revoked_at=now())))

    def prune(self) -> None:
        """Remove sessions that are over, and wrong passwords of more than a day ago."""
        moment = now()

        def write(session: Session) -> None:
            over = or_(col(Login.expires_at) < moment, col(Login.revoked_at) < moment - timedelta(hours=1))
            session.execute(delete(Login).where(over))
            session.execute(delete(Throttle).where(col(Throttle.updated_at) < moment - timedelta(days=1)))

        self._catalog.write(write)

    # API keys

    def add_key(
        self,
        user_id: str,
        name: str,
        key_hash: str,
        *,
        scopes: Sequence[Scope] | None = None,
        expires_at: datetime | None = None,
        note: AuditNote | None = None,
    ) -> ApiKey:
        """Store an API key by its hash; ``scopes`` None: it may do everything.

        Raises:
            Conflict: ``too_many_keys`` (409).
        """
        row = {"id": new_id(), "user_id": user_id, "name": name, "key_hash": key_hash}
        bounds = {"scopes": None if scopes is None else sorted(set(scopes)), "expires_at": expires_at}

        def write(session: Session) -> ApiKey | None:
            session.get(User, user_id, with_for_update={"key_share": True})  # one at a time adds a key
            kept = session.exec(select(func.count()).select_from(ApiKey).where(ApiKey.user_id == user_id)).one()
            if kept >= KEYS_PER_USER:
                return None
            key = ApiKey.model_validate(row | bounds)
            session.add(key)
            keep(session, note, key.id, name=key.name, scopes=key.scopes)
            return key

        key = self._catalog.write(write)
        if key is None:
            raise Conflict(f"There may be {KEYS_PER_USER} keys; delete one first.", "too_many_keys")
        return key

    def keys(self, user_id: str) -> Sequence[ApiKey]:
        """Return the API keys of a user, oldest first."""
        query = select(ApiKey).where(ApiKey.user_id == user_id).order_by(col(ApiKey.created_at), ApiKey.id)
        with self._catalog.read() as session:
            return session.exec(query).all()

    def remove_key(self, key_id: str, user_id: str, note: AuditNote | None = None) -> None:
        """Remove an API key.

        Raises:
            NotFound: ``unknown_key`` (404), also for somebody else's.
        """
        change = (
            delete(ApiKey).where(col(ApiKey.id) == key_id, col(ApiKey.user_id) == user_id).returning(col(ApiKey.id))
        )

        def write(session: Session) -> bool:
            is_removed = bool(session.execute(change).all())
            if is_removed:
                keep(session, note)
            return is_removed

        if not self._catalog.write(write):
            raise NotFound("There is no such key.", "unknown_key")

    def of_key(self, key_hash: str) -> KeyHolder | None:
        """Return who the API key with that hash belongs to, also when its time is over."""
        query = select(User, ApiKey).join(ApiKey, col(ApiKey.user_id) == User.id).where(ApiKey.key_hash == key_hash)
        with self._catalog.read() as session:
            found = session.exec(query).first()
        if found is None:
            return None
        user, key = found
        scopes = None if key.scopes is None else frozenset(cast("list[Scope]", key.scopes))
        return KeyHolder(user, scopes, key.expires_at)

    # Wrong passwords

    def blocked_until(self, key: str, longest: timedelta) -> datetime | None:
        """Return when ``key`` may try a password again, None when at once; at most ``longest`` from now."""
        with self._catalog.read() as session:
            row = session.get(Throttle, key)
        until, bound = None if row is None else row.blocked_until, now() + longest
        if until is None or until <= bound:
            return until
        change = update(Throttle).where(col(Throttle.key) == key).values(blocked_until=bound)
        self._catalog.write(lambda session: session.execute(change))
        return bound

    def was_here(self, username: str, network: str) -> bool:
        """Return whether a user has a session, ended or not, that was opened from ``network``."""
        query = select(Login.id).join(User, col(User.id) == Login.user_id)
        with self._catalog.read() as session:
            return session.exec(query.where(User.username == username, Login.network == network)).first() is not None

    def failed(self, key: str, delay: Callable[[int], int], forget: timedelta) -> int:
        """Count one more wrong password of ``key``, and return how many there are now.

        ``delay`` tells the seconds to wait after so many; failures older than ``forget`` do not count.
        """
        moment = now()

        def write(session: Session) -> int:
            alone(session, f"throttle {key}")
            row = session.get(Throttle, key) or Throttle(key=key)
            row.failures = 1 if row.updated_at < moment - forget else row.failures + 1
            row.updated_at = moment
            seconds = delay(row.failures)
            row.blocked_until = moment + timedelta(seconds=seconds) if seconds else None
            session.add(row)
            return row.failures

        return self._catalog.write(write)

    def clear(self, key: str) -> None:
        """Forget the wrong passwords of ``key``. Costs no write when there are none."""
        with self._catalog.read() as session:
            known = session.get(Throttle, key) is not None
        if known:
            self._catalog.write(lambda session: session.execute(delete(Throttle).where(col(Throttle.key) == key)))

    # The shared secret

    def secret(self, name: str, make: Callable[[], bytes]) -> bytes:
        """Return the secret ``name``, made once for all processes on this catalog."""

        def write(session: Session) -> bytes:
            row = session.get(Secret, name)
            if row is None:
                row = Secret(name=name, value=make())
                session.add(row)
            return row.value

        with self._catalog.read() as session:
            row = session.get(Secret, name)
        if row is not None:
            return row.value
        try:
            return self._catalog.write(write)
        except IntegrityError:  # another process was quicker; its secret is the one
            return self._catalog.write(write)


def is_taken(session: Session, username: str) -> bool:
    """Whether an account has this name, or one that a reader takes for it."""
    alike = or_(func.lower(col(User.username)) == folded(username), col(User.likeness) == skeleton(username))
    return session.exec(select(User.id).where(alike)).first() is not None


def new_user(username: str, password_hash: str, *, is_admin: bool) -> User:
    """Return the row of a new account."""
    user = {"id": new_id(), "username": username, "password_hash": password_hash, "is_admin": is_admin}
    return User.model_validate({**user, "likeness": skeleton(username)})


def end_logins(user_id: str, *, but: str | None = None) -> Update:
    """The statement that ends every session of a user, ``but`` one."""
    alive = update(Login).where(col(Login.user_id) == user_id, col(Login.revoked_at).is_(None))
    alive = alive if but is None else alive.where(col(Login.id) != but)
    return alive.values(revoked_at=now())
