"""What a request says about how a file is read, as OpenAPI shows it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Strict
from pydantic.config import JsonDict

Count = Annotated[int, Strict()]
"""A number, which a truth value is not."""

EXAMPLE: JsonDict = {
    "delimiter": ";",
    "header": 1,
    "types": {"zip": "text", "day": {"type": "date", "style": "dd/MM/yyyy"}},
}


class TypeChoice(BaseModel):
    """What a column is to be; a column of an answer can be sent back. Without a style any of the type will do."""

    model_config = ConfigDict(extra="forbid")

    type: str
    style: str | None = None


class ReadingOptions(BaseModel):
    """How to read a file; what is left out is found out.

    `quote` and `escape` may be empty: there is none. `header` counts rows of names (0: the first row is data), `skip`
    lines above them. `comment` starts lines that are no rows. `sheet`: of a workbook; `member`: of an archive; `path`:
    the keys of the array of objects in JSON, with points between them; `widths`: characters of each column of lines
    without delimiters. `types` by column; `names`: of the columns, in
    order; `nulls`: words that stand for a missing cell; `missing`: such in columns that are no text, whose text is
    kept, beside those that always mean it.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    delimiter: str | None = None
    quote: str | None = None
    escape: str | None = None
    comment: str | None = None
    encoding: str | None = None
    header: Count | None = None
    skip: Count | None = None
    sheet: str | None = None
    member: str | None = None
    path: str | None = None
    widths: list[Count] | str | None = None
    types: dict[str, TypeChoice | str] | None = None
    names: list[str] | None = None
    nulls: list[str] | None = None
    missing: list[str] | None = None

    def options(self) -> dict[str, Any]:
        """What was said, for `ingest.text.overrides`, which says what cannot be meant."""
        return self.model_dump(include=set(ReadingOptions.model_fields), exclude_none=True)
