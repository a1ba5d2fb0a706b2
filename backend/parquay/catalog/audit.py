"""The notes of who did what, kept for good."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from parquay.audit import AuditNote
from parquay.catalog.session import CatalogRows
from parquay.catalog.tables import Audit


def keep(session: Session, note: AuditNote | None, subject: str | None = None, **detail: Any) -> None:
    """Write a note down in the transaction of what it tells, with what only that transaction knows."""
    if note is not None:
        values = {"actor": note.actor, "action": note.action, "subject": note.subject if subject is None else subject}
        session.add(Audit.model_validate({**values, "detail": {**note.detail, **detail}}))


class AuditLog(CatalogRows):
    """The notes, to be read."""

    def page(self, *, limit: int, before: int | None = None) -> Sequence[Audit]:
        """Return up to ``limit`` notes older than ``before``, the youngest first."""
        query = select(Audit) if before is None else select(Audit).where(col(Audit.id) < before)
        with self._catalog.read() as session:
            return session.exec(query.order_by(col(Audit.id).desc()).limit(limit)).all()
