"""Builds every service of a process once, from the settings, in four groups. Nothing below sees the settings object."""

from __future__ import annotations

import importlib
import secrets
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from parquay.auth.accounts import ensure_demo
from parquay.auth.passwords import Passwords
from parquay.auth.sessions import Sessions
from parquay.auth.throttle import LoginThrottle
from parquay.auth.tokens import Tokens
from parquay.catalog.access import Sharing
from parquay.catalog.admin import Administration
from parquay.catalog.audit import AuditLog
from parquay.catalog.checkpoint_requests import CheckpointRequests
from parquay.catalog.chunks import NamedChunks
from parquay.catalog.datasets import Datasets
from parquay.catalog.events import Events
from parquay.catalog.files import Files
from parquay.catalog.jobs import Jobs
from parquay.catalog.leases import Leases
from parquay.catalog.migrate import upgrade
from parquay.catalog.notifications import EVENTS
from parquay.catalog.postgres import UnusableDatabase
from parquay.catalog.queue import Queue
from parquay.catalog.samples import Samples
from parquay.catalog.segments import Segments
from parquay.catalog.session import Catalog
from parquay.catalog.unsynced import UnsyncedBytes
from parquay.catalog.usage import Usages
from parquay.catalog.users import Users
from parquay.catalog.volumes import Volumes
from parquay.datasets.edit.append import Appending
from parquay.datasets.edit.edit import Editor
from parquay.datasets.edit.publish import Publisher
from parquay.datasets.export.export import Exporter
from parquay.datasets.query.aggregates import Aggregator
from parquay.datasets.query.browse import Browser
from parquay.datasets.query.engine import Engine
from parquay.datasets.query.groups import Grouper
from parquay.datasets.query.preview import Preview
from parquay.datasets.versions.commits import Commits
from parquay.datasets.versions.retention import Retention
from parquay.datasets.versions.tables import Tables
from parquay.datasets.versions.versions import Versions
from parquay.errors import Conflict, InvalidValue
from parquay.events import redis_server
from parquay.events.bus import Hub
from parquay.events.redis_samples import RedisSamples
from parquay.events.redis_server import RedisAddress, RedisCarrier, RedisHealth
from parquay.settings import Settings, SettingsError
from parquay.storage.chunked.store import ChunkStore
from parquay.storage.chunks import Store, StoreFault
from parquay.storage.local.place import LocalPlaces
from parquay.storage.local.private import keep_private
from parquay.storage.local.uploads import LocalStore
from parquay.storage.place import Places
from parquay.uploads.create.concat import Concatenator
from parquay.uploads.create.create import Creator
from parquay.uploads.create.put_uploads import PutUploads
from parquay.uploads.create.small_uploads import SmallUploads
from parquay.uploads.maintain.expire import Expirer
from parquay.uploads.maintain.integrity import Soundness
from parquay.uploads.maintain.remove import Remover
from parquay.uploads.maintain.volume import ForeignVolume, bind, bind_bucket
from parquay.uploads.policy.hooks import Hooks, installed
from parquay.uploads.policy.rules import Rules
from parquay.uploads.receive.append import Appender
from parquay.uploads.receive.receive import StallTimeout
from parquay.uploads.receive.remote_writers import RemoteWriters
from parquay.uploads.receive.takeover import WriterRegistry

if TYPE_CHECKING:
    from parquay.storage.s3.bucket import S3Bucket

DISK_THREADS = 16
"""Threads for writes and syncs. More uploads than that share them in turn."""

BUCKET_THREADS = 48
"""Threads where most of them wait for the answers of an object store."""


@dataclass(frozen=True)
class UploadServices:
    """What takes in bytes and keeps the files that they make."""

    files: Files
    segments: Segments
    queue: Queue
    store: Store
    rules: Rules
    hooks: Hooks
    writers: WriterRegistry
    remote: RemoteWriters | None
    appender: Appender
    concatenator: Concatenator
    small: SmallUploads | PutUploads
    creator: Creator
    remover: Remover
    expirer: Expirer
    soundness: Soundness


