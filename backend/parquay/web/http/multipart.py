"""A multipart upload as a stream: the bytes of its file part, as they arrive, never more than a chunk of them.

The parser is a push parser; what it calls back is gathered for one chunk of the body and then handed on. A body that
ends before its last boundary is an error, so that half a file is never taken for a whole one.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from parquay.errors import BadInput, InvalidValue, UnsupportedType

FIELD = "file"
"""Name of the part that is the file."""

OTHER_PARTS_LIMIT = 1024 * 1024
"""Most bytes in all parts that are not the file."""

MAX_PARTS = 100


@dataclass(frozen=True)
class FilePart:
    """The file of a multipart body: its name and media type as sent, and its bytes.

    `fields` are the parts before it.
    """

    name: str
    content_type: str | None
    body: AsyncIterator[bytes]
    fields: Mapping[str, str]


@dataclass(frozen=True)
class _Begin:
    headers: dict[str, str]


class _End:
    pass


_Step = _Begin | bytes | _End


class _Steps:
    """Turns the parser's callbacks into a queue of steps."""

    def __init__(self, boundary: bytes) -> None:
        self.queue: deque[_Step] = deque()
        self.ended = False
        self._headers: dict[str, str] = {}
        self._name = b""
        self._value = b""
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._part_begin,
                "on_header_field": self._header_field,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_headers_finished": lambda: self.queue.append(_Begin(self._headers)),
                "on_part_data": lambda data, start, end: self.queue.append(data[start:end]),
                "on_part_end": lambda: self.queue.append(_End()),
                "on_end": self._all_end,
            },
        )

    def feed(self, chunk: bytes) -> None:
        try:
            self._parser.write(chunk)
        except MultipartParseError:
            raise BadInput("The multipart body cannot be read.", "bad_multipart") from None

    def _part_begin(self) -> None:
        self._headers = {}

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._name.decode("latin-1").lower()] = self._value.decode("latin-1")
        self._name = self._value = b""

    def _all_end(self) -> None:
        self.ended = True


async def file_part(
    content_type: str, stream: AsyncIterator[bytes], idle_timeout: float, *, early: Collection[str] = ()
) -> FilePart:
    """Read up to the file part of a multipart body; its ``body`` goes on from there.

    Args:
        content_type: the request's Content-Type.
        stream: the request's body as it arrives.
        idle_timeout: seconds without a byte after which the body is given up.
        early: fields that mean nothing behind the file.

    Raises:
        UnsupportedType: it is no multipart form (415).
        BadInput: ``bad_multipart``, ``body_incomplete``, ``body_idle`` (400); ``body`` may raise them too.
        InvalidValue: ``file_missing``, no part ``file`` with a file name (422); ``body`` may raise ``bad_option``.
    """
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data":
        raise UnsupportedType("Send the file as multipart/form-data, in the field 'file'.")
    boundary = options.get(b"boundary")
    if not boundary or len(boundary) > 256:
        raise BadInput("The multipart body has no boundary.", "bad_multipart")
    steps = _in_steps(_Steps(boundary), _watched(stream, idle_timeout))
    fields: dict[str, str] = {}
    headers = await _to_file(steps, fields)
    _, disposition = parse_options_header(headers["content-disposition"])
    name = _text(disposition[b"filename"])
    return FilePart(name, headers.get("content-type"), _bytes_of_file(steps, early), fields)


def _text(raw: bytes) -> str:
    # Browsers send UTF-8 and write a quote, CR and LF as %22, %0D, %0A (the HTML standard, multipart/form-data).
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    for escape in ("%22", "%0D", "%0A"):
        text = text.replace(escape, unquote(escape))
    return text


async def _watched(stream: AsyncIterator[bytes], idle_timeout: float) -> AsyncIterator[bytes]:
    iterator = aiter(stream)
    while True:
        try:
            async with asyncio.timeout(idle_timeout):
                chunk = await anext(iterator)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise BadInput("No byte came for too long.", "body_idle") from None
        yield chunk


async def _in_steps(steps: _Steps, stream: AsyncIterator[bytes]) -> AsyncIterator[_Step]:
    async for chunk in stream:
        steps.feed(chunk)
        while steps.queue:
            yield steps.queue.popleft()
    if not steps.ended:
        raise BadInput("The body ended before its last boundary.", "body_incomplete")


async def _to_file(steps: AsyncIterator[_Step], fields: dict[str, str]) -> dict[str, str]:
    """Put the parts before the file into `fields`; return the headers of the file part."""
    skipped = parts = 0
    name, value = "", b""
    async for step in steps:
        if isinstance(step, bytes):
            skipped += len(step)
            value += step
        elif isinstance(step, _Begin):
            parts += 1
            if _is_file(step):
                return step.headers
            name, value = _name_of(step), b""
        else:
            fields[name] = value.decode(errors="replace")
        if skipped > OTHER_PARTS_LIMIT or parts > MAX_PARTS:
            raise BadInput("The form has too much before its file.", "bad_multipart")
    raise InvalidValue("The form has no file in the field 'file'.", "file_missing")


def _name_of(part: _Begin) -> str:
    _, options = parse_options_header(part.headers.get("content-disposition", ""))
    return _text(options.get(b"name", b""))


def _is_file(part: _Begin) -> bool:
    _, options = parse_options_header(part.headers.get("content-disposition", ""))
    return options.get(b"name") == FIELD.encode() and bool(options.get(b"filename"))


async def _bytes_of_file(steps: AsyncIterator[_Step], early: Collection[str]) -> AsyncIterator[bytes]:
    """Yield the file's bytes, then see the body to its end: only then is the file whole."""
    inside, after = True, 0
    async for step in steps:
        if isinstance(step, _End):
            inside = False
        elif isinstance(step, _Begin) and _is_file(step):
            raise BadInput("Send one file for each request.", "too_many_files")
        elif isinstance(step, _Begin) and (name := _name_of(step)) in early:
            raise InvalidValue(f"The field {name!r} must come before the file.", "bad_option")
        elif isinstance(step, bytes):
            if inside:
                yield step
            elif (after := after + len(step)) > OTHER_PARTS_LIMIT:
                raise BadInput("The form has too much behind its file.", "bad_multipart")
