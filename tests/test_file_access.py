"""Files of the data directory are the business of `storage`: no other module opens, lists, names, syncs or deletes one.

What a module may do with files all the same stands below, call by call, with the reason.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import parquay

ROOT = Path(parquay.__file__).parent
OURS = ("storage", "cli", "client")
"""Rooms that may touch files: the stores, and commands and client with the files of whoever calls them."""

MODULES = {"shutil", "fcntl", "tempfile", "glob"}
OS = {
    "access", "chmod", "close", "fdatasync", "fstat", "fsync", "ftruncate", "link", "listdir", "lseek", "lstat", "makedirs",
    "mkdir", "open", "pread", "preadv", "pwrite", "pwritev", "read", "readlink", "remove", "removedirs", "rename", "renames",
    "replace", "rmdir", "scandir", "sendfile", "stat", "statvfs", "symlink", "sync", "truncate", "unlink", "utime", "walk",
    "write",
}  # fmt: skip
METHODS = {
    "chmod", "exists", "glob", "hardlink_to", "is_dir", "is_file", "iterdir", "link_to", "lstat", "mkdir", "open", "read_bytes",
    "read_text", "readlink", "rename", "replace", "rglob", "rmdir", "samefile", "stat", "symlink_to", "touch", "unlink", "walk",
    "write_bytes", "write_text",
}  # fmt: skip
SEAMS = {"parts", "log", "place", "_place", "_scratch", "active", "query", "where"}
"""What has methods of such names and is no path: the seams themselves, a writer that is alive, tables that are asked."""

CHILD = "files beside a child process that reads foreign formats; their paths come from `Objects.draft`"
ALLOWED = {
    "bundle.py": ("what comes with the package", {".is_dir"}),
    "catalog/migrate.py": ("the scripts of the schema, which come with the package", {".glob"}),
    "catalog/owners.py": ("what the system tells of a process", {".read_text", ".readlink"}),
    "catalog/sqlite.py": ("the catalog's own file", {".mkdir", "os.open", "os.close"}),
    "columns/native.py": ("the kernel that was built at the installation", {".read_bytes", ".iterdir"}),
    "columns/parquet/spool.py": (
        "a draft, or a file of whoever runs `parquay convert`",
        {".mkdir", ".open", "os.pread", ".stat", ".replace", ".unlink"},
    ),
    "columns/text/xlsx.py": ("members of an archive that is streamed", {".open"}),
    "datasets/statements/process.py": ("the pipe of a process that runs statements", {"os.read"}),
    "datasets/statements/spool.py": ("the result of a statement in a folder of its own", {".open"}),
    "events/pipes.py": ("the pipes of a server's children", {"os.read", "os.write"}),
    "http1/certificates.py": ("the certificate, which is the operator's", {".stat"}),
    "ingest/convert/convert_file.py": (
        "files of whoever runs `parquay convert`",
        {".mkdir", ".open", ".stat", ".replace", ".unlink", ".write_text", "tempfile.TemporaryDirectory"},
    ),
    "ingest/convert/members.py": ("files of whoever runs `parquay convert`", {".stat"}),
    "ingest/convert/sandbox.py": (CHILD, {".exists", ".open", ".read_bytes", ".stat", ".unlink", ".write_bytes"}),
    "ingest/convert/sandbox_child.py": (CHILD, {".open", ".is_file"}),
    "ingest/formats/arrow_format.py": (CHILD, {".open"}),
    "ingest/formats/avro_format.py": (CHILD, {".open"}),
    "ingest/formats/calamine_book.py": (CHILD, {".open"}),
    "ingest/formats/ods_texts.py": (CHILD, {".open"}),
    "ingest/formats/sqlite_format.py": (CHILD, {".open", ".stat"}),
    "ingest/formats/workbook.py": (CHILD, {".open", ".stat"}),
    "ingest/text/byte_source.py": (CHILD, {".open"}),
    "ingest/text/tar.py": ("an archive that is read as a stream", {".open"}),
    "server/lock.py": (
        "the lock of the one server of a data directory",
        {".mkdir", "os.open", "os.close", "fcntl.flock"},
    ),
    "setting_values.py": ("what the settings name", {".is_file"}),
    "settings.py": ("what the settings name", {".exists", ".is_dir", ".is_file"}),
    "web/files/archives.py": ("members of an archive that is made while it is sent", {".open"}),
    "web/http/spa.py": ("the client, which comes with the package", {".read_text", ".stat", ".rglob", ".is_file"}),
}


def file_calls(source: str) -> Iterator[tuple[int, str]]:
    """Line and name of each call that does something with a file."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module in MODULES | {"os"}:
            yield from (
                (node.lineno, f"{node.module}.{each.name}") for each in node.names if _counts(node.module, each)
            )
        if isinstance(node, ast.Call):
            name = _called(node)
            if name is not None:
                yield node.lineno, name