@dataclass(frozen=True)
class TableServices:
    """What makes tables of files, reads, changes and exports them. ``files``: those that the tables are of."""

    places: Places
    files: Files
    tables: Tables
    datasets: Datasets
    commits: Commits
    editor: Editor
    versions: Versions
    appending: Appending
    publisher: Publisher
    retention: Retention
    engine: Engine
    browser: Browser
    aggregator: Aggregator
    grouper: Grouper
    exporter: Exporter
    preview: Preview


@dataclass(frozen=True)
class AccountServices:
    """Who is who, who may what, and what was done."""

    users: Users
    passwords: Passwords
    sessions: Sessions
    sharing: Sharing
    administration: Administration
    audit: AuditLog
    usages: Usages


@dataclass(frozen=True)
class EventServices:
    """What happened, who hears of it, and what is to be done.

    Attributes:
        log: the events as rows.
        random: the samples of the signal `random`, where there is a Redis to keep them too.
        redis: whether Redis answers; None: there is none.
    """

    log: Events
    hub: Hub
    jobs: Jobs
    samples: Samples
    random: RedisSamples | None = None
    redis: RedisHealth | None = None


@dataclass(frozen=True)
class Services:
    """Everything a process is made of, in groups."""

    settings: Settings
    catalog: Catalog
    leases: Leases
    uploads: UploadServices
    tables: TableServices
    accounts: AccountServices
    events: EventServices

    def close(self) -> None:
        """Finish what is queued and let go of the database."""
        self.tables.engine.close()
        self.leases.close()
        self.catalog.close()


def build(settings: Settings, *, migrate: bool = True) -> Services:
    """Build the services of a process; ``migrate``: bring the database to the newest schema first.

    Raises:
        SettingsError: a setting asks for something that this build cannot do.
    """
    _refuse_scaled(settings)
    catalog = _catalog(settings, migrate=migrate)
    bucket = _bucket(settings, catalog) if _is_remote(settings) else None
    volume_id = _bound(settings, catalog) if bucket is None else _bound_bucket(bucket, catalog)
    _keep_private(settings)
    queue, leases = Queue(catalog), Leases(catalog)
    events = _events(settings, catalog, queue)
    store = _store(settings, catalog, bucket)
    uploads = _uploads(settings, catalog, events, queue, store=store, volume_id=volume_id)
    tables = _tables(settings, Datasets(catalog, events.log, leases), uploads)
    accounts = _accounts(settings, catalog, events, uploads.files)
    return Services(settings, catalog, leases, uploads, tables, accounts, events)


def _events(settings: Settings, catalog: Catalog, queue: Queue) -> EventServices:
    log = Events(catalog, queue)
    hub = Hub(log, announce=settings.announced)
    catalog.notifications.subscribe(EVENTS, hub.wake)
    catalog.notifications.subscribe_progress(hub.moved)
    address = redis_address(settings)
    found = EventServices(log, hub, Jobs(catalog), Samples(catalog))
    if address is None:
        return found
    return replace(found, random=RedisSamples(address, "random"), redis=RedisHealth(address))


def _uploads(
    settings: Settings, catalog: Catalog, events: EventServices, queue: Queue, *, store: Store, volume_id: str
) -> UploadServices:
    rules, hooks, writers = _rules(settings), _hooks(settings), WriterRegistry()
    files, disk = Files(catalog, events.log, events.jobs, hooked=bool(hooks)), _disk(store)
    stall_timeout = StallTimeout(settings.idle_timeout, settings.min_rate)
    is_shared = settings.processes > 1 or bool(settings.database_url)
    remote = RemoteWriters(catalog, CheckpointRequests(catalog), writers) if is_shared else None
    appender = Appender(catalog, files, store, writers, disk, rules=rules, stall_timeout=stall_timeout, remote=remote)
    concatenator = Concatenator(catalog, files, store, disk)
    small: SmallUploads | PutUploads = PutUploads(catalog, files, store, disk)
    if not isinstance(store, ChunkStore):
        unsynced = UnsyncedBytes(catalog, files, volume_id)
        small = SmallUploads(catalog, unsynced, store, durable=_is_durable(settings))
    creator = Creator(
        catalog,
        files,
        store,
        writers,
        appender=appender,
        concatenator=concatenator,
        small=small,
        disk=disk,
        rules=rules,
        hooks=hooks,
    )
    remover = Remover(catalog, files, store, writers, disk, places=_places(settings))
    into, kept = (writers, remote, appender, concatenator, small, creator), (remover, Expirer(files, remover, writers))
    return UploadServices(files, Segments(catalog), queue, store, rules, hooks, *into, *kept, Soundness(store))


