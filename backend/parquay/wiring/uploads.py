"""Builds what takes in bytes."""

from __future__ import annotations

from functools import partial

from parquay.catalog.checkpoint_requests import CheckpointRequests
from parquay.catalog.files import Files
from parquay.catalog.idempotency import IdempotencyKeys
from parquay.catalog.imports import Imports
from parquay.catalog.queue import Queue
from parquay.catalog.segments import Segments
from parquay.catalog.session import Catalog
from parquay.catalog.unsynced import UnsyncedBytes
from parquay.catalog.upload_links import UploadLinks
from parquay.networks import Reachable
from parquay.settings import Settings
from parquay.storage.chunked.store import ChunkStore
from parquay.storage.chunks import Store
from parquay.storage.place import Places
from parquay.uploads.create.concat import Concatenator
from parquay.uploads.create.create import Creator
from parquay.uploads.create.put_uploads import PutUploads
from parquay.uploads.create.repeats import Repeats
from parquay.uploads.create.small_uploads import SmallUploads
from parquay.uploads.fetch.begin import Importer
from parquay.uploads.fetch.fetcher import Fetcher
from parquay.uploads.fetch.open_source import SourceClient
from parquay.uploads.maintain.expire import Expirer
from parquay.uploads.maintain.integrity import Soundness
from parquay.uploads.maintain.remove import Remover
from parquay.uploads.policy.guests import Guests
from parquay.uploads.policy.hooks import Hooks, installed
from parquay.uploads.policy.rules import Rules
from parquay.uploads.receive.append import Appender
from parquay.uploads.receive.remote_writers import RemoteWriters
from parquay.uploads.receive.stall import StallTimeout
from parquay.uploads.receive.takeover import WriterRegistry
from parquay.user_limits import UserLimits
from parquay.wiring.database import is_durable
from parquay.wiring.services import EventServices, UploadServices
from parquay.wiring.stores import disk_threads


def upload_services(
    settings: Settings,
    catalog: Catalog,
    events: EventServices,
    queue: Queue,
    *,
    store: Store,
    places: Places,
    volume_id: str,
) -> UploadServices:
    """Build what takes in bytes."""
    rules, hooks, writers = _rules(settings), _hooks(settings), WriterRegistry()
    files, disk = Files(catalog, events.log, events.jobs, hooked=bool(hooks)), disk_threads(store)
    stall_timeout = StallTimeout(settings.idle_timeout, settings.min_rate)
    is_shared = settings.processes > 1 or bool(settings.database_url)
    remote = RemoteWriters(catalog, CheckpointRequests(catalog), writers) if is_shared else None
    appender = Appender(catalog, files, store, writers, disk, rules=rules, stall_timeout=stall_timeout, remote=remote)
    concatenator = Concatenator(catalog, files, store, disk)
    small: SmallUploads | PutUploads = PutUploads(catalog, files, store, disk)
    if not isinstance(store, ChunkStore):
        unsynced = UnsyncedBytes(catalog, files, volume_id)
        small = SmallUploads(catalog, unsynced, store, durable=is_durable(settings))
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
    remover = Remover(catalog, files, store, writers, disk, places=places)
    imports, reachable = Imports(catalog, files, events.log, events.jobs), Reachable.parse(settings.fetch_allow)
    fetcher = Fetcher(
        files,
        imports,
        appender,
        store,
        disk,
        client=partial(_source_client, reachable, settings.idle_timeout),
        rules=rules,
        check_room=creator.check_free,
    )
    into, kept = (writers, remote, appender, concatenator, small, creator), (remover, Expirer(files, remover, writers))
    importer, soundness, segments = Importer(creator, imports, reachable), Soundness(store), Segments(catalog)
    links = UploadLinks(catalog)
    fixed = files, segments, queue, store, rules, hooks
    keys = IdempotencyKeys(catalog)
    asked_again = keys, Repeats(keys, files, store, writers)
    into_links = links, Guests(links)
    return UploadServices(*fixed, *into, *kept, soundness, imports, importer, fetcher, *asked_again, *into_links)


def _source_client(reachable: Reachable, idle: float) -> SourceClient:
    from parquay.uploads.fetch.sources import Sources  # brings an HTTP client, which few servers need

    return Sources(reachable, idle=idle)


def _rules(settings: Settings) -> Rules:
    return Rules(
        max_size=settings.max_size,
        quota=settings.quota_bytes,
        extensions=settings.extensions,
        ttl=settings.upload_ttl,
        share=settings.share_default,
        user_limits=UserLimits(settings.limit_requests, settings.limit_uploads, settings.limit_bandwidth),
    )


def _hooks(settings: Settings) -> Hooks:
    if not settings.webhook_url:
        return Hooks(installed())
    from parquay.events.webhook import Webhook  # brings an HTTP client, which few servers need

    return Hooks(installed(), Webhook(settings.webhook_url, settings.webhook_secret))
