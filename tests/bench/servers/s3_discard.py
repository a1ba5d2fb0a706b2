"""An object store that forgets: it speaks as much S3 as the measured servers need, and keeps small objects alone.

python s3_discard.py PORT

Bodies are read into one buffer for each connection. Objects of up to 64 KiB are kept whole, of larger ones the size;
of multipart uploads the parts' sizes. `GET /requests` answers a line with the count of each kind of request, and
begins anew.
"""

from __future__ import annotations

import re
import socket
import sys
import threading
from collections import Counter
from urllib.parse import parse_qs, unquote, urlsplit

BUFFER = 1 << 20
KEPT = 64 << 10
DATE = "Mon, 01 Jan 2024 00:00:00 GMT"
STAMP = "2024-01-01T00:00:00.000Z"

objects: dict[str, tuple[int, bytes, tuple[str, ...]]] = {}
"""By key: the size, the bytes of a small one, and fields that were given with it."""

uploads: dict[str, dict[int, int]] = {}
requests: Counter[str] = Counter()
lock = threading.Lock()


def main() -> None:
    listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=256)
    while True:
        line, _ = listener.accept()
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=serve, args=(line,), daemon=True).start()


def serve(line: socket.socket) -> None:
    buffer = memoryview(bytearray(BUFFER))
    rest = b""
    with line:
        while True:
            while b"\r\n\r\n" not in rest:
                more = line.recv(65536)
                if not more:
                    return
                rest += more
            head, _, rest = rest.partition(b"\r\n\r\n")
            first, *fields = head.decode("latin-1").split("\r\n")
            method, target, _ = first.split(" ")
            told = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
            if told.get("expect"):
                line.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            size, body, rest = read_body(line, buffer, rest, told)
            line.sendall(answer(method, target, told, size, body))


def read_body(line: socket.socket, buffer: memoryview, rest: bytes, told: dict[str, str]) -> tuple[int, bytes, bytes]:
    """Return the size of a body, the body itself if it is small, and what came behind it."""
    if told.get("transfer-encoding") == "chunked":
        sent, kept, rest = read_chunked(line, buffer, rest)
    else:
        sent = int(told.get("content-length") or 0)
        kept, rest = read_exactly(line, buffer, rest, sent)
    if "aws-chunked" in told.get("content-encoding", ""):
        return int(told["x-amz-decoded-content-length"]), unframed(kept) if sent == len(kept) else b"", rest
    return sent, kept if sent == len(kept) else b"", rest


def read_exactly(line: socket.socket, buffer: memoryview, rest: bytes, size: int) -> tuple[bytes, bytes]:
    """Read so many bytes; return them if they are few, and what came behind them."""
    kept, rest = rest[:size], rest[size:]
    left = size - len(kept)
    while left:
        count = line.recv_into(buffer, min(left, BUFFER))
        if not count:
            raise ConnectionError
        if size <= 2 * KEPT:
            kept += buffer[:count]
        left -= count
    return kept if size <= 2 * KEPT else b"", rest


def read_chunked(line: socket.socket, buffer: memoryview, rest: bytes) -> tuple[int, bytes, bytes]:
    total, kept = 0, b""
    while True:
        while b"\r\n" not in rest:
            rest += line.recv(65536)
        size, _, rest = rest.partition(b"\r\n")
        length = int(size, 16)
        data, rest = read_exactly(line, buffer, rest, length + 2)
        total += length
        if total <= 2 * KEPT:
            kept += data[:-2]
        if not length:
            return total, kept if total <= 2 * KEPT else b"", rest


def unframed(framed: bytes) -> bytes:
    """Take the bytes out of a body in the encoding `aws-chunked`."""
    data, position = b"", 0
    while True:
        end = framed.index(b"\r\n", position)
        size = int(framed[position:end].split(b";")[0], 16)
        if not size:
            return data
        data += framed[end + 2 : end + 2 + size]
        position = end + 4 + size


def answer(method: str, target: str, told: dict[str, str], size: int, body: bytes) -> bytes:
    parts = urlsplit(target)
    key, query = unquote(parts.path), parse_qs(parts.query, keep_blank_values=True)
    if key == "/requests":
        with lock:
            counted = " ".join(f"{name}={count}" for name, count in sorted(requests.items()))
            requests.clear()
        return said(200, counted.encode())
    kind = f"{method} {'part' if 'partNumber' in query else 'upload' if 'uploadId' in query else ''}".strip()
    with lock:
        requests[kind] += 1
        if "uploads" in query or "uploadId" in query:
            return multipart(method, key, query, size)
        return plain(method, key, query, told, size, body)


