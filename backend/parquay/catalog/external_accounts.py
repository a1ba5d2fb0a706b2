"""Which account belongs to whom at a provider of logins."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from parquay.audit import AuditNote
from parquay.catalog.audit import keep
from parquay.catalog.session import Catalog, alone
from parquay.catalog.tables import ExternalAccount, Login, User, now
from parquay.catalog.users import is_taken, new_user


class KnownElsewhere(Protocol):
    """Somebody as a provider knows them, see `auth.provider_logins`."""

    @property
    def issuer(self) -> str: ...  # noqa: D102
    @property
    def subject(self) -> str: ...  # noqa: D102
    @property
    def names(self) -> Callable[[], Iterable[str]]: ...  # noqa: D102
    @property
    def password_hash(self) -> str: ...  # noqa: D102
    @property
    def is_admin(self) -> bool | None: ...  # noqa: D102


class OpeningSession(Protocol):
    """A session that is to be opened, see `auth.sessions`."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def expires_at(self) -> datetime: ...  # noqa: D102
    @property
    def network(self) -> str: ...  # noqa: D102
    @property
    def agent(self) -> str: ...  # noqa: D102


class ExternalAccountRows:
    """Accounts by issuer and subject."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def sign_in(self, user: KnownElsewhere, session: OpeningSession) -> User | None:
        """Return the account of ``user``, made if there is none, and open ``session`` unless it is barred (blocking).

        None: the session was opened before.
        """
        try:
            return self._catalog.write(lambda rows: _sign_in(rows, user, session))
        except IntegrityError:  # another process was quicker: with the account, or with this very session
            return self._catalog.write(lambda rows: _sign_in(rows, user, session))


def _sign_in(rows: Session, user: KnownElsewhere, session: OpeningSession) -> User | None:
    if rows.get(Login, session.id) is not None:
        return None
    found = _account(rows, user)
    if found.disabled:
        return found
    if user.is_admin is not None and found.is_admin != user.is_admin:
        found.is_admin = user.is_admin
        keep(rows, AuditNote(found.username, "user.changed", found.username, {"is_admin": user.is_admin}))
    rows.flush()
    moment = now()
    login = {"id": session.id, "user_id": found.id, "expires_at": session.expires_at, "network": session.network}
    times = {"agent": session.agent, "created_at": moment, "seen_at": moment}
    rows.add(Login.model_validate(login | times))
    return found


def _account(rows: Session, user: KnownElsewhere) -> User:
    held = select(User).join(ExternalAccount, col(ExternalAccount.user_id) == User.id)
    held = held.where(ExternalAccount.issuer == user.issuer, ExternalAccount.subject == user.subject)
    found = rows.exec(held.with_for_update(of=User, key_share=True)).first()
    return _made(rows, user) if found is None else found


def _made(rows: Session, user: KnownElsewhere) -> User:
    alone(rows, "user names")
    name = next(each for each in user.names() if not is_taken(rows, each))
    made = new_user(name, user.password_hash, is_admin=bool(user.is_admin))
    rows.add(made)
    rows.flush()
    rows.add(ExternalAccount(issuer=user.issuer, subject=user.subject, user_id=made.id))
    keep(rows, AuditNote(name, "user.registered", name, {"issuer": user.issuer}))
    return made
