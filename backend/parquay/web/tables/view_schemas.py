"""The bodies of requests and answers about views, as OpenAPI shows them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, field_validator

from parquay.web.http.schemas import Text, Timestamp


class NewView(BaseModel):
    """A view to keep: `filter`, `q` and `sort` as in the address of rows, the `columns` that it shows (null: all).

    `page`: the query of the page's address, for what only the page shows: tab, widths, chart, version.
    `shared`: everybody who sees the table sees it too.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Text = Field(min_length=1, max_length=100)
    filter: list[Text] = Field(default_factory=list, max_length=100)
    sort: list[Text] = Field(default_factory=list, max_length=100)
    columns: list[Text] | None = Field(None, min_length=1, max_length=10_000)
    q: Text = Field("", max_length=1000)
    page: Text = Field("", max_length=20_000)
    shared: bool = False

    @field_validator("name")
    @classmethod
    def _is_a_segment(cls, name: str) -> str:
        if name in {".", ".."}:
            raise ValueError("no view is called so: it could not stand in an address")
        return name


class ViewRef(BaseModel):
    """A view; `owner` is who made it, `mine` whether that is the caller."""

    name: str
    filter: list[str]
    sort: list[str]
    columns: list[str] | None
    q: str
    page: str
    shared: bool
    owner: str
    mine: bool
    changed_at: Timestamp
