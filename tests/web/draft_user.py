"""Somebody with a client of the IETF draft."""

from __future__ import annotations

import random
from collections.abc import Iterable

import httpx

from tus_user import TusUser, id_of

DATA = random.Random(8).randbytes(200_000)
VERSIONS = [5, 6, 7, 8]
INCONSISTENT = "https://iana.org/assignments/http-problem-types#inconsistent-upload-length"


class DraftUser:
    """A login, with a client of one version of the draft."""

    def __init__(self, user: TusUser, version: int) -> None:
        self.user = user
        self.version = version
        kind = {} if version < 6 else {"Content-Type": "application/partial-upload"}
        self.fields = {"Upload-Draft-Interop-Version": str(version)}
        self.append_fields = {**self.fields, **kind}

    def ask(
        self, method: str, url: str, headers: dict[str, str], body: bytes | Iterable[bytes] | None = None
    ) -> httpx.Response:
        answer = self.user.http.request(method, url, headers={**self.fields, **headers}, content=body)
        assert answer.headers["upload-draft-interop-version"] == str(self.version)
        assert "tus-resumable" not in answer.headers
        return answer

    def create(self, body: bytes | Iterable[bytes] = b"", complete: str = "?0", **headers: str) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("POST", "/files", {"Upload-Complete": complete, **sent}, body)

    def created(self, body: bytes | Iterable[bytes] = b"", **headers: str) -> str:
        answer = self.create(body, **headers)
        assert answer.status_code == 201, answer.text
        return "/files/" + id_of(answer.headers["location"])

    def patch(
        self, url: str, offset: int, body: bytes | Iterable[bytes], complete: str = "?0", **headers: str
    ) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        told = {"Upload-Offset": str(offset), "Upload-Complete": complete}
        return self.ask("PATCH", url, {**self.append_fields, **told, **sent}, body)

    def head(self, url: str) -> httpx.Response:
        return self.ask("HEAD", url, {})


def progress(answer: httpx.Response) -> tuple[str | None, str | None]:
    return answer.headers.get("upload-offset"), answer.headers.get("upload-complete")