def _tables(settings: Settings, datasets: Datasets, uploads: UploadServices) -> TableServices:
    places, files = _places(settings), uploads.files
    tables = Tables(places, datasets)
    commits = Commits(tables, datasets, quota=settings.quota_bytes)
    appending = Appending(tables, commits)
    engine = Engine(places.fetched, settings.root / "tmp", seconds=settings.query_timeout, memory=settings.query_memory)
    aggregator = Aggregator(engine)
    return TableServices(
        places,
        files,
        tables,
        datasets,
        commits,
        Editor(tables, commits),
        Versions(tables, commits, datasets),
        appending,
        Publisher(places, files, datasets, appending),
        Retention(files, datasets, tables, commits, keep=settings.versions_kept),
        engine,
        Browser(engine),
        aggregator,
        Grouper(engine),
        Exporter(engine, aggregator),
        Preview(uploads.segments, tables, places),
    )


def _accounts(settings: Settings, catalog: Catalog, events: EventServices, files: Files) -> AccountServices:
    users, passwords = Users(catalog), Passwords()
    tokens, throttle = Tokens(_secret(settings, users)), LoginThrottle(users)
    return AccountServices(
        users,
        passwords,
        Sessions(users, tokens, passwords, throttle, settings.session_ttl),
        Sharing(catalog, events.log),
        Administration(catalog, files),
        AuditLog(catalog),
        Usages(catalog),
    )


def prepare(services: Services) -> None:
    """Put back what a crash may have taken from small files, and make the accounts that the settings ask for."""
    services.uploads.small.restore()
    try:
        ensure_demo(services.accounts.users, services.accounts.passwords, services.settings.demo_accounts)
    except (InvalidValue, Conflict) as error:
        raise SettingsError(f"PARQUAY_DEMO_USERS: {error.detail}") from None


def _refuse_scaled(settings: Settings) -> None:
    """Say at start what this build cannot do, instead of doing something else."""
    if settings.redis_url and settings.sqlalchemy_url.startswith("sqlite"):
        raise SettingsError("PARQUAY_REDIS_URL: Redis needs PostgreSQL, see PARQUAY_DATABASE_URL")
    if _is_remote(settings) and settings.sqlalchemy_url.startswith("sqlite"):
        raise SettingsError("PARQUAY_STORAGE_URL: s3:// needs PostgreSQL, see PARQUAY_DATABASE_URL")


def _catalog(settings: Settings, *, migrate: bool) -> Catalog:
    catalog = None
    try:
        catalog = Catalog(settings.sqlalchemy_url, durable=_is_durable(settings), carrier=_carrier(settings))
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


def _rules(settings: Settings) -> Rules:
    return Rules(
        max_size=settings.max_size,
        quota=settings.quota_bytes,
        extensions=settings.extensions,
        ttl=settings.upload_ttl,
        share=settings.share_default,
    )


def _hooks(settings: Settings) -> Hooks:
    if not settings.webhook_url:
        return Hooks(installed())
    from parquay.events.webhook import Webhook  # brings an HTTP client, which few servers need

    return Hooks(installed(), Webhook(settings.webhook_url, settings.webhook_secret))


def _secret(settings: Settings, users: Users) -> bytes:
    if settings.secret_key:
        return settings.secret_key.encode()
    return users.secret("token", lambda: secrets.token_bytes(32))


