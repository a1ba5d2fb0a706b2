"""Names and folders of files: made safe to show and to send, and what is said of it where they are others then."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath
from typing import Any

from parquay.tus.headers import Metadata

PATH_LIMIT = 1024
"""Longest folder of a file, in characters."""

NAME_LIMIT = 255
"""Longest file name in bytes of UTF-8."""

SHOWN_CHARS = 200
"""Characters of what was sent that a warning shows."""

UNNAMED = "upload"


def clean_name(name: str | None) -> str:
    """Return a name that is safe to show and to send: no path, no control or direction characters, 255 bytes."""
    text = unicodedata.normalize("NFC", (name or "").replace("\\", "/")).rstrip("/")
    text = PurePosixPath(text).name if "/" in text else text
    if not text.isascii() or not text.isprintable():
        text = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    text = text.strip()
    while len(text.encode()) > NAME_LIMIT:
        stem, dot, extension = text.rpartition(".")
        text = stem[:-1] + dot + extension if dot and len(extension) < 20 and stem else text[:-1]
    return text if text.strip(".") else UNNAMED


def name_sent(metadata: Metadata) -> str | None:
    """Return the name in the metadata of an upload as it was sent, None when there is none.

    Bytes that are no UTF-8 are no name; they are given back escaped, when nothing else is a name.
    """
    if name := metadata.text("filename", "name"):
        return name
    pairs = dict(metadata.pairs)
    sent = pairs.get("filename") or pairs.get("name")
    return sent.decode("utf-8", "backslashreplace") if sent else None


def file_name(metadata: Metadata) -> str:
    """Return the name that the metadata of a tus upload gives, cleaned."""
    return clean_name(metadata.text("filename", "name"))


def folder_of(metadata: Metadata) -> str | None:
    """Return the folder that a file was in inside an uploaded folder, such as `photos/2024`; None without one.

    Only for people to read: it is cleaned like a name, and nothing is ever stored below it.
    """
    folders = [clean_name(each) for each in _folders(metadata) if each.strip(". ")]
    kept = "/".join(folders)
    return kept[:PATH_LIMIT] or None


def name_warnings(sent: str | None, kept: str, metadata: Metadata | None = None) -> list[dict[str, Any]] | None:
    """Return what an entry has to say where a file is not called what it was sent as; None when it is.

    Composed letters (NFC) look as the others do and are not worth a word. `metadata` may give a folder.
    """
    found = []
    if sent and _composed(sent) != kept:
        found.append(_warning("name_changed", sent))
    if metadata is not None and (folders := _folders(metadata)):
        declared = "/".join(each for each in folders if each not in ("", "."))
        if _composed(declared) != (folder_of(metadata) or ""):
            found.append(_warning("path_changed", declared))
    return found or None


def escaped(text: str) -> str:
    """Return `text` for people to read: what is not drawn, turns the direction or is a space at an end, as escapes."""
    inner = text.strip(" ")
    ends = text.partition(inner) if inner else (text, "", "")
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in inner)
    return f"{_spaces(ends[0])}{shown}{_spaces(ends[2])}"


def _folders(metadata: Metadata) -> list[str]:
    return (metadata.text("relativePath") or "").replace("\\", "/").split("/")[:-1]


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _spaces(text: str) -> str:
    return "\\x20" * len(text)


def _warning(code: str, sent: str) -> dict[str, Any]:
    """A warning of an entry. No line of the file is meant: `line` is 0."""
    shown = escaped(sent)
    text = shown if len(shown) <= SHOWN_CHARS else shown[: SHOWN_CHARS - 1] + "…"
    return {"code": code, "line": 0, "count": 1, "text": text}
