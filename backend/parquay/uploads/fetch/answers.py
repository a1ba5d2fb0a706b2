"""What the answer of a source means for a file of which some bytes are there already. Pure.

A file is never put together from two versions. Where bytes are there, the rest is asked for by `Range`, with `If-Range`
and what tells the version (RFC 9110, 13.1.5). A source that sends everything again is read from its first byte, and
what is there must be the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from email.utils import collapse_rfc2231_value, parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from parquay.errors import ParquayError

MAX_WAIT_SECONDS = 60.0
"""Longest pause that a source may ask for before the next try."""

REDIRECTS = frozenset({301, 302, 303, 307, 308})

_LATER = frozenset({408, 425, 429})
"""Answers of 4xx that may be others later."""
_RANGE = re.compile(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19}|\*)")
_DIGITS = re.compile(r"\d{1,18}")
_ETAG = re.compile(r'"[\x21\x23-\x7e\x80-\xff]*"')


class FetchFailed(ParquayError):
    """A source does not give the file, or not one that can be taken: another try would end the same."""

    default_code = "fetch_failed"


class SourceAway(Exception):
    """A source does not give the file now. ``seconds``: the pause that it asks for."""

    def __init__(self, reason: str, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.seconds = seconds


class RangeUnfit(SourceAway):
    """A source does not give the range that was asked for; the whole file is to be asked for."""


@dataclass(frozen=True)
class SourceAnswer:
    """The head of an answer. ``fields``: names in lower case."""

    status: int
    fields: Mapping[str, str]


@dataclass(frozen=True)
class PartialFile:
    """What is there of a file.

    Attributes:
        offset: bytes that are there.
        size: total bytes, None while unknown.
        validator: what tells the version that they are of, None where nothing does.
    """

    offset: int
    size: int | None
    validator: str | None


@dataclass(frozen=True)
class SourceBody:
    """What follows the head of an answer.

    Attributes:
        start: which byte of the file comes first.
        size: total bytes of the file, None where only the end tells.
        validator: what tells this version, to be sent as `If-Range`.
    """

    start: int
    size: int | None
    validator: str | None


def asked_fields(stored: PartialFile, *, whole: bool) -> dict[str, str]:
    """Return the fields that ask for what is missing; ``whole``: for everything."""
    fields = {"Accept": "*/*", "Accept-Encoding": "identity"}
    if stored.offset and stored.validator and not whole:
        fields |= {"Range": f"bytes={stored.offset}-", "If-Range": stored.validator}
    return fields


def body_of(answer: SourceAnswer, stored: PartialFile, *, whole: bool) -> SourceBody:
    """Return what the body of an answer to `asked_fields` is.

    Raises:
        FetchFailed: it is not the file, or not the version that was begun.
        SourceAway: another try may do; RangeUnfit: if it asks for the whole file.
    """
    is_ranged = bool(stored.offset and stored.validator and not whole)
    if answer.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and is_ranged:
        raise RangeUnfit("the source has not so many bytes")
    _refuse_others(answer)
    if answer.fields.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise FetchFailed(
            "The source sends the file encoded for the way (Content-Encoding), although that was not asked for.",
            "source_encoded",
        )
    if answer.status == HTTPStatus.PARTIAL_CONTENT:
        found = _rest(answer, stored, is_ranged=is_ranged)
    else:
        found = SourceBody(0, _length(answer), validator_of(answer.fields))
    if None not in (found.size, stored.size) and found.size != stored.size:
        raise changed()
    return found


def changed() -> FetchFailed:
    """Return why a file cannot be finished whose source has another one now."""
    return FetchFailed("The file changed at its source while it was fetched; fetch it again.", "source_changed")


def validator_of(fields: Mapping[str, str]) -> str | None:
    """Return what tells a version for `If-Range`: a strong entity tag, or a time of change that is sure (8.8.2.2)."""
    tag = fields.get("etag", "").strip()
    if tag:
        return tag if _ETAG.fullmatch(tag) else None
    changed_at, sent_at = _moment(fields.get("last-modified")), _moment(fields.get("date"))
    if changed_at is None or sent_at is None or (sent_at - changed_at).total_seconds() < 1:
        return None
    return fields["last-modified"].strip()


def name_in(fields: Mapping[str, str]) -> str | None:
    """Return the name that `Content-Disposition` gives."""
    message = Message()
    message["content-disposition"] = fields.get("content-disposition", "").replace("\r", "").replace("\n", "")
    params: list[tuple[str, Any]] = message.get_params([], "content-disposition")
    given = [value for name, value in params if name == "filename"]
    # "filename*" comes before "filename" (RFC 6266, 4.3); it has been taken apart, and is a tuple.
    text = next((collapse_rfc2231_value(each) for each in given if isinstance(each, tuple)), None)
    if text is None and given:
        try:
            text = given[0].encode("latin-1").decode()  # many send the bytes of UTF-8 as they are
        except UnicodeError:
            text = given[0]
    return text or None


def wait_of(fields: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds that `Retry-After` asks for, `MAX_WAIT_SECONDS` at most; None without one."""
    text = fields.get("retry-after", "").strip()
    if _DIGITS.fullmatch(text):
        return min(float(text), MAX_WAIT_SECONDS)
    moment = _moment(text)
    return None if moment is None else min(max((moment - now).total_seconds(), 0.0), MAX_WAIT_SECONDS)


def is_later(status: int) -> bool:
    """Tell whether another try may get another status."""
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _LATER


def _refuse_others(answer: SourceAnswer) -> None:
    if answer.status in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
        return
    phrase = f"{answer.status} {_phrase(answer.status)}".strip()
    if is_later(answer.status):
        raise SourceAway(f"the source answered {phrase}")
    raise FetchFailed(f"The source answered {phrase}.")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _rest(answer: SourceAnswer, stored: PartialFile, *, is_ranged: bool) -> SourceBody:
    if not is_ranged:
        raise FetchFailed("The source answered with a part of the file, although the whole was asked for.")
    found = _RANGE.fullmatch(answer.fields.get("content-range", "").strip())
    if found is None or int(found[1]) != stored.offset:
        raise RangeUnfit("the source sent another range")
    size = None if found[3] == "*" else int(found[3])
    if size is not None and int(found[2]) != size - 1:
        raise RangeUnfit("the source sent less than was asked for")
    tag = answer.fields.get("etag", "").strip()
    if tag and (stored.validator or "").startswith('"') and tag != stored.validator:
        raise changed()
    return SourceBody(stored.offset, size, stored.validator)


def _length(answer: SourceAnswer) -> int | None:
    text = answer.fields.get("content-length", "").strip()
    return int(text) if _DIGITS.fullmatch(text) and "transfer-encoding" not in answer.fields else None


def _moment(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
