"""Which unfinished uploads are over: their time is, or nobody can go on with them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col, select

from parquay.catalog.tables import File, SavedQuery

RESULT_SECONDS = 60.0
"""The result of a statement comes from a server by itself: when none of it came for so long, that server is gone."""


def is_over(moment: datetime) -> ColumnElement[bool]:
    """The condition that an upload may be removed at ``moment``."""
    quiet = col(File.active_at) < moment - timedelta(seconds=RESULT_SECONDS)
    result = col(File.id).in_(select(SavedQuery.dataset_id))
    return or_(col(File.expires_at) < moment, and_(col(File.complete).is_(False), quiet, result))
