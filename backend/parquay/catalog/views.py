"""Views: ways of looking at a table, by name, for who made them or for everybody who sees the table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from parquay.catalog.session import CatalogRows
from parquay.catalog.tables import User, View, now
from parquay.errors import Conflict

VIEWS_PER_USER = 100
"""Most views of one table by one user."""


class SeenView(NamedTuple):
    """A view, and the name of who made it."""

    view: View
    maker: str


class Views(CatalogRows):
    """The views of tables. Writing methods block until the commit."""

    def seen(self, dataset_id: str, user_id: str) -> Sequence[SeenView]:
        """Return the views of a table that ``user_id`` made, then those that others share, by name."""
        mine = col(View.user_id) == user_id
        query = select(View, User.username).join(User, col(User.id) == View.user_id)
        query = query.where(View.dataset_id == dataset_id, or_(mine, col(View.shared)))
        with self._catalog.read() as session:
            found = session.execute(query.order_by(mine.desc(), col(View.name), User.username)).all()
        return [SeenView(*each) for each in found]

    def get(self, dataset_id: str, user_id: str, name: str) -> SeenView | None:
        """Return the view of that name as ``user_id`` sees it: their own one first; None when there is none."""
        return next((each for each in self.seen(dataset_id, user_id) if each.view.name == name), None)

    def put(self, view: View) -> bool:
        """Keep a view in place of the one that its maker had by that name; True when there was none.

        Raises:
            Conflict: ``too_many_views`` (409).
        """
        counting = select(func.count()).select_from(View)
        counting = counting.where(View.dataset_id == view.dataset_id, View.user_id == view.user_id)

        def write(session: Session) -> bool | None:
            before = session.get(View, (view.dataset_id, view.user_id, view.name))
            if before is None and session.exec(counting).one() >= VIEWS_PER_USER:
                return None
            session.merge(View.model_validate(view.model_dump() | {"changed_at": now()}))
            return before is None

        is_new = self._catalog.write(write)
        if is_new is None:
            raise Conflict(f"A table may have {VIEWS_PER_USER} views of one user.", "too_many_views")
        return is_new

    def remove(self, view: View) -> None:
        """Forget a view."""

        def write(session: Session) -> None:
            kept = session.get(View, (view.dataset_id, view.user_id, view.name))
            if kept is not None:
                session.delete(kept)

        self._catalog.write(write)
