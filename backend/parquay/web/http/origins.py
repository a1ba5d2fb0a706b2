"""The statement that a table was made by, as its owner sees it."""

from __future__ import annotations

from typing import Any

from parquay.catalog.saved_queries import SavedQueries
from parquay.columns.text import json_text


def origin_of(saved_queries: SavedQueries, dataset_id: str) -> dict[str, Any] | None:
    """Return the statement and its parameters (blocking); None where the table was made otherwise."""
    saved = saved_queries.of(dataset_id)
    if saved is None:
        return None
    return {"query": saved.query, "params": None if saved.params is None else json_text.loads(saved.params)}