def _counts(module: str | None, imported: ast.alias) -> bool:
    return module in MODULES or imported.name in OS | {"*"}


def _called(call: ast.Call) -> str | None:
    function = call.func
    if isinstance(function, ast.Name):
        return "open" if function.id == "open" else None
    if not isinstance(function, ast.Attribute):
        return None
    receiver, name = function.value, function.attr
    owner = _last_name(receiver)
    if isinstance(receiver, ast.Name) and (owner in MODULES or (owner == "os" and name in OS)):
        return f"{owner}.{name}"
    if name not in METHODS or owner in SEAMS:
        return None
    if name == "replace" and (len(call.args) != 1 or call.keywords):
        return None  # of a text, a time or a dataclass
    return f".{name}"


def _last_name(receiver: ast.expr) -> str:
    """`b` of `a.b`, and of what it returns."""
    if isinstance(receiver, ast.Call):
        receiver = receiver.func
    return (
        receiver.id if isinstance(receiver, ast.Name) else receiver.attr if isinstance(receiver, ast.Attribute) else ""
    )


def modules() -> list[str]:
    found = (path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py"))
    return sorted(name for name in found if name.split("/")[0] not in OURS)


@pytest.mark.parametrize("module", modules())
def test_files_are_left_to_the_stores(module: str):
    _, allowed = ALLOWED.get(module, ("", set()))

    found = list(file_calls((ROOT / module).read_text()))

    assert [each for each in found if each[1] not in allowed] == []
    assert allowed - {name for _, name in found} == set(), "what is not done need not be allowed"


def test_every_exception_is_a_module():
    assert set(ALLOWED) <= set(modules())


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("open('x')", "open"),
        ("path.open('rb')", ".open"),
        ("(self._directory / name).unlink(missing_ok=True)", ".unlink"),
        ("draft.replace(target)", ".replace"),
        ("Path(name).exists()", ".exists"),
        ("snapshot.directory.glob('*.parquet')", ".glob"),
        ("found = [each.stat().st_size for each in directory.iterdir()]", ".iterdir"),
        ("os.fsync(handle)", "os.fsync"),
        ("from os import fsync", "os.fsync"),
        ("fcntl.flock(handle, fcntl.LOCK_EX)", "fcntl.flock"),
        ("shutil.rmtree(directory)", "shutil.rmtree"),
        ("from shutil import rmtree", "shutil.rmtree"),
        ("tempfile.mkdtemp()", "tempfile.mkdtemp"),
    ],
)
def test_what_touches_a_file_is_seen(line: str, name: str):
    assert name in {each for _, each in file_calls(line)}


@pytest.mark.parametrize(
    "line",
    [
        "text.replace('a', 'b')",
        "moment.replace(tzinfo=None)",
        "place.parts.open(name)",
        "place.log.stat(key)",
        "os.getpid()",
        "select(1).where(known).exists()",
        "from os import environ",
        "pq.read_table(path)",
    ],
)
def test_what_touches_none_is_not(line: str):
    assert list(file_calls(line)) == []
