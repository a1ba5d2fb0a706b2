"""A person with a tus client, who looks at every answer."""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Iterable
from contextlib import closing

import httpx
import psycopg

from live_server import LiveServer
from s3_server import client
from wire import Answer, Wire, exchange

TUS = {"Tus-Resumable": "1.0.0"}
OCTETS = {"Content-Type": "application/offset+octet-stream"}


def metadata(**pairs: str | bytes) -> str:
    """An Upload-Metadata field."""
    values = {name: value.encode() if isinstance(value, str) else value for name, value in pairs.items()}
    return ",".join(f"{name} {base64.b64encode(value).decode()}" for name, value in values.items())


class TusUser:
    """A login on a server. Every answer is asserted to say which protocol it speaks."""

    def __init__(self, server: LiveServer, http: httpx.Client) -> None:
        self.server = server
        self.http = http
        self.login = {"Authorization": http.headers["Authorization"]}

    def ask(
        self, method: str, url: str, headers: dict[str, str] | None = None, body: bytes | Iterable[bytes] | None = None
    ) -> httpx.Response:
        # The rule: "The Tus-Resumable header MUST be included in every request and response except for OPTIONS
        # requests."
        answer = self.http.request(method, url, headers={**TUS, **(headers or {})}, content=body)
        assert answer.headers.get_list("tus-resumable") == ["1.0.0"], (method, url, answer.status_code)
        return answer

    def create(self, length: int | None = None, body: bytes | None = None, /, **headers: str) -> httpx.Response:
        """POST; names of `headers` have underscores for hyphens."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if length is not None:
            sent["Upload-Length"] = str(length)
        if body is not None:
            sent = {**OCTETS, **sent}
        return self.ask("POST", "/files", sent, body)

    def created(self, length: int | None = None, body: bytes | None = None, /, **headers: str) -> str:
        """POST that must succeed; return the upload's path."""
        if length is None and "Upload_Concat" not in headers:
            headers.setdefault("Upload_Defer_Length", "1")
        answer = self.create(length, body, **headers)
        assert answer.status_code == 201, answer.text
        return "/files/" + id_of(answer.headers["location"])

    def patch(self, url: str, offset: int | str, body: bytes | Iterable[bytes] = b"", **headers: str) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("PATCH", url, {**OCTETS, "Upload-Offset": str(offset), **sent}, body)

    def head(self, url: str) -> httpx.Response:
        return self.ask("HEAD", url)

    def offset(self, url: str) -> int:
        answer = self.head(url)
        assert answer.status_code == 200, answer.status_code
        return int(answer.headers["upload-offset"])

    def content(self, url: str) -> bytes:
        answer = self.http.get(url + "/content")
        assert answer.status_code == 200, answer.text
        return answer.content

    def names(self) -> list[str]:
        """The names of all files that this user sees."""
        return [entry["name"] for entry in self.http.get("/files", params={"limit": 1000}).json()]

    # By hand

    def raw(self, method: str, target: str, *headers: tuple[str, str | bytes], body: bytes = b"") -> Answer:
        """Send exactly these headers, with the login."""
        return exchange(self.server.port, method, target, [*self.login.items(), *headers], body)

    def begin_patch(self, url: str, offset: int, length: int | None, **headers: str) -> Wire:
        """Open a connection and send the head of a PATCH; chunked without a length."""
        wire = Wire(self.server.port)
        size = ("Transfer-Encoding", "chunked") if length is None else ("Content-Length", str(length))
        sent = [(name.replace("_", "-"), value) for name, value in headers.items()]
        fields = [*TUS.items(), *self.login.items(), *OCTETS.items(), ("Upload-Offset", str(offset)), size, *sent]
        wire.ask("PATCH", url, fields)
        return wire

    # What the server holds

    def count(self, query: str, *values: object) -> int:
        """Ask the server's own database for a number."""
        url = self.server.env.get("PARQUAY_DATABASE_URL", "sqlite")
        if url.startswith("postgresql"):
            with psycopg.connect(url.replace("+psycopg", "")) as database:
                found = database.execute(query.replace("?", "%s"), values).fetchone()
            assert found is not None
            number: int = found[0]
            return number
        with closing(sqlite3.connect(f"file:{self.server.data_dir}/metadata.db?mode=ro", uri=True)) as database:
            count: int = database.execute(query, values).fetchone()[0]
            return count

    def jobs(self, url: str) -> int:
        """How many conversions of an upload were ever queued."""
        return self.count("SELECT count(*) FROM job WHERE kind = 'convert' AND subject = ?", id_of(url))

    def events(self, url: str, kind: str) -> int:
        return self.count("SELECT count(*) FROM event WHERE kind = ? AND file_id = ?", kind, id_of(url))

    def stored(self, url: str) -> bytes | None:
        """The bytes on the server's disk, acknowledged or not; in its object store those that its database names."""
        file_id = id_of(url)
        if self.server.is_scaled:
            return self._chunks(file_id, self.server.env["PARQUAY_STORAGE_URL"])
        path = self.server.data_dir / "uploads" / file_id[:2] / file_id
        return path.read_bytes() if path.exists() else None

    def _chunks(self, file_id: str, storage: str) -> bytes | None:
        bucket, _, prefix = storage.removeprefix("s3://").partition("/")
        s3 = client(self.server.env["PARQUAY_S3_ENDPOINT"])
        folder = f"{prefix}/bytes/{file_id[-2:]}/{file_id}/"
        if not s3.list_objects_v2(Bucket=bucket, Prefix=folder)["KeyCount"]:
            return None
        with psycopg.connect(self.server.env["PARQUAY_DATABASE_URL"].replace("+psycopg", "")) as database:
            rows = database.execute("SELECT key FROM chunk WHERE file_id = %s ORDER BY start", [file_id]).fetchall()
        return b"".join(s3.get_object(Bucket=bucket, Key=f"{prefix}/{key}")["Body"].read() for (key,) in rows)


def id_of(url: str) -> str:
    return url.rstrip("/").rpartition("/")[2]
