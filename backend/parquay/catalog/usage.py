"""What each user stores, as a running total: triggers on the table of files keep it, so no write can forget it.

An upload counts with the length that it announced, one without a length with the bytes that it has so far. A table
counts with the parts of all versions that are kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import DDL, event, text
from sqlmodel import Session, SQLModel, select

from parquay.catalog.session import CatalogRows
from parquay.catalog.tables import StoredUsage, User
from parquay.errors import TooLarge

_NEW, _OLD = 'coalesce(NEW.size, NEW."offset")', 'coalesce(OLD.size, OLD."offset")'
_ADD = f"""INSERT INTO usage (owner_id, uploads, tables) VALUES (NEW.owner_id, {_NEW}, NEW.table_bytes)
    ON CONFLICT (owner_id) DO UPDATE SET uploads = usage.uploads + excluded.uploads,
    tables = usage.tables + excluded.tables"""  # noqa: S608  no value is in it
_CHANGE = f"""UPDATE usage SET uploads = uploads + {_NEW} - {_OLD}, tables = tables + NEW.table_bytes - OLD.table_bytes
    WHERE owner_id = NEW.owner_id"""  # noqa: S608
_REMOVE = f"""UPDATE usage SET uploads = uploads - {_OLD}, tables = tables - OLD.table_bytes
    WHERE owner_id = OLD.owner_id"""  # noqa: S608
_CHANGED = f"{_NEW} <> {_OLD} OR NEW.table_bytes <> OLD.table_bytes"
_CHANGING = 'AFTER UPDATE OF size, "offset", table_bytes ON file'

TRIGGERS = {
    "sqlite": (
        f"CREATE TRIGGER usage_added AFTER INSERT ON file BEGIN {_ADD}; END",
        f"CREATE TRIGGER usage_changed {_CHANGING} WHEN {_CHANGED} BEGIN {_CHANGE}; END",
        f"CREATE TRIGGER usage_removed AFTER DELETE ON file BEGIN {_REMOVE}; END",
    ),
    "postgresql": (
        f"""CREATE FUNCTION count_usage() RETURNS trigger AS $$ BEGIN
            IF TG_OP = 'INSERT' THEN {_ADD};
            ELSIF TG_OP = 'UPDATE' THEN {_CHANGE};
            ELSE {_REMOVE};
            END IF;
            RETURN NULL;
        END $$ LANGUAGE plpgsql""",
        "CREATE TRIGGER usage_added AFTER INSERT ON file FOR EACH ROW EXECUTE FUNCTION count_usage()",
        f"CREATE TRIGGER usage_changed {_CHANGING} FOR EACH ROW WHEN ({_CHANGED}) EXECUTE FUNCTION count_usage()",
        "CREATE TRIGGER usage_removed AFTER DELETE ON file FOR EACH ROW EXECUTE FUNCTION count_usage()",
    ),
}
"""The statements that make the triggers, for each kind of database."""

for _statement in TRIGGERS["sqlite"]:
    _made = DDL(_statement).execute_if(dialect="sqlite")  # type: ignore[no-untyped-call]
    event.listen(SQLModel.metadata, "after_create", _made)


@dataclass(frozen=True, slots=True)
class Used:
    """Bytes that a user stores: of uploads, stored or reserved, and of tables with all their versions."""

    uploads: int = 0
    tables: int = 0

    @property
    def bytes(self) -> int:
        """All of them."""
        return self.uploads + self.tables


def used(session: Session, owner_id: str) -> Used:
    """What a user stores as of this transaction."""
    found = session.get(StoredUsage, owner_id, populate_existing=True)
    return Used() if found is None else Used(found.uploads, found.tables)


def quota_of(session: Session, owner_id: str, otherwise: int) -> int:
    """Bytes that a user may store as of this transaction, 0: any number; ``otherwise`` where none is their own."""
    own = session.exec(select(User.quota_bytes).where(User.id == owner_id)).first()
    return otherwise if own is None else own


def refuse_over(session: Session, owner_id: str, quota: int) -> None:
    """Refuse a transaction that has brought a user over ``quota`` bytes (0: none). To be called after its writes.

    Raises:
        TooLarge: ``quota_exceeded`` (413).
    """
    if quota and used(session, owner_id).bytes > quota:
        raise over(quota)


def over(quota: int) -> TooLarge:
    """The error of a quota that is used up."""
    return TooLarge(f"The quota of {quota} bytes is used up; deleting files makes room.", "quota_exceeded")


_SUMS = """SELECT "user".id AS owner_id, coalesce(sum(coalesce(file.size, file."offset")), 0) AS uploads,
    coalesce(sum(file.table_bytes), 0) AS tables FROM "user" LEFT JOIN file ON file.owner_id = "user".id"""
_WRONG = text(
    f"""SELECT summed.owner_id, summed.uploads, summed.tables, coalesce(usage.uploads, 0), coalesce(usage.tables, 0)
    FROM ({_SUMS} GROUP BY "user".id) AS summed LEFT JOIN usage ON usage.owner_id = summed.owner_id
    WHERE summed.uploads <> coalesce(usage.uploads, 0) OR summed.tables <> coalesce(usage.tables, 0)
    ORDER BY summed.owner_id"""  # noqa: S608  no value is in it
)
_MEND = text(
    f"""INSERT INTO usage (owner_id, uploads, tables) {_SUMS} WHERE "user".id = :owner_id GROUP BY "user".id
    ON CONFLICT (owner_id) DO UPDATE SET uploads = excluded.uploads, tables = excluded.tables"""
)


@dataclass(frozen=True, slots=True)
class WrongTotal:
    """A total that is not the sum of the user's files."""

    owner_id: str
    summed: Used
    noted: Used


class Usages(CatalogRows):
    """The totals of all users."""

    def of(self, owner_id: str) -> Used:
        """What a user stores now."""
        with self._catalog.read() as session:
            return used(session, owner_id)

    def wrong(self) -> list[WrongTotal]:
        """Return the totals that are not the sums of the files, as of one moment. Reads every file's row."""
        with self._catalog.read() as session:
            rows = session.execute(_WRONG).all()
        return [
            WrongTotal(owner_id, Used(int(uploads), int(tables)), Used(noted_uploads, noted_tables))
            for owner_id, uploads, tables, noted_uploads, noted_tables in rows
        ]

    def mend(self, owner_id: str) -> None:
        """Let the total of a user be the sum of the files."""

        def write(session: Session) -> None:
            # Locked before it is summed: what others change meanwhile is added to it afterwards.
            session.get(StoredUsage, owner_id, with_for_update=True)
            session.execute(_MEND, {"owner_id": owner_id})

        self._catalog.write(write)
