"""Counters, gauges and structured logs. Names are stable; no user or upload id is ever a label."""

from __future__ import annotations

import json
import logging
import sys
import time
from typing import Any, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from parquay.errors import ParquayError

log = logging.getLogger(__name__)

registry = CollectorRegistry()

requests = Counter("parquay_http_requests", "HTTP requests.", ["method", "status"], registry=registry)
refusals = Counter("parquay_refusals", "Requests refused, by stable code.", ["code"], registry=registry)
bytes_received = Counter("parquay_upload_bytes", "Bytes of uploads made durable.", registry=registry)
uploads_created = Counter("parquay_uploads_created", "Uploads created.", registry=registry)
uploads_finished = Counter("parquay_uploads_finished", "Uploads whose last byte landed.", registry=registry)
uploads_removed = Counter("parquay_uploads_removed", "Uploads removed.", registry=registry)
uploads_active = Gauge("parquay_uploads_active", "Uploads receiving bytes now.", registry=registry)
interrupted = Counter("parquay_upload_interrupted", "Bodies that ended early.", ["reason"], registry=registry)
sync_seconds = Histogram("parquay_fsync_duration_seconds", "Time to make bytes durable.", registry=registry)
sync_errors = Counter("parquay_fsync_errors", "Failed syncs.", registry=registry)
commit_seconds = Histogram("parquay_db_commit_seconds", "Time of one group commit.", registry=registry)
jobs_troubled = Gauge(
    "parquay_jobs_troubled", "Jobs whose last run failed, by the code of the failure.", ["code"], registry=registry
)
redis_up = Gauge("parquay_redis_up", "Whether Redis answers; 0 also where there is none.", registry=registry)
engine_up = Gauge(
    "parquay_engine_up",
    "Whether the engine for very large tables answered last; 0 also where there is none.",
    registry=registry,
)
jobs_waiting = Gauge("parquay_jobs_waiting", "Files that wait for their conversion.", registry=registry)
jobs_late = Gauge(
    "parquay_jobs_late_seconds", "How long the first of the waiting files has waited, in seconds.", registry=registry
)
jobs_stuck = Gauge("parquay_jobs_stuck", "Conversions whose worker lives but does not move.", registry=registry)
reader_blocks = Gauge(
    "parquay_reader_blocks",
    "Blocks of files by the reader that was asked: reason `read`, or why it left them to the next one.",
    ["reader", "reason"],
    registry=registry,
)
tables_broken = Gauge("parquay_tables_broken", "Tables that could not be tidied.", registry=registry)
losses = Counter(
    "parquay_losses",
    "Times that stored bytes were found to be gone or not what they were.",
    ["code"],
    registry=registry,
)
login_failures = Counter("parquay_login_failures", "Failed logins.", registry=registry)
sse_clients = Gauge("parquay_sse_clients", "Connected event streams.", registry=registry)


T = TypeVar("T", bound=ParquayError)


def lost(error: T) -> T:
    """Raise the alarm for stored bytes that are gone or not what they were: a metric and a line in the log."""
    losses.labels(error.code).inc()
    log.error("stored bytes are damaged: %s", error.detail, extra={"fields": {"code": error.code}})
    return error


def exposition() -> bytes:
    """Return every metric in the Prometheus text format."""
    return generate_latest(registry)


class JsonFormatter(logging.Formatter):
    """One JSON object a line; control characters cannot break it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return ``record`` as one line of JSON, its ``fields`` beside the message."""
        line: dict[str, Any] = {
            "ts": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{record.msecs:03.0f}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        line.update(getattr(record, "fields", {}))
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def configure_logging(level: str) -> None:
    """Log JSON lines of ``level`` and above to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.getLogger("alembic").setLevel(max(logging.WARNING, logging.getLogger().level))
