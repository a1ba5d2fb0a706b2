"""The catalog, as the settings have it, and Redis beside it."""

from __future__ import annotations

import importlib
from urllib.parse import urlsplit

from parquay.catalog.migrate import upgrade
from parquay.catalog.postgres import UnusableDatabase
from parquay.catalog.session import Catalog
from parquay.events import redis_server
from parquay.events.redis_server import RedisAddress, RedisCarrier
from parquay.settings import Settings, SettingsError


def open_catalog(settings: Settings, *, migrate: bool) -> Catalog:
    """Open the catalog; ``migrate``: bring it to the newest schema first.

    Raises:
        SettingsError: the database cannot be used.
    """
    catalog = None
    try:
        catalog = Catalog(settings.sqlalchemy_url, durable=is_durable(settings), carrier=_carrier(settings))
        if migrate:
            upgrade(catalog)
    except UnusableDatabase as error:
        if catalog is not None:
            catalog.close()
        name = "PARQUAY_DATABASE_URL" if settings.database_url else str(settings.root / "metadata.db")
        raise SettingsError(f"{name}: {error}") from None
    return catalog


def _carrier(settings: Settings) -> RedisCarrier | None:
    """What carries notifications between processes in place of the database."""
    address = redis_address(settings)
    return RedisCarrier(address) if address is not None else None


def redis_address(settings: Settings) -> RedisAddress | None:
    """Where Redis is; None: there is none.

    Raises:
        SettingsError: the URL is none, or what speaks to Redis is not installed.
    """
    if not settings.redis_url:
        return None
    try:
        redis_server.check(settings.redis_url)
        importlib.import_module("redis")
    except ValueError as error:
        raise SettingsError(f"PARQUAY_REDIS_URL: {error}") from None
    except ImportError:
        raise SettingsError("PARQUAY_REDIS_URL: Redis needs the extra parquay[redis]") from None
    return RedisAddress(settings.redis_url, f"parquay:{urlsplit(settings.sqlalchemy_url).path.strip('/')}")


def is_durable(settings: Settings) -> bool:
    """Whether what was acknowledged survives power loss, not only a crash of the process."""
    return settings.durability == "strict"
