"""Final uploads that wait for their parts, as the removal of a part finds them."""

from __future__ import annotations

from sqlmodel import Session, col, select

from parquay.catalog.tables import File

PART_GONE = "concat_unknown", "A partial upload of this concatenation does not exist any more."
"""Code and message of a final upload that can never have all its parts."""


def lock_waiting(session: Session, part_id: str) -> list[str]:
    """Ids of the final uploads that wait for a part, with their rows locked: before that of the part, as everywhere."""
    part = session.exec(select(File.owner_id, File.concat).where(File.id == part_id)).one_or_none()
    if part is None or part[1] != "partial":
        return []
    query = select(File.id, File.parts).where(
        File.owner_id == part[0], col(File.complete).is_(False), col(File.concat).startswith("final")
    )
    found = session.exec(query.order_by(File.id).with_for_update())
    return [final_id for final_id, parts in found if part_id in (parts or ())]
