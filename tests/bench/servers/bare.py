"""The least that Python can do with a body: `recv_into` one buffer, `write` it to a file. No protocol, no sync.

python bare.py DIRECTORY PORT
"""

from __future__ import annotations

import os
import socket
import sys

BUFFER = 256 * 1024


def serve(directory: str, port: int) -> None:
    listener = socket.create_server(("127.0.0.1", port))
    while True:
        line, _ = listener.accept()
        with line:
            receive(line, os.path.join(directory, "upload"))


def receive(line: socket.socket, path: str) -> None:
    head = b""
    while b"\r\n\r\n" not in head:
        more = line.recv(4096)
        if not more:
            return
        head += more
    fields, _, rest = head.partition(b"\r\n\r\n")
    sizes = [
        field.partition(b":")[2] for field in fields.split(b"\r\n") if field.lower().startswith(b"content-length:")
    ]
    left = int(sizes[0]) - len(rest) if sizes else 0
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.write(handle, rest)
    buffer = memoryview(bytearray(BUFFER))
    while left:
        count = line.recv_into(buffer)
        if not count:
            break
        os.write(handle, buffer[:count])
        left -= count
    os.close(handle)
    line.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
