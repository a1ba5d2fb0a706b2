"""Guests: people without an account, who upload to a user by a link. The token of the link is all that they have."""

from __future__ import annotations

from parquay.auth.keys import UPLOAD_LINK_PREFIX, key_hash
from parquay.catalog.upload_links import OwnedLink, UploadLinks, refuse_late
from parquay.errors import NotFound
from parquay.uploads.policy.rules import ByLink, Owner


class Guests:
    """Tells whom a guest uploads to. Its methods block."""

    def __init__(self, links: UploadLinks) -> None:
        self._links = links

    def link(self, token: str) -> OwnedLink:
        """Return the link of ``token``, and whom it leads to.

        Raises:
            NotFound: ``unknown_link``, it was taken back, its owner is disabled, or it never was one (404).
            Gone: ``upload_link_over`` (410).
        """
        found = self._links.of_token(key_hash(token)) if token.startswith(UPLOAD_LINK_PREFIX) else None
        if found is None:
            raise NotFound("There is no such upload link.", "unknown_link")
        refuse_late(found.link)
        return found

    def owner(self, token: str) -> Owner:
        """Return whom uploads by the link of ``token`` belong to; raises as :meth:`link`."""
        link, owner = self.link(token)
        by_link = ByLink(link.id, link.name, frozenset(link.extensions))
        return Owner(owner.id, owner.username, changes_tables=False, quota=owner.quota_bytes, link=by_link)
