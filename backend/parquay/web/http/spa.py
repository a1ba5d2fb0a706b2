"""The web client: its built files, and its page for every address that a person opens in a browser.

The same path is a page for a person and a resource for a program: `/files/…` typed into a browser shows the
client, the same path asked for by a script gives JSON. `is_page` decides which.
"""

from __future__ import annotations

import html
import mimetypes
import re
from collections.abc import Mapping
from pathlib import Path

from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from parquay.web.http.compression import accepts
from parquay.web.http.upload_paths import UPLOAD_PAGE

PROGRAM = re.compile(
    r"/(docs|redoc|openapi\.json|metrics|livez|readyz|events|ws|api|auth)(/|$)|/live/.*|.*/(content|export)$"
)
"""Paths that are never a page of the client."""

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""What the client's page may load. Its styles are partly set from script, which needs 'unsafe-inline'."""

LINK_PAGE = "/l/"
"""Where the page of a link is: the token of the link follows."""

FOREVER = "public, max-age=31536000, immutable"
"""For files whose name changes with their content."""

PACKED = {"br": ".br", "gzip": ".gz"}
"""Endings of the packed copies that the build makes, by coding, the smallest first."""

BASE = "parquay.base"
"""Where a request's scope says below which path browsers see the service."""

BASE_META = '<meta name="base-path"'
"""Where the page reads below which path it lives."""

NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Parquay</title>
<style>body{{font:1rem/1.6 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem}}</style>
<h1>Parquay</h1>
<p>The service runs, but its web client is not built. Run <code>make serve</code>, which builds it.</p>
<p>The <a href="{base}/docs">interface for programs</a> works already.</p>
</html>
"""


def is_page(method: str, path: str, headers: Mapping[str, str], query: str = "") -> bool:
    """Tell whether a person opens ``path`` in a browser. ``headers`` have names in lower case. Pure."""
    if method not in ("GET", "HEAD") or PROGRAM.fullmatch(path) or PROGRAM.match(path) or "format=" in query:
        return False
    mode = headers.get("sec-fetch-mode")
    if mode is not None:
        return mode == "navigate"
    return path == "/" or "text/html" in headers.get("accept", "")


class WebClient:
    """Serves the built client from ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._built: tuple[int, dict[str, Path]] = (0, {})

    def file(self, path: str) -> Path | None:
        """Return the built file at ``path``. Only files that were found in the folder are ever served."""
        return None if path.endswith(tuple(PACKED.values())) else self._files().get(path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the file at the path, else with the client's page."""
        accepted = next((value for name, value in scope["headers"] if name == b"accept-encoding"), b"")
        answer = self.response(scope["path"], accepted.decode("latin-1"), scope.get(BASE, ""))
        await answer(scope, receive, send)

    def response(self, path: str, accepted: str = "", base: str = "") -> Response:
        """Return the file at ``path``, else the client's page.

        ``accepted``: the request's Accept-Encoding; ``base``: path below which browsers see the service, without a
        slash at its end.
        """
        found = self.file(path)
        if found is not None and path != "/index.html":
            return self._file_response(path, found, accepted)
        headers = {
            "Cache-Control": "no-cache",
            "Content-Security-Policy": PAGE_POLICY,
            "Vary": "Accept, Sec-Fetch-Mode",
        }
        if path.startswith((LINK_PAGE, UPLOAD_PAGE)):
            # Whoever has this address may do what the link lets: it stands in no log of what the page asks for.
            headers["Referrer-Policy"] = "no-referrer"
        page = self.file("/index.html")
        if page is None:
            return HTMLResponse(NOT_BUILT.format(base=html.escape(base)), headers=headers)
        return HTMLResponse(placed(page.read_text("utf-8"), base), headers=headers)

    def _file_response(self, path: str, found: Path, accepted: str) -> Response:
        """The file as the build packed it, where it did and the client can read that."""
        headers = {"Cache-Control": FOREVER if path.startswith("/assets/") else "no-cache"}
        kind = mimetypes.guess_type(found.name)[0] or "application/octet-stream"
        files = self._files()
        there = {coding: files[path + ending] for coding, ending in PACKED.items() if path + ending in files}
        if there:
            headers["Vary"] = "Accept-Encoding"
        for coding, file in there.items():
            if accepts(accepted, coding):
                return FileResponse(file, headers={**headers, "Content-Encoding": coding}, media_type=kind)
        return FileResponse(found, headers=headers, media_type=kind)

    def _files(self) -> dict[str, Path]:
        """The built files by path, looked up again when the page was built anew."""
        try:
            built_at = (self._folder / "index.html").stat().st_mtime_ns
        except OSError:
            return {}
        if built_at != self._built[0]:
            found = (file for file in self._folder.rglob("*") if file.is_file() and not file.is_symlink())
            self._built = built_at, {"/" + file.relative_to(self._folder).as_posix(): file for file in found}
        return self._built[1]


def placed(page: str, base: str) -> str:
    """Return the built ``page`` as it is served below ``base``: the build knows only relative addresses. Pure."""
    base = html.escape(base)
    return page.replace('="./', f'="{base}/').replace(f'{BASE_META} content=""', f'{BASE_META} content="{base}"')
