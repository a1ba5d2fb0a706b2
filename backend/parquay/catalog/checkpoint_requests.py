"""What one process asks the writer of an upload in another: to make durable what it has received.

The catalog is what both can reach, wherever they run. A request is a number that counts up and is answered by the same
number, so that an answer to an earlier one is never taken for its own. It need not survive a power cut.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlmodel import Session, col, delete, select, update

from parquay.catalog.session import CatalogRows
from parquay.catalog.tables import CheckpointRequest, File

_ASK = text(
    "INSERT INTO checkpoint_request (file_id, asked, answered) SELECT id, 1, 0 FROM file WHERE id = :file_id"
    " ON CONFLICT (file_id) DO UPDATE SET asked = checkpoint_request.asked + 1 RETURNING asked"
)


class CheckpointRequests(CatalogRows):
    """The requests of all processes."""

    def ask(self, session: Session, file_id: str) -> int | None:
        """Inside a transaction: ask for a checkpoint; return the request's number, None for an unknown upload."""
        known = select(File.id).where(col(File.id) == file_id).with_for_update(read=True, key_share=True)
        if session.exec(known).first() is None:
            return None
        number: int | None = session.execute(_ASK, {"file_id": file_id}).scalar()
        return number

    def open(self, file_ids: Sequence[str]) -> dict[str, int]:
        """Return the number of the newest request for each of ``file_ids`` that has one without an answer."""
        query = select(CheckpointRequest.file_id, CheckpointRequest.asked)
        with self._catalog.read() as session:
            return dict(session.exec(query.where(col(CheckpointRequest.file_id).in_(file_ids))).all())

    def is_answered(self, file_id: str, number: int) -> bool:
        """Tell whether a request was answered, or the upload is gone."""
        query = select(CheckpointRequest.answered).where(CheckpointRequest.file_id == file_id)
        with self._catalog.read() as session:
            answered = session.exec(query).first()
        return answered is None or answered >= number

    def answer(self, session: Session, file_id: str, number: int) -> None:
        """Inside a transaction: note that everything asked for up to ``number`` is done."""
        about = col(CheckpointRequest.file_id) == file_id
        session.execute(update(CheckpointRequest).where(about).values(answered=number))
        session.execute(delete(CheckpointRequest).where(about, col(CheckpointRequest.asked) <= number))
