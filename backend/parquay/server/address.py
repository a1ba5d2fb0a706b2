"""Where people find the server."""

from __future__ import annotations

from parquay.settings import Settings


def shown_url(settings: Settings) -> str:
    """Return the address that a person opens in a browser."""
    host = "localhost" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104  only for display
    scheme = "http" if settings.tls_cert is None else "https"
    return settings.public_url or f"{scheme}://{f'[{host}]' if ':' in host else host}:{settings.port}"
