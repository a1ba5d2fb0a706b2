"""A view of a table, as somebody sees it."""

from __future__ import annotations

from parquay.catalog.views import SeenView, Views
from parquay.errors import NotFound


def seen_view(views: Views, dataset_id: str, user_id: str, name: str) -> SeenView:
    """Return the view of that name: the caller's own, else one that is shared (blocking).

    Raises:
        NotFound: ``unknown_view`` (404).
    """
    # SQLite ends a text at NUL; PostgreSQL refuses it.
    found = None if "\0" in name else views.get(dataset_id, user_id, name)
    if found is None:
        raise NotFound(f"There is no view {name[:100]!r}.", "unknown_view")
    return found
