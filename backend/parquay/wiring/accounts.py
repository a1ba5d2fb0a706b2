"""Builds what knows users, their rights and what they did."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from parquay.auth.links import Links
from parquay.auth.passwords import Passwords
from parquay.auth.provider import OidcClient, Provider
from parquay.auth.provider_logins import ProviderLogins
from parquay.auth.sessions import Sessions
from parquay.auth.sign_in_attempts import SignInAttempts
from parquay.auth.throttle import LoginThrottle
from parquay.auth.tokens import Tokens
from parquay.catalog.access import Sharing
from parquay.catalog.admin import Administration
from parquay.catalog.audit import AuditLog
from parquay.catalog.external_accounts import ExternalAccountRows
from parquay.catalog.files import Files
from parquay.catalog.links import FileLinks
from parquay.catalog.session import Catalog
from parquay.catalog.usage import Usages
from parquay.catalog.users import Users
from parquay.claim_rules import ClaimRules
from parquay.settings import Settings
from parquay.wiring.services import AccountServices, EventServices


def account_services(settings: Settings, catalog: Catalog, events: EventServices, files: Files) -> AccountServices:
    """Build what knows users."""
    users, passwords = Users(catalog), Passwords()
    tokens, throttle = Tokens(_secret(settings, users)), LoginThrottle(users)
    kept = FileLinks(catalog)
    links = Links(kept, tokens, passwords, throttle)
    sessions = Sessions(users, links, tokens, passwords, throttle, ttl=settings.session_ttl)
    return AccountServices(
        users,
        passwords,
        sessions,
        _provider_logins(settings, catalog, users, sessions, passwords),
        Sharing(catalog, events.log),
        kept,
        links,
        Administration(catalog, files),
        AuditLog(catalog),
        Usages(catalog),
    )


def _provider_logins(
    settings: Settings, catalog: Catalog, users: Users, sessions: Sessions, passwords: Passwords
) -> ProviderLogins | None:
    issuer = settings.oidc_issuer
    if not issuer:
        return None
    client = OidcClient(issuer, settings.oidc_client_id, settings.oidc_client_secret, settings.oidc_scopes)
    return ProviderLogins(
        Provider(client),
        SignInAttempts(_secret(settings, users)),
        ExternalAccountRows(catalog),
        sessions,
        passwords,
        name=settings.oidc_name or urlsplit(issuer).hostname or issuer,
        issuer=issuer,
        allow=ClaimRules.parse(settings.oidc_allow),
        admins=ClaimRules.parse(settings.oidc_admins),
    )


def _secret(settings: Settings, users: Users) -> bytes:
    if settings.secret_key:
        return settings.secret_key.encode()
    return users.secret("token", lambda: secrets.token_bytes(32))
