"""Upload links: rows that let somebody without an account upload to a user, and how much has come by each.

What has come is a running total that triggers on the table of files keep, as they keep what each user stores. An upload
counts with the length that it announced, one without a length with the bytes that it has so far; a finished one counts
for good, one that is removed before no more. Parts of a concatenation count until a final upload is made of them, which
counts in their place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import DDL, event, func, update
from sqlmodel import Session, SQLModel, col, select

from parquay.audit import AuditNote
from parquay.catalog.audit import keep
from parquay.catalog.session import CatalogRows, connection_of
from parquay.catalog.tables import File, UploadLink, User, now
from parquay.errors import Conflict, Gone, NotFound, TooLarge

LINKS_PER_USER = 1000
"""Most upload links of one user."""


def _bytes(row: str) -> str:
    return f'CASE WHEN {row}.in_final THEN 0 ELSE coalesce({row}.size, {row}."offset") END'


def _files(row: str) -> str:
    return f"CASE WHEN {row}.concat = 'partial' THEN 0 ELSE 1 END"


_OF_NEW, _OF_OLD = "WHERE id = NEW.upload_link_id", "WHERE id = OLD.upload_link_id"
_ADD = f"UPDATE upload_link SET files = files + {_files('NEW')}, bytes = bytes + {_bytes('NEW')} {_OF_NEW}"  # noqa: S608
_CHANGE = f"UPDATE upload_link SET bytes = bytes + ({_bytes('NEW')}) - ({_bytes('OLD')}) {_OF_NEW}"  # noqa: S608
_REMOVE = f"UPDATE upload_link SET files = files - ({_files('OLD')}), bytes = bytes - ({_bytes('OLD')}) {_OF_OLD}"  # noqa: S608
_ADDED = "NEW.upload_link_id IS NOT NULL"
_CHANGED = f"NEW.upload_link_id IS NOT NULL AND ({_bytes('NEW')}) <> ({_bytes('OLD')})"
_GIVEN_BACK = "OLD.upload_link_id IS NOT NULL AND (NOT OLD.complete OR coalesce(OLD.concat, '') = 'partial')"
_CHANGING = 'AFTER UPDATE OF size, "offset", in_final ON file'
# Named so that they run after those of `usage`: every transaction locks a user's total before those of their links.
NAMES = ("use_of_link_added", "use_of_link_changed", "use_of_link_removed")

TRIGGERS = {
    "sqlite": (
        f"CREATE TRIGGER {NAMES[0]} AFTER INSERT ON file WHEN {_ADDED} BEGIN {_ADD}; END",
        f"CREATE TRIGGER {NAMES[1]} {_CHANGING} WHEN {_CHANGED} BEGIN {_CHANGE}; END",
        f"CREATE TRIGGER {NAMES[2]} AFTER DELETE ON file WHEN {_GIVEN_BACK} BEGIN {_REMOVE}; END",
    ),
    "postgresql": (
        f"""CREATE FUNCTION count_use_of_link() RETURNS trigger AS $$ BEGIN
            IF TG_OP = 'INSERT' THEN {_ADD};
            ELSIF TG_OP = 'UPDATE' THEN {_CHANGE};
            ELSE {_REMOVE};
            END IF;
            RETURN NULL;
        END $$ LANGUAGE plpgsql""",
        *(
            f"CREATE TRIGGER {name} {when} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION count_use_of_link()"
            for name, when, condition in zip(
                NAMES,
                ("AFTER INSERT ON file", _CHANGING, "AFTER DELETE ON file"),
                (_ADDED, _CHANGED, _GIVEN_BACK),
                strict=True,
            )
        ),
    ),
}
"""The statements that make the triggers, for each kind of database."""

for _statement in TRIGGERS["sqlite"]:
    _made = DDL(_statement).execute_if(dialect="sqlite")  # type: ignore[no-untyped-call]
    event.listen(SQLModel.metadata, "after_create", _made)


class OwnedLink(NamedTuple):
    """An upload link and the user to whom it leads."""

    link: UploadLink
    owner: User


class UploadLinks(CatalogRows):
    """The upload links of all users. Writing methods block until the commit."""

    def of_token(self, token_hash: str) -> OwnedLink | None:
        """Return the link whose token has this hash, None when it is unknown or its owner is disabled."""
        query = select(UploadLink, User).join(User, col(User.id) == UploadLink.owner_id)
        query = query.where(UploadLink.token_hash == token_hash, col(User.disabled).is_(False))
        with self._catalog.read() as session:
            found = session.execute(query).one_or_none()
        return None if found is None else OwnedLink(*found)

    def owned(self, link_id: str, user_id: str) -> UploadLink | None:
        """Return a link of ``user_id``, None when it is unknown or somebody else's."""
        with self._catalog.read() as session:
            link = session.get(UploadLink, link_id)
        return link if link is not None and link.owner_id == user_id else None

    def of_user(self, user_id: str) -> Sequence[UploadLink]:
        """Return the links of a user, the newest first; those whose time is over too."""
        query = select(UploadLink).where(UploadLink.owner_id == user_id)
        with self._catalog.read() as session:
            return session.exec(query.order_by(col(UploadLink.created_at).desc(), col(UploadLink.id))).all()

    def add(self, link: UploadLink, note: AuditNote | None = None) -> None:
        """Keep a new link.

        Raises:
            Conflict: ``too_many_links`` (409).
        """
        counting = select(func.count()).select_from(UploadLink).where(UploadLink.owner_id == link.owner_id)

        def write(session: Session) -> bool:
            session.get(User, link.owner_id, with_for_update=True)
            if session.exec(counting).one() >= LINKS_PER_USER:
                return False
            session.add(UploadLink.model_validate(link.model_dump()))
            keep(session, note)
            return True

        if not self._catalog.write(write):
            raise Conflict(f"A user may have {LINKS_PER_USER} upload links.", "too_many_links")

    def remove(self, link_id: str, user_id: str, note: AuditNote | None = None) -> bool:
        """Take a link of ``user_id`` back; False when there is none. What came by it stays."""

        def write(session: Session) -> bool:
            link = session.get(UploadLink, link_id, with_for_update=True)
            if link is None or link.owner_id != user_id:
                return False
            session.delete(link)
            keep(session, note)
            return True

        return self._catalog.write(write)


