"""What a creation asks for: a safe name, a media type, how to read the file, what it must hash to."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from parquay.catalog.saved_queries import Beside
from parquay.errors import Forbidden, InvalidValue
from parquay.tus.create import CreationPlan
from parquay.tus.headers import Metadata
from parquay.uploads.policy.names import clean_name, file_name, folder_of, name_sent
from parquay.uploads.policy.rules import Owner

OPTION_KEYS = frozenset(
    {
        "delimiter", "encoding", "quote", "escape", "header", "types", "nulls", "names", "skip_rows", "sheet",
        "comment", "member", "path", "skip", "missing", "dataset", "again", "widths",
    }
)  # fmt: skip
"""Metadata keys that tell how the file is to be read, and to which table its rows are appended."""
OWNERS_KEYS = frozenset({"dataset", "again", "shared"})
"""Keys that change what is there already, or who may look: whoever uploads by a link may not use them."""
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]{1,64}/[\w!#$&^.+-]{1,64}(;[ -~]{0,128})?", re.ASCII)
_HEX_DIGEST = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True)
class Request:
    """A creation as its protocol understood it.

    Attributes:
        sent_name: what `name` was before it was made safe.
        beside: writes what belongs to the file, in the transaction that makes it.
        source_url: where the server gets the file, None where it is sent.
        is_named: whether `name` is meant; else a better one may come with the bytes.
    """

    owner: Owner
    name: str
    content_type: str | None
    plan: CreationPlan
    options: dict[str, Any] | None = None
    sha256: str | None = None
    path: str | None = None
    sent_name: str | None = None
    beside: Beside | None = None
    source_url: str | None = None
    is_named: bool = True

    def check_link(self) -> None:
        """Refuse what somebody who uploads by a link may not ask for: more than a file of its own.

        Raises:
            Forbidden: ``scope_missing`` (403).
        """
        if self.owner.link is None:
            return
        asked = {*(self.options or {}), *dict(self.plan.metadata.pairs)} & OWNERS_KEYS
        if asked:
            raise Forbidden(f"An upload link takes files, and no {min(asked)!r}.", "scope_missing")


def describe(owner: Owner, plan: CreationPlan, query: Mapping[str, str] | None = None) -> Request:
    """Return the creation that a client asks for, with what its metadata tells, and where that is silent its query.

    Raises:
        InvalidValue: the metadata holds a digest or an option that cannot be understood; ``unknown_parameter`` (422).
    """
    query = query or {}
    metadata = plan.metadata
    content_type = metadata.text("filetype", "type", "content_type") or plan.content_type
    name = clean_name(plan.filename) if plan.filename else file_name(metadata)
    sent_name = plan.filename or name_sent(metadata)
    sha256 = expected_digest(metadata) or plan.sha256
    if unknown := [name for name in query if name not in OPTION_KEYS]:
        raise InvalidValue(f"There is no parameter {unknown[0][:100]!r} here.", "unknown_parameter")
    options = read_options({**query, **_texts(metadata)})
    return Request(owner, name, clean_type(content_type), plan, options, sha256, folder_of(metadata), sent_name)


def clean_type(content_type: str | None) -> str | None:
    """Return a media type that may stand in a header, None for anything else."""
    return content_type if content_type and _MEDIA_TYPE.fullmatch(content_type) else None


def expected_digest(metadata: Metadata) -> str | None:
    """Return the SHA-256 that the file must have, as 64 hexadecimal digits; None when nothing was told.

    Raises:
        InvalidValue: ``bad_digest`` (422).
    """
    text = _text(metadata, "sha256", "bad_digest")
    if text is None:
        return None
    if not _HEX_DIGEST.fullmatch(text):
        raise InvalidValue("The sha256 in the metadata must be 64 hexadecimal digits.", "bad_digest")
    return text.lower()


def read_options(given: Mapping[str, str | None]) -> dict[str, Any] | None:
    """Return those of ``given`` that tell how to read a file, JSON values parsed; None when there is none.

    Raises:
        InvalidValue: ``bad_option`` (422).
    """
    declared = {key: text for key, text in given.items() if key in OPTION_KEYS and text is not None}
    return {key: _parsed(key, text) for key, text in declared.items()} or None


def _texts(metadata: Metadata) -> dict[str, str | None]:
    return {key: _text(metadata, key, "bad_option") for key, _ in metadata.pairs if key in OPTION_KEYS}


def _text(metadata: Metadata, key: str, code: str) -> str | None:
    """What is told about ``key``, None where that is nothing. What is no text must not look like nothing."""
    text = metadata.text(key)
    if text is None and dict(metadata.pairs).get(key):
        raise InvalidValue(f"The {key} in the metadata is not UTF-8.", code)
    return text


def _parsed(key: str, text: str) -> Any:
    if text[:1] not in ("{", "[") and text not in ("true", "false"):
        return text
    try:
        return json.loads(text)
    except ValueError:
        raise InvalidValue(f"The option {key!r} cannot be understood.", "bad_option") from None
