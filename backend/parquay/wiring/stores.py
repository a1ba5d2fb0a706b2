"""Where bytes and parts are, as the settings have it; and that they are where the catalog has them."""

from __future__ import annotations

from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from parquay.catalog.chunks import NamedChunks
from parquay.catalog.session import Catalog
from parquay.catalog.volumes import Volumes
from parquay.settings import Settings, SettingsError
from parquay.storage.chunked.store import ChunkStore
from parquay.storage.chunks import Store, StoreFault
from parquay.storage.local.place import LocalPlaces
from parquay.storage.local.private import keep_private
from parquay.storage.local.uploads import LocalStore
from parquay.storage.place import Places
from parquay.uploads.maintain.volume import ForeignVolume, bind, bind_bucket
from parquay.wiring.database import is_durable

if TYPE_CHECKING:
    from parquay.storage.s3.bucket import S3Bucket

DISK_THREADS = 16
"""Threads for writes and syncs. More uploads than that share them in turn."""

BUCKET_THREADS = 48
"""Threads where most of them wait for the answers of an object store."""


def is_remote(settings: Settings) -> bool:
    """Tell whether uploads are in an object store."""
    return settings.storage_url.startswith("s3://")


def open_store(settings: Settings, catalog: Catalog, bucket: S3Bucket | None) -> Store:
    """Return the store of uploads: a directory, or ``bucket``."""
    if bucket is None:
        return LocalStore(store_root(settings) / "uploads", durable=is_durable(settings))
    return ChunkStore(bucket, NamedChunks(catalog), settings.root / "gathering", links=settings.s3_redirect)


def open_bucket(settings: Settings, catalog: Catalog) -> S3Bucket:
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


def volume_of_directories(settings: Settings, catalog: Catalog) -> str:
    """Return the id of the volume, once the directories are known to be those of the catalog.

    Raises:
        SettingsError: they are not.
    """
    volumes, data, store = Volumes(catalog), settings.root, store_root(settings)
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


def volume_of_bucket(bucket: S3Bucket, catalog: Catalog) -> str:
    """Return the id of the volume, once the bucket is known to be that of the catalog.

    Raises:
        SettingsError: it is not.
    """
    try:
        return bind_bucket(Volumes(catalog), bucket)
    except (ForeignVolume, StoreFault) as error:
        catalog.close()
        raise SettingsError(f"PARQUAY_STORAGE_URL: {error}") from None


def keep_data_private(settings: Settings) -> None:
    """See to it that nobody else can read what the directories hold."""
    file = settings.sqlalchemy_url.partition("sqlite:///")[2]
    keep_private(settings.root, Path(file) if file else None)
    if store_root(settings) != settings.root:
        keep_private(store_root(settings))


def disk_threads(store: Store) -> Executor:
    """Return the threads that wait for a store: for an object store more of them, which do less."""
    return ThreadPoolExecutor(BUCKET_THREADS if isinstance(store, ChunkStore) else DISK_THREADS, "disk")


def open_places(settings: Settings, bucket: S3Bucket | None) -> Places:
    """Return where tables are: a directory, or ``bucket``."""
    if bucket is None:
        return LocalPlaces(settings.root / "parquet")
    from parquay.storage.remote.part_cache import PartCache
    from parquay.storage.remote.place import RemotePlaces

    try:
        cache = PartCache(settings.cache_root, settings.cache_bytes)
    except OSError as error:
        raise SettingsError(f"PARQUAY_CACHE_DIR: {settings.cache_root}: {error.strerror}") from None
    return RemotePlaces(bucket, cache, bucket.url, settings.root / "tmp")


def store_root(settings: Settings) -> Path:
    """Return the directory with the uploads, where they are in one."""
    url = "" if is_remote(settings) else settings.storage_url
    return Path(url.removeprefix("file://")).resolve() if url else settings.root
