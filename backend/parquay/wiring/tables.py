"""Builds what makes tables of files, reads, changes and exports them."""

from __future__ import annotations

from importlib.util import find_spec

from parquay.catalog.datasets import Datasets
from parquay.catalog.jobs import Jobs
from parquay.catalog.saved_queries import SavedQueries
from parquay.catalog.session import Catalog
from parquay.catalog.version_jobs import REFRESH, VersionJobs
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
from parquay.datasets.query.expressions import Expressions
from parquay.datasets.query.groups import Grouper
from parquay.datasets.query.offers import ColumnOffers
from parquay.datasets.query.preview import Preview
from parquay.datasets.query.spark import SparkEngine
from parquay.datasets.statements.names import TableNames
from parquay.datasets.statements.process import StatementProcesses
from parquay.datasets.statements.run import Statements
from parquay.datasets.versions.commits import Commits
from parquay.datasets.versions.retention import Retention
from parquay.datasets.versions.tables import Tables
from parquay.datasets.versions.versions import Versions
from parquay.settings import Settings, SettingsError
from parquay.storage.local.scratch import ProcessScratch
from parquay.storage.place import Places
from parquay.wiring.services import TableServices, UploadServices


def table_services(
    settings: Settings, datasets: Datasets, uploads: UploadServices, places: Places, *, catalog: Catalog, jobs: Jobs
) -> TableServices:
    """Build what makes, reads and changes tables, which are in ``places``."""
    files = uploads.files
    tables = Tables(places, datasets)
    commits = Commits(tables, datasets, quota=settings.quota_bytes)
    appending = Appending(tables, commits)
    engine = Engine(places.fetched, settings.root / "tmp", seconds=settings.query_timeout, memory=settings.query_memory)
    spark = _spark(settings)
    aggregator = Aggregator(engine, spark)
    return TableServices(
        places,
        files,
        tables,
        datasets,
        commits,
        Editor(tables, commits),
        Versions(tables, commits, datasets),
        appending,
        Replacing(tables, commits),
        ColumnEditor(commits, Expressions(seconds=settings.query_timeout)),
        Undoing(tables, commits, datasets),
        FindReplace(tables, commits, seconds=settings.query_timeout),
        CellHistories(tables, datasets),
        Publisher(places, files, datasets, appending),
        Retention(files, datasets, tables, commits, keep=settings.versions_kept),
        engine,
        Browser(engine),
        aggregator,
        Grouper(engine, spark),
        Charts(engine),
        ColumnOffers(),
        Exporter(engine, aggregator, spark),
        Preview(uploads.segments, tables, places),
        ProcessScratch(settings.root / "tmp", "read"),
        VersionJobs(catalog, jobs),
        Rereading(tables, commits, datasets.readings),
        VersionJobs(catalog, jobs, REFRESH),
        SavedQueries(catalog),
        Views(catalog),
        Mending(commits, datasets.readings),
        Statements(
            StatementProcesses(settings.root / "tmp", memory=settings.query_memory, kept=settings.sql_processes),
            seconds=settings.query_timeout,
            spark=spark,
        ),
        TableNames(files, tables, (lambda _snapshot: False) if spark is None else spark.takes),
        spark,
    )


def _spark(settings: Settings) -> SparkEngine | None:
    """Return the engine for very large tables, where there is one.

    Raises:
        SettingsError: its client is not installed.
    """
    if not settings.engine_url:
        return None
    if find_spec("pyspark") is None:
        raise SettingsError("PARQUAY_ENGINE_URL: sc:// needs the extra parquay[engine]")
    return SparkEngine(settings.engine_url, min_rows=settings.engine_min_rows, min_bytes=settings.engine_min_bytes)
