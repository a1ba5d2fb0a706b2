"""Keys by which clients ask for a creation again whose answer they did not get.

A key is written in the transaction that makes the file: either both are there, or neither. It is its user's, and is
forgotten after a day, or with the file.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.dialects.postgresql import insert as insert_into_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_into_sqlite
from sqlmodel import Session, col, delete

from parquay.catalog.saved_queries import Beside
from parquay.catalog.session import CatalogRows, connection_of
from parquay.catalog.tables import IdempotencyKey, now
from parquay.errors import Conflict

KEPT = timedelta(days=1)
"""How long a key means the request that came with it first."""


class IdempotencyKeys(CatalogRows):
    """The keys of all users."""

    def find(self, user_id: str, key: str) -> IdempotencyKey | None:
        """Return what a key of a user means, None where it means nothing (yet, or any more)."""
        with self._catalog.read() as session:
            found = session.get(IdempotencyKey, (user_id, key))
        return found if found is not None and found.created_at > now() - KEPT else None

    def naming(self, user_id: str, key: str, fingerprint: str) -> Beside:
        """What gives a key to the file that is made; it fails where another request was quicker.

        Raises:
            Conflict: ``idempotency_key_in_use`` (409).
        """

        def write(session: Session, file_id: str) -> None:
            connection, moment = connection_of(session), now()
            insert = insert_into_sqlite if connection.dialect.name == "sqlite" else insert_into_postgresql
            new = insert(IdempotencyKey).values(
                user_id=user_id, key=key, fingerprint=fingerprint, file_id=file_id, created_at=moment
            )
            is_over = col(IdempotencyKey.created_at) <= moment - KEPT
            values = {name: new.excluded[name] for name in ("fingerprint", "file_id", "created_at")}
            taken = new.on_conflict_do_update(index_elements=["user_id", "key"], set_=values, where=is_over)
            if connection.execute(taken.returning(col(IdempotencyKey.file_id))).one_or_none() is None:
                raise in_use()

        return write

    def prune(self) -> None:
        """Forget the keys that mean nothing any more."""

        def write(session: Session) -> None:
            session.execute(delete(IdempotencyKey).where(col(IdempotencyKey.created_at) <= now() - KEPT))

        self._catalog.write(write)


def in_use() -> Conflict:
    """The error of a key whose first request is still being carried out."""
    return Conflict(
        "A request with this Idempotency-Key is being carried out.", "idempotency_key_in_use", retry_after=1
    )
