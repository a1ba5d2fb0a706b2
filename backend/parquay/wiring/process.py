"""Builds every service of a process once, from the settings, in four groups. Nothing below sees the settings object."""

from __future__ import annotations

from parquay.auth.accounts import ensure_demo
from parquay.catalog.datasets import Datasets
from parquay.catalog.leases import Leases
from parquay.catalog.queue import Queue
from parquay.errors import Conflict, InvalidValue
from parquay.settings import Settings, SettingsError
from parquay.wiring.accounts import account_services
from parquay.wiring.backups import refuse_half_restored
from parquay.wiring.database import open_catalog
from parquay.wiring.events import event_services
from parquay.wiring.services import Services
from parquay.wiring.stores import (
    is_remote,
    keep_data_private,
    open_bucket,
    open_places,
    open_store,
    volume_of_bucket,
    volume_of_directories,
)
from parquay.wiring.tables import table_services
from parquay.wiring.uploads import upload_services


def build(settings: Settings, *, migrate: bool = True) -> Services:
    """Build the services of a process; ``migrate``: bring the database to the newest schema first.

    Raises:
        SettingsError: a setting asks for something that this build cannot do.
    """
    _refuse_impossible(settings)
    refuse_half_restored(settings)
    catalog = open_catalog(settings, migrate=migrate)
    bucket = open_bucket(settings, catalog) if is_remote(settings) else None
    volume_id = volume_of_directories(settings, catalog) if bucket is None else volume_of_bucket(bucket, catalog)
    keep_data_private(settings)
    queue, leases = Queue(catalog), Leases(catalog)
    events = event_services(settings, catalog, queue)
    store, places = open_store(settings, catalog, bucket), open_places(settings, bucket)
    uploads = upload_services(settings, catalog, events, queue, store=store, places=places, volume_id=volume_id)
    tables = table_services(
        settings, Datasets(catalog, events.log, leases), uploads, places, catalog=catalog, jobs=events.jobs
    )
    accounts = account_services(settings, catalog, events, uploads.files)
    return Services(settings, catalog, leases, uploads, tables, accounts, events)


def migrate(settings: Settings) -> None:
    """Bring the database to the newest schema, and do nothing else.

    Raises:
        SettingsError: a setting asks for something that this build cannot do, or the database cannot be used.
    """
    _refuse_impossible(settings)
    refuse_half_restored(settings)
    open_catalog(settings, migrate=True).close()


def prepare(services: Services) -> None:
    """Put back what a crash may have taken from small files, and make the accounts that the settings ask for."""
    services.uploads.small.restore()
    try:
        ensure_demo(services.accounts.users, services.accounts.passwords, services.settings.demo_accounts)
    except (InvalidValue, Conflict) as error:
        raise SettingsError(f"PARQUAY_DEMO_USERS: {error.detail}") from None


def _refuse_impossible(settings: Settings) -> None:
    """Say at start what this build cannot do, instead of doing something else."""
    if settings.redis_url and settings.sqlalchemy_url.startswith("sqlite"):
        raise SettingsError("PARQUAY_REDIS_URL: Redis needs PostgreSQL, see PARQUAY_DATABASE_URL")
    if is_remote(settings) and settings.sqlalchemy_url.startswith("sqlite"):
        raise SettingsError("PARQUAY_STORAGE_URL: s3:// needs PostgreSQL, see PARQUAY_DATABASE_URL")