def refuse_by_link(session: Session, link_id: str) -> None:
    """Refuse a transaction by a link that is over, or that it has brought over its limits; to be called at its end.

    Raises:
        NotFound: ``unknown_link``, it was taken back (404).
        Gone: ``upload_link_over`` (410).
        TooLarge: ``upload_link_full`` (413).
    """
    link = session.get(UploadLink, link_id, populate_existing=True)
    if link is None:
        raise NotFound("There is no such upload link.", "unknown_link")
    refuse_late(link)
    if link.max_files is not None and link.files > link.max_files:
        raise TooLarge(f"By this link {link.max_files} files could come, and have.", "upload_link_full")
    if link.max_bytes is not None and link.bytes > link.max_bytes:
        raise full_of_bytes(link)


def refuse_late(link: UploadLink) -> None:
    """Refuse what comes after the time of a link.

    Raises:
        Gone: ``upload_link_over`` (410).
    """
    if link.expires_at is not None and link.expires_at <= now():
        raise Gone("The time of this upload link is over.", "upload_link_over")


def full_of_bytes(link: UploadLink) -> TooLarge:
    """The error of a link whose bytes are used up."""
    return TooLarge(f"By this link {link.max_bytes} bytes may come in all; this is more.", "upload_link_full")


def lock_parts(session: Session, part_ids: Sequence[str]) -> None:
    """Lock the rows of parts: before the totals that change with a final upload of them, as everywhere."""
    session.execute(select(File.id).where(col(File.id).in_(part_ids)).order_by(File.id).with_for_update())


def count_parts(session: Session, link_id: str, part_ids: Sequence[str], *, in_final: bool) -> None:
    """Let parts that came by a link count no more, a final upload counting in their place, or again."""
    statement = update(File).where(col(File.id).in_(part_ids), col(File.upload_link_id) == link_id)
    connection_of(session).execute(statement.values(in_final=in_final))