def _keep_private(settings: Settings) -> None:
    """See to it that nobody else can read what the directories hold."""
    file = settings.sqlalchemy_url.partition("sqlite:///")[2]
    keep_private(settings.root, Path(file) if file else None)
    if _store_root(settings) != settings.root:
        keep_private(_store_root(settings))


def _bound(settings: Settings, catalog: Catalog) -> str:
    """Return the id of the volume, once the directories are known to be those of the catalog.

    Raises:
        SettingsError: they are not.
    """
    volumes, data, store = Volumes(catalog), settings.root, _store_root(settings)
    home = settings.sqlalchemy_url == f"sqlite:///{data / 'metadata.db'}"
    is_new = volumes.id() is None
    name = "PARQUAY_STORAGE_URL" if store != data else "PARQUAY_DATA_DIR"
    try:
        volume_id = bind(volumes, store, uploads=True, parts=store == data, is_home=home and store == data)
        if store != data:
            name = "PARQUAY_DATA_DIR"
            bind(volumes, data, uploads=False, parts=True, is_home=home or is_new)
    except ForeignVolume as error:
        catalog.close()
        raise SettingsError(f"{name}: {error}") from None
    return volume_id


def _store_root(settings: Settings) -> Path:
    url = "" if _is_remote(settings) else settings.storage_url
    return Path(url.removeprefix("file://")).resolve() if url else settings.root


def _is_remote(settings: Settings) -> bool:
    return settings.storage_url.startswith("s3://")


def _bucket(settings: Settings, catalog: Catalog) -> S3Bucket:
    """Return the bucket of the storage URL, once it is known to keep conditions.

    Raises:
        SettingsError: it does not, it cannot be reached, or its client is not installed.
    """
    try:
        from parquay.storage.s3.bucket import S3Bucket  # brings a client that only this setting needs
        from parquay.storage.s3.probe import Unconditional, probe
    except ModuleNotFoundError as error:
        catalog.close()
        raise SettingsError(f"PARQUAY_STORAGE_URL: s3:// needs parquay[s3] ({error.name} is not installed)") from None
    name, _, prefix = settings.storage_url.removeprefix("s3://").strip("/").partition("/")
    bucket = S3Bucket(name, prefix, endpoint=settings.s3_endpoint, region=settings.s3_region)
    try:
        probe(bucket)
    except Unconditional as error:
        catalog.close()
        raise SettingsError(f"PARQUAY_STORAGE_URL: the object store ignores If-None-Match ({error})") from None
    except StoreFault as error:
        catalog.close()
        raise SettingsError(f"PARQUAY_STORAGE_URL: {error.detail}") from None
    return bucket


def _bound_bucket(bucket: S3Bucket, catalog: Catalog) -> str:
    """Return the id of the volume, once the bucket is known to be that of the catalog.

    Raises:
        SettingsError: it is not.
    """
    try:
        return bind_bucket(Volumes(catalog), bucket)
    except (ForeignVolume, StoreFault) as error:
        catalog.close()
        raise SettingsError(f"PARQUAY_STORAGE_URL: {error}") from None


def _store(settings: Settings, catalog: Catalog, bucket: S3Bucket | None) -> Store:
    if bucket is None:
        return LocalStore(_store_root(settings) / "uploads", durable=_is_durable(settings))
    return ChunkStore(bucket, NamedChunks(catalog), settings.root / "gathering", links=settings.s3_redirect)


def _disk(store: Store) -> Executor:
    """Return the threads that wait for a store: for an object store more of them, which do less."""
    return ThreadPoolExecutor(BUCKET_THREADS if isinstance(store, ChunkStore) else DISK_THREADS, "disk")


def _places(settings: Settings) -> Places:
    return LocalPlaces(settings.root / "parquet")


def _is_durable(settings: Settings) -> bool:
    """Whether what was acknowledged survives power loss, not only a crash of the process."""
    return settings.durability == "strict"