def plain(method: str, key: str, query: dict[str, list[str]], told: dict[str, str], size: int, body: bytes) -> bytes:
    if method == "PUT":
        if told.get("if-none-match") and key in objects:
            return said(412, b"<Error><Code>PreconditionFailed</Code></Error>")
        given = tuple(f"{name}: {value}" for name, value in told.items() if name.startswith("x-amz-meta-"))
        objects[key] = size, body, given
        return said(200, b"", f'ETag: "{size:032x}"')
    if method == "POST" and "delete" in query:
        return delete(key.split("/")[1], [name.decode() for name in re.findall(rb"<Key>(.*?)</Key>", body)])
    if method == "DELETE":
        objects.pop(key, None)
        return said(204, b"")
    if method == "GET" and "list-type" in query:
        return said(200, listing(key, query.get("prefix", [""])[0]))
    return read(method, key, told)


def delete(bucket: str, names: list[str]) -> bytes:
    for name in names:
        objects.pop(f"/{bucket}/{name}", None)
    each = "".join(f"<Deleted><Key>{name}</Key></Deleted>" for name in names)
    return said(200, f"<DeleteResult>{each}</DeleteResult>".encode())


def read(method: str, key: str, told: dict[str, str]) -> bytes:
    if key not in objects:
        return said(404, b"" if method == "HEAD" else b"<Error><Code>NoSuchKey</Code></Error>")
    size, body, given = objects[key]
    fields = (f'ETag: "{size:032x}"', f"Last-Modified: {DATE}", *given)
    if method == "HEAD":
        return said(200, b"", *fields, length=size)
    if found := re.fullmatch(r"bytes=(\d+)-(\d+)", told.get("range", "")):
        some = body[int(found[1]) : int(found[2]) + 1]
        return said(206, some, *fields, f"Content-Range: bytes {found[1]}-{int(found[1]) + len(some) - 1}/{size}")
    return said(200, body if len(body) == size else bytes(size), *fields)


def multipart(method: str, key: str, query: dict[str, list[str]], size: int) -> bytes:
    if "uploads" in query:
        name = f"upload-{len(uploads)}"
        uploads[name] = {}
        return said(
            200, f"<InitiateMultipartUploadResult><UploadId>{name}</UploadId></InitiateMultipartUploadResult>".encode()
        )
    name = query["uploadId"][0]
    found = uploads.setdefault(name, {})
    if method == "PUT":
        found[int(query["partNumber"][0])] = size
        return said(200, b"", f'ETag: "{size:032x}"')
    if method == "GET":
        each = "".join(
            f"<Part><PartNumber>{number}</PartNumber><LastModified>{STAMP}</LastModified>"
            f'<ETag>"{part:032x}"</ETag><Size>{part}</Size></Part>'
            for number, part in sorted(found.items())
        )
        return said(200, f"<ListPartsResult><IsTruncated>false</IsTruncated>{each}</ListPartsResult>".encode())
    uploads.pop(name, None)
    if method == "POST":
        objects[key] = sum(found.values()), b"", ()
        return said(200, b'<CompleteMultipartUploadResult><ETag>"0"</ETag></CompleteMultipartUploadResult>')
    return said(204, b"")


def listing(path: str, prefix: str) -> bytes:
    folder = f"/{path.split('/')[1]}/"
    each = "".join(
        f"<Contents><Key>{key.removeprefix(folder)}</Key><LastModified>{STAMP}</LastModified>"
        f'<ETag>"0"</ETag><Size>{size}</Size></Contents>'
        for key, (size, *_) in sorted(objects.items())
        if key.startswith(folder + prefix)
    )
    return f"<ListBucketResult><IsTruncated>false</IsTruncated>{each}</ListBucketResult>".encode()


def said(status: int, body: bytes, *fields: str, length: int | None = None) -> bytes:
    told = [f"HTTP/1.1 {status} .", f"Content-Length: {len(body) if length is None else length}", *fields, "", ""]
    if status == 204:
        told.remove(f"Content-Length: {len(body)}")
    return "\r\n".join(told).encode() + body


if __name__ == "__main__":
    main()
