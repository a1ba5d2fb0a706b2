"""Who uploads, what this server accepts beyond the protocol, and what a row means to the protocol core."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from parquay.auth.scopes import WRITE
from parquay.catalog.allowances import Allowance
from parquay.catalog.tables import File, now
from parquay.errors import UnsupportedType
from parquay.tus.state import Limits, UploadState
from parquay.user_limits import AS_EVERYBODY, UNLIMITED, UserLimits

if TYPE_CHECKING:
    from parquay.auth.sessions import Identity


@dataclass(frozen=True)
class ByLink:
    """The link by which somebody without an account uploads.

    Attributes:
        extensions: file name extensions that it takes, in lower case with the dot, empty for all.
    """

    id: str
    name: str
    extensions: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Owner:
    """Whose upload it is.

    Attributes:
        changes_tables: may also append to tables, which a key for uploads alone may not.
        quota: bytes that they may store, 0 for any number, None for what the server says.
        link: the link by which somebody else uploads to them, None: they do it themselves.
        limits: their own.
    """

    id: str
    username: str
    changes_tables: bool = True
    quota: int | None = None
    link: ByLink | None = None
    limits: UserLimits = AS_EVERYBODY

    @classmethod
    def of(cls, identity: Identity) -> Owner:
        """Return who uploads when ``identity`` makes the request."""
        changes_tables = identity.scopes is None or WRITE in identity.scopes
        return cls(identity.id, identity.username, changes_tables, identity.quota_bytes, limits=identity.limits)

    def may_continue(self, file: File) -> bool:
        """Tell whether an upload is their own; who uploads by a link has those that were made by it."""
        return file.owner_id == self.id and (self.link is None or file.upload_link_id == self.link.id)


@dataclass(frozen=True)
class Rules:
    """What may be uploaded.

    Attributes:
        max_size: largest upload in bytes, 0 for no limit.
        quota: stored and reserved bytes for each user who has no quota of their own, 0 for none.
        extensions: allowed file name extensions in lower case with the dot, empty for all.
        ttl: seconds an unfinished upload is kept after its last byte.
        share: whether a new file is visible to every user.
        user_limits: limits of who has none of their own.
    """

    max_size: int = 0
    quota: int = 0
    extensions: frozenset[str] = frozenset()
    ttl: int = 604800
    share: bool = False
    user_limits: UserLimits = UNLIMITED

    @cached_property
    def limits(self) -> Limits:
        """What the protocol core needs to know."""
        return Limits(self.max_size)

    def allowance_of(self, owner: Owner) -> Allowance:
        """What uploads of ``owner`` may add."""
        quota = self.quota if owner.quota is None else owner.quota
        limits = owner.limits.within(self.user_limits)
        link_id = None if owner.link is None else owner.link.id
        return Allowance(quota, link_id, limits.uploads or 0, limits.bandwidth or 0)

    def expiry(self) -> datetime:
        """When an upload that receives its last byte now is thrown away."""
        return now() + timedelta(seconds=self.ttl)

    def check_name(self, name: str, link: ByLink | None = None) -> None:
        """Refuse a file whose extension is not allowed, here or by the ``link`` by which it comes.

        Raises:
            UnsupportedType: ``extension_not_allowed`` (415), with the allowed ones.
        """
        for extensions in (self.extensions, frozenset() if link is None else link.extensions):
            if extensions and not name.lower().endswith(tuple(extensions)):
                allowed = ", ".join(sorted(extensions))
                raise UnsupportedType(f"Only files of these types are accepted: {allowed}.", "extension_not_allowed")


def state_of(file: File) -> UploadState:
    """Return what the protocol core needs to know of a row."""
    return UploadState(
        offset=file.offset,
        length=file.size,
        complete=file.complete,
        concat=file.concat.partition(";")[0].strip() if file.concat else None,
        concat_raw=file.concat or "",
        metadata_raw=file.upload_metadata,
        expires=None if file.complete and not file.is_partial else file.expires_at,
    )
