"""What a process is made of, in four groups."""

from __future__ import annotations

from dataclasses import dataclass

from parquay.auth.links import Links
from parquay.auth.passwords import Passwords
from parquay.auth.provider_logins import ProviderLogins
from parquay.auth.sessions import Sessions
from parquay.catalog.access import Sharing
from parquay.catalog.admin import Administration
from parquay.catalog.audit import AuditLog
from parquay.catalog.datasets import Datasets
from parquay.catalog.events import Events
from parquay.catalog.files import Files
from parquay.catalog.idempotency import IdempotencyKeys
from parquay.catalog.imports import Imports
from parquay.catalog.jobs import Jobs
from parquay.catalog.leases import Leases
from parquay.catalog.links import FileLinks
from parquay.catalog.queue import Queue
from parquay.catalog.samples import Samples
from parquay.catalog.saved_queries import SavedQueries
from parquay.catalog.segments import Segments
from parquay.catalog.session import Catalog
from parquay.catalog.upload_links import UploadLinks
from parquay.catalog.usage import Usages
from parquay.catalog.users import Users
from parquay.catalog.version_jobs import VersionJobs
from parquay.catalog.views import Views
from parquay.datasets.edit.append import Appending
from parquay.datasets.edit.cell_history import CellHistories
from parquay.datasets.edit.columns import ColumnEditor
from parquay.datasets.edit.edit import Editor
from parquay.datasets.edit.find_replace import FindReplace
from parquay.datasets.edit.mend import Mending
from parquay.datasets.edit.publish import Publisher
from parquay.datasets.edit.replace import Replacing
from parquay.datasets.edit.reread import Rereading
from parquay.datasets.edit.undo import Undoing
from parquay.datasets.export.export import Exporter
from parquay.datasets.query.aggregates import Aggregator
from parquay.datasets.query.browse import Browser
from parquay.datasets.query.charts import Charts
from parquay.datasets.query.engine import Engine
from parquay.datasets.query.groups import Grouper
from parquay.datasets.query.offers import ColumnOffers
from parquay.datasets.query.preview import Preview
from parquay.datasets.query.spark import SparkEngine
from parquay.datasets.statements.names import TableNames
from parquay.datasets.statements.run import Statements
from parquay.datasets.versions.commits import Commits
from parquay.datasets.versions.retention import Retention
from parquay.datasets.versions.tables import Tables
from parquay.datasets.versions.versions import Versions
from parquay.events.bus import Hub
from parquay.events.redis_counter import RedisCounter
from parquay.events.redis_samples import RedisSamples
from parquay.events.redis_server import RedisHealth
from parquay.settings import Settings
from parquay.storage.chunks import Store
from parquay.storage.local.scratch import ProcessScratch
from parquay.storage.place import Places
from parquay.uploads.create.concat import Concatenator
from parquay.uploads.create.create import Creator
from parquay.uploads.create.put_uploads import PutUploads
from parquay.uploads.create.repeats import Repeats
from parquay.uploads.create.small_uploads import SmallUploads
from parquay.uploads.fetch.begin import Importer
from parquay.uploads.fetch.fetcher import Fetcher
from parquay.uploads.maintain.expire import Expirer
from parquay.uploads.maintain.integrity import Soundness
from parquay.uploads.maintain.remove import Remover
from parquay.uploads.policy.guests import Guests
from parquay.uploads.policy.hooks import Hooks
from parquay.uploads.policy.rules import Rules
from parquay.uploads.receive.append import Appender
from parquay.uploads.receive.remote_writers import RemoteWriters
from parquay.uploads.receive.takeover import WriterRegistry


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
    imports: Imports
    importer: Importer
    fetcher: Fetcher
    keys: IdempotencyKeys
    repeats: Repeats
    upload_links: UploadLinks
    guests: Guests


@dataclass(frozen=True)
class TableServices:
    """What makes tables of files, reads, changes and exports them.

    Attributes:
        files: those that the tables are of.
        scratch: where a process puts what it reads of files and does not keep.
        spark: the engine for very large tables; None: there is none.
    """

    places: Places
    files: Files
    tables: Tables
    datasets: Datasets
    commits: Commits
    editor: Editor
    versions: Versions
    appending: Appending
    replacing: Replacing
    columns: ColumnEditor
    undoing: Undoing
    find_replace: FindReplace
    histories: CellHistories
    publisher: Publisher
    retention: Retention
    engine: Engine
    browser: Browser
    aggregator: Aggregator
    grouper: Grouper
    charts: Charts
    offers: ColumnOffers
    exporter: Exporter
    preview: Preview
    scratch: ProcessScratch
    rereads: VersionJobs
    rereading: Rereading
    refreshes: VersionJobs
    saved_queries: SavedQueries
    views: Views
    mending: Mending
    statements: Statements
    names: TableNames
    spark: SparkEngine | None


@dataclass(frozen=True)
class AccountServices:
    """Who is who, who may what, and what was done.

    Attributes:
        provider: lets in who signs in by a provider; None: there is none.
    """

    users: Users
    passwords: Passwords
    sessions: Sessions
    provider: ProviderLogins | None
    sharing: Sharing
    file_links: FileLinks
    links: Links
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
        counter: counts for all processes; None: each counts by itself.
    """

    log: Events
    hub: Hub
    jobs: Jobs
    samples: Samples
    random: RedisSamples | None = None
    redis: RedisHealth | None = None
    counter: RedisCounter | None = None


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
        self.tables.statements.close()
        if self.tables.spark is not None:
            self.tables.spark.close()
        self.leases.close()
        self.catalog.close()
