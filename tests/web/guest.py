"""Somebody without an account who has an upload link."""

from __future__ import annotations

from typing import Any

import httpx

from live_server import LiveServer
from tus_user import OCTETS, TUS, metadata


def made(owner: httpx.Client, name: str = "hand in", **limits: Any) -> dict[str, Any]:
    """Make an upload link."""
    answer = owner.post("/upload-links", json={"name": name, **limits})
    assert answer.status_code == 201, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


class Guest:
    """A client without a login at the endpoint of a link."""

    def __init__(self, server: LiveServer, link: dict[str, Any]) -> None:
        self.http = server.client()
        self.link = link
        self.endpoint = httpx.URL(link["endpoint"]).path

    def __enter__(self) -> Guest:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def ask(self, method: str, url: str, headers: dict[str, str], body: bytes | None = None) -> httpx.Response:
        answer = self.http.request(method, url, headers={**TUS, **headers}, content=body)
        assert answer.headers.get_list("tus-resumable") == ["1.0.0"], (method, url, answer.status_code)
        return answer

    def create(
        self, length: int | None, body: bytes | None = None, /, filename: str = "a.csv", **headers: str
    ) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if "Upload-Concat" not in sent or length is not None:
            sent |= {"Upload-Defer-Length": "1"} if length is None else {"Upload-Length": str(length)}
        described = {"Upload-Metadata": metadata(filename=filename), **sent}
        return self.ask("POST", self.endpoint, described | (OCTETS if body is not None else {}), body)

    def created(self, length: int | None, body: bytes | None = None, /, **headers: str) -> str:
        """Make an upload that must be taken; return its path."""
        answer = self.create(length, body, **headers)
        assert answer.status_code == 201, answer.text
        return httpx.URL(answer.headers["location"]).path

    def patch(self, url: str, offset: int, body: bytes, **headers: str) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("PATCH", url, {**OCTETS, "Upload-Offset": str(offset), **sent}, body)

    def head(self, url: str) -> httpx.Response:
        return self.ask("HEAD", url, {})

    def delete(self, url: str) -> httpx.Response:
        return self.ask("DELETE", url, {})

    def left(self) -> tuple[int | None, int | None]:
        """Files and bytes that may still come, as the link says it."""
        told = self.http.get(httpx.URL(self.link["url"]).path).json()
        return told["files_left"], told["bytes_left"]
