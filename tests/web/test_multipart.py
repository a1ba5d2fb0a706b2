import asyncio
import email.policy
import tracemalloc
from email.parser import BytesParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parquay.errors import BadInput, InvalidValue, ParquayError, UnsupportedType
from parquay.web.http.multipart import OTHER_PARTS_LIMIT, file_part

BOUNDARY = "----boundary7MA4YWxk"
KIND = f"multipart/form-data; boundary={BOUNDARY}"


def part(name, body, filename=None, kind=None):
    line = f'Content-Disposition: form-data; name="{name}"'
    if filename is not None:
        line += f'; filename="{filename}"'
    if kind is not None:
        line += f"\r\nContent-Type: {kind}"
    return f"--{BOUNDARY}\r\n{line}\r\n\r\n".encode() + body + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()


async def chunks(raw, size):
    for start in range(0, len(raw), size):
        yield raw[start : start + size]


def read(raw, size=64, kind=KIND, idle=5.0):
    async def run():
        sent = await file_part(kind, chunks(raw, size), idle)
        return sent, b"".join([chunk async for chunk in sent.body])

    return asyncio.run(run())


def refusal(raw, size=64, kind=KIND):
    with pytest.raises(ParquayError) as caught:
        read(raw, size, kind)
    return caught.value


def test_file_is_found_with_its_name_type_and_bytes():
    sent, body = read(part("file", b"a,b\r\n1,2\r\n", "sales.csv", "text/csv") + END)

    assert (sent.name, sent.content_type, body) == ("sales.csv", "text/csv", b"a,b\r\n1,2\r\n")


def test_other_fields_before_and_behind_are_skipped():
    raw = part("comment", b"x" * 500) + part("file", b"data", "a.csv") + part("more", b"y" * 500) + END

    sent, body = read(raw)

    assert (sent.content_type, body) == (None, b"data")


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=300).map(lambda raw: raw + b"\r\n--" + BOUNDARY.encode()[:9] + raw),
    st.integers(1, 70),
)
def test_bytes_are_the_same_whatever_the_chunks_also_when_they_look_like_a_boundary(content, size):
    assert read(part("file", content, "a.bin") + END, size)[1] == content


def test_same_bytes_as_the_standard_library_reads():
    raw = part("file", bytes(range(256)) * 20, "a.bin") + END
    parsed = BytesParser(policy=email.policy.HTTP).parsebytes(f"Content-Type: {KIND}\r\n\r\n".encode() + raw)

    (only,) = parsed.iter_parts()

    assert read(raw, 7)[1] == only.get_payload(decode=True)


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("Zoë & 小明.csv", "Zoë & 小明.csv"),
        ("say %22hi%22.csv", 'say "hi".csv'),
        ("two%0D%0Alines.csv", "two\r\nlines.csv"),
        ("100%25.csv", "100%25.csv"),
        ("../../etc/passwd", "../../etc/passwd"),
        ("C:\\\\Users\\\\a.csv", "a.csv"),
    ],
)
def test_name_comes_as_browsers_mean_it(sent, name):
    assert read(part("file", b"", sent) + END)[0].name == name


def test_empty_file_is_a_file():
    assert read(part("file", b"", "empty.csv") + END)[1] == b""


@pytest.mark.parametrize(
    "raw",
    [
        END,
        part("comment", b"no file") + END,
        part("file", b"no name") + END,
        part("file", b"", "") + END,
        part("upload", b"other field", "a.csv") + END,
    ],
)
def test_form_without_a_file_is_refused(raw):
    error = refusal(raw)

    assert isinstance(error, InvalidValue)
    assert error.code == "file_missing"


def test_body_cut_anywhere_is_never_a_whole_file():
    raw = part("file", b"0123456789" * 3, "a.csv") + END
    last = len(raw) - len(b"--\r\n")

    for cut in range(last):
        error = refusal(raw[:cut], 16)
        assert error.code in {"body_incomplete", "file_missing"}, cut


def test_two_files_are_refused():
    error = refusal(part("file", b"one", "a.csv") + part("file", b"two", "b.csv") + END)

    assert (error.status, error.code) == (400, "too_many_files")


@pytest.mark.parametrize(
    "kind",
    ["", "text/csv", "application/json", "multipart/mixed; boundary=x", "application/x-www-form-urlencoded"],
)
def test_other_bodies_are_refused(kind):
    assert isinstance(refusal(b"a,b", kind=kind), UnsupportedType)


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=", f"multipart/form-data; boundary={'x' * 300}"]
)
def test_missing_boundary_is_refused(kind):
    assert refusal(b"a,b", kind=kind).code == "bad_multipart"


@pytest.mark.parametrize(
    "raw",
    [
        b"no boundary at all" * 10,
        f"--{BOUNDARY}\r\n".encode() + b"X" * 10_000 + b": y\r\n\r\n",
        f"--{BOUNDARY}\r\n".encode() + b"X: y\r\n" * 100 + b"\r\n",
        f"--{BOUNDARY}\r\nContent-Dispo\x00sition: form-data\r\n\r\n".encode(),
        part("x", b"y" * (OTHER_PARTS_LIMIT + 1)) + END,
        part("x", b"") * 200 + END,
        part("file", b"data", "a.csv") + part("x", b"y" * (OTHER_PARTS_LIMIT + 1)) + END,
    ],
)
def test_body_that_is_broken_or_has_too_much_beside_the_file_is_refused(raw):
    error = refusal(raw, 4096)

    assert isinstance(error, BadInput)
    assert error.code == "bad_multipart"


def test_silent_body_is_given_up():
    async def silent():
        yield part("file", b"begin", "a.csv")[:-2]
        await asyncio.Event().wait()
        yield END

    async def run():
        sent = await file_part(KIND, silent(), 0.1)
        return [chunk async for chunk in sent.body]

    with pytest.raises(BadInput) as caught:
        asyncio.run(run())
    assert caught.value.code == "body_idle"


def test_memory_does_not_grow_with_the_file():
    async def large():
        yield part("file", b"", "a.bin")[:-2]
        block = bytes(1024 * 1024)
        for _ in range(64):
            yield block
        yield b"\r\n" + END

    async def run():
        sent = await file_part(KIND, large(), 5)
        return sum([len(chunk) async for chunk in sent.body])

    tracemalloc.start()
    size = asyncio.run(run())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert size == 64 * 1024 * 1024
    assert peak < 8 * 1024 * 1024
