"""Builds what knows users, their rights and what they did."""

from __future__ import annotations

import secrets

from parquay.auth.links import Links
from parquay.auth.passwords import Passwords
from parquay.auth.sessions import Sessions
from parquay.auth.throttle import LoginThrottle
from parquay.auth.tokens import Tokens
from parquay.catalog.access import Sharing
from parquay.catalog.admin import Administration
from parquay.catalog.audit import AuditLog
from parquay.catalog.files import Files
from parquay.catalog.links import FileLinks
from parquay.catalog.session import Catalog
from parquay.catalog.usage import Usages
from parquay.catalog.users import Users
from parquay.settings import Settings
from parquay.wiring.services import AccountServices, EventServices


def account_services(settings: Settings, catalog: Catalog, events: EventServices, files: Files) -> AccountServices:
    """Build what knows users."""
    users, passwords = Users(catalog), Passwords()
    tokens, throttle = Tokens(_secret(settings, users)), LoginThrottle(users)
    kept = FileLinks(catalog)
    links = Links(kept, tokens, passwords, throttle)
    return AccountServices(
        users,
        passwords,
        Sessions(users, links, tokens, passwords, throttle, ttl=settings.session_ttl),
        Sharing(catalog, events.log),
        kept,
        links,
        Administration(catalog, files),
        AuditLog(catalog),
        Usages(catalog),
    )


def _secret(settings: Settings, users: Users) -> bytes:
    if settings.secret_key:
        return settings.secret_key.encode()
    return users.secret("token", lambda: secrets.token_bytes(32))
