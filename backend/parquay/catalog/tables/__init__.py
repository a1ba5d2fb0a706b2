"""The tables of the catalog, as SQLModel classes. Times are UTC; sizes and offsets are bytes.

They are imported from here, so that each process knows all of them: keys of one point at rows of another.
"""

from parquay.catalog.tables.accounts import ApiKey, Audit, ExternalAccount, Login, Secret, Throttle, User
from parquay.catalog.tables.column_types import now
from parquay.catalog.tables.datasets import (
    DatasetVersion,
    FileReading,
    ReaderBlocks,
    Reject,
    SavedQuery,
    Segment,
    View,
)
from parquay.catalog.tables.events import Event, RemovedEvents, Sample
from parquay.catalog.tables.files import (
    FILE_DEFAULTS,
    Access,
    File,
    IdempotencyKey,
    Link,
    NewFile,
    StoredUsage,
    UploadLink,
)
from parquay.catalog.tables.jobs import Job, Lease, Served
from parquay.catalog.tables.upload_bytes import CheckpointRequest, NamedChunk, Unsynced, Volume

__all__ = [
    "FILE_DEFAULTS",
    "Access",
    "ApiKey",
    "Audit",
    "CheckpointRequest",
    "DatasetVersion",
    "Event",
    "ExternalAccount",
    "File",
    "FileReading",
    "IdempotencyKey",
    "Job",
    "Lease",
    "Link",
    "Login",
    "NamedChunk",
    "NewFile",
    "ReaderBlocks",
    "Reject",
    "RemovedEvents",
    "Sample",
    "SavedQuery",
    "Secret",
    "Segment",
    "Served",
    "StoredUsage",
    "Throttle",
    "Unsynced",
    "UploadLink",
    "User",
    "View",
    "Volume",
    "now",
]
