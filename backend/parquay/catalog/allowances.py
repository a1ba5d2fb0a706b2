"""What an upload may take up: the quota of its owner, and the limits of the link by which it comes."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from sqlmodel import Session

from parquay.catalog.tables import UploadLink
from parquay.catalog.upload_links import full_of_bytes, refuse_by_link
from parquay.catalog.usage import over, used
from parquay.errors import TooLarge


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one request may add.

    Attributes:
        quota: bytes that the owner may store with it, 0: any number.
        link_id: the upload link by which it comes, None: it is the owner's.
        uploads: how many of the owner's may send bytes at the same time, 0: any number.
        bandwidth: bytes a second that are taken in of the owner's uploads, 0: any number.
    """

    quota: int = 0
    link_id: str | None = None
    uploads: int = 0
    bandwidth: int = 0

    @property
    def is_bounded(self) -> bool:
        """Whether there is anything to be refused."""
        return bool(self.quota or self.link_id)


UNBOUNDED = Allowance()


def refuse_beyond(session: Session, owner_id: str, allowance: Allowance, *, grew: bool = True) -> None:
    """Refuse a transaction that is more than ``allowance``. To be called after its writes.

    ``grew``: whether it has more bytes or files than before; an upload by a link that is over goes on in no case.

    Raises:
        TooLarge: ``quota_exceeded``, ``upload_link_full`` (413).
        NotFound: ``unknown_link``, the link was taken back (404).
        Gone: ``upload_link_over`` (410).
    """
    if allowance.link_id is not None:
        refuse_by_link(session, allowance.link_id)
    if grew and allowance.quota and used(session, owner_id).bytes > allowance.quota:
        raise over_quota(allowance)


def over_quota(allowance: Allowance) -> TooLarge:
    """The error of a quota that is used up; who uploads by a link is not told how much its owner may store."""
    if allowance.link_id is None:
        return over(allowance.quota)
    return TooLarge("Whom this link leads to has no room for this.", "quota_exceeded")


class RoomLeft(NamedTuple):
    """Bytes that may still be added, and the error that more of them are."""

    bytes: int
    beyond: TooLarge


def room_left(session: Session, owner_id: str, allowance: Allowance) -> RoomLeft | None:
    """How much may still be added as of this transaction, None: any number of bytes."""
    rooms = []
    if allowance.quota:
        rooms.append(RoomLeft(max(allowance.quota - used(session, owner_id).bytes, 0), over_quota(allowance)))
    if allowance.link_id is not None and (link := session.get(UploadLink, allowance.link_id)) is not None:
        rooms += [] if link.max_bytes is None else [RoomLeft(max(link.max_bytes - link.bytes, 0), full_of_bytes(link))]
    return min(rooms, key=attrgetter("bytes"), default=None)
