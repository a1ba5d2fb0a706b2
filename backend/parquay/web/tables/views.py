"""Views of a table: filters, a search, order and columns by a name, to be asked for with `?view=`."""

from __future__ import annotations

from fastapi import APIRouter, Response

from parquay.catalog.tables import View
from parquay.catalog.views import SeenView
from parquay.datasets.query.groups import named
from parquay.datasets.query.plan import columns_of, read_query
from parquay.errors import InvalidValue
from parquay.events.messages import timestamp
from parquay.roles import EDIT, OWNER, VIEW, require
from parquay.web.http.deps import IdentityDep, TablesDep, seen
from parquay.web.tables.dataset_edits import dataset_file
from parquay.web.tables.seen_views import seen_view
from parquay.web.tables.view_schemas import NewView, ViewRef
from parquay.wiring import TableServices

router = APIRouter(tags=["datasets"])


@router.get("/datasets/{dataset_id}/views")
def list_views(dataset_id: str, tables: TablesDep, identity: IdentityDep) -> list[ViewRef]:
    """List the views of the caller, then those that others share."""
    file = dataset_file(tables.files, dataset_id, identity.id)
    return [_shown(each, identity.id) for each in tables.views.seen(file.id, identity.id)]


@router.post("/datasets/{dataset_id}/views", status_code=201)
def put_view(dataset_id: str, new: NewView, response: Response, tables: TablesDep, identity: IdentityDep) -> ViewRef:
    """Keep a view, in place of the one of that name that the caller had (200); who shares it needs the role `edit`.

    Its filters, its order and its columns are those of the newest version.
    """
    file = dataset_file(tables.files, dataset_id, identity.id, EDIT if new.shared else VIEW)
    view = View(
        dataset_id=file.id,
        user_id=identity.id,
        name=new.name,
        shared=new.shared,
        filters=new.filter,
        sort=new.sort,
        columns=new.columns,
        q=new.q,
        page=new.page,
    )
    _check(tables, dataset_id, identity.id, view)
    if not tables.views.put(view):
        response.status_code = 200
    return _shown(seen_view(tables.views, file.id, identity.id, new.name), identity.id)


def _check(tables: TableServices, dataset_id: str, user_id: str, view: View) -> None:
    """Refuse a view that the newest version has no answer to.

    Raises:
        InvalidValue: what cannot be understood, by its code (422).
        Conflict: the table is still being made (409).
    """
    file = dataset_file(tables.files, dataset_id, user_id)
    columns = columns_of(tables.tables.snapshot(file, None).columns)
    read_query(columns, view.filters, view.sort)
    shown = [named(columns, each) for each in view.columns or ()]
    if len(set(view.columns or ())) < len(shown):
        raise InvalidValue("columns: each once.", "bad_columns")


@router.get("/datasets/{dataset_id}/views/{name:path}")
def read_view(dataset_id: str, name: str, tables: TablesDep, identity: IdentityDep) -> ViewRef:
    """Show a view: the caller's own of that name, else one that is shared."""
    file = dataset_file(tables.files, dataset_id, identity.id)
    return _shown(seen_view(tables.views, file.id, identity.id, name), identity.id)


@router.delete("/datasets/{dataset_id}/views/{name:path}", status_code=204)
def remove_view(dataset_id: str, name: str, tables: TablesDep, identity: IdentityDep) -> Response:
    """Forget a view of the caller; the owner of the table may forget those that others share."""
    found = seen(tables.files, dataset_id, identity.id, noun="dataset")
    view = seen_view(tables.views, found.file.id, identity.id, name).view
    if view.user_id != identity.id:
        require(found.role, OWNER)
    tables.views.remove(view)
    return Response(status_code=204)


def _shown(found: SeenView, user_id: str) -> ViewRef:
    view = found.view
    return ViewRef.model_validate(
        {
            "name": view.name,
            "filter": view.filters,
            "sort": view.sort,
            "columns": view.columns,
            "q": view.q,
            "page": view.page,
            "shared": view.shared,
            "owner": found.maker,
            "mine": view.user_id == user_id,
            "changed_at": timestamp(view.changed_at),
        }
    )
