"""The whole server with its bytes in an object store and its catalog in PostgreSQL."""

from __future__ import annotations

import base64
import hashlib
import json
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from faulty_proxy import FAULTS, FaultyProxy
from live_server import LiveServer, clean_environment, run_command, wait_until
from s3_server import S3Server, client, keys_in
from tus_calls import TUS
from tus_user import TusUser
from web import conftest, test_tus_draft, test_tus_extensions

MIB = 1 << 20
OCTETS = {**TUS, "Content-Type": "application/offset+octet-stream"}


@pytest.fixture(scope="module")
def bucket(lasting_s3: S3Server) -> str:
    return lasting_s3.new_bucket()


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, lasting_s3: S3Server, bucket: str, new_database: Callable[[], str]
) -> Iterator[LiveServer]:
    settings = {"storage_url": f"s3://{bucket}/parquay", "s3_endpoint": lasting_s3.url, "database_url": new_database()}
    server = LiveServer(tmp_path_factory.mktemp("on-s3"), **settings)
    yield server.start()
    server.stop()


@pytest.fixture(scope="module")
def http(server: LiveServer) -> Iterator[httpx.Client]:
    with server.login() as logged_in:
        yield logged_in


# What both settings promise and `make large` tries in both, a few of it here at every run.
draft, newest = conftest.draft, conftest.newest
test_a_length_below_what_is_there_is_refused_also_in_chunks = (
    test_tus_draft.test_a_length_below_what_is_there_is_refused_also_in_chunks
)
test_both_protocols_speak_of_the_same_uploads = test_tus_draft.test_both_protocols_speak_of_the_same_uploads
test_cancelling_ends_the_request_that_sends = test_tus_draft.test_cancelling_ends_the_request_that_sends
test_what_arrived_before_a_cut_is_kept_and_is_not_complete = (
    test_tus_draft.test_what_arrived_before_a_cut_is_kept_and_is_not_complete
)
test_a_final_upload_waits_for_its_parts = test_tus_extensions.test_a_final_upload_waits_for_its_parts
test_a_part_can_belong_to_two = test_tus_extensions.test_a_part_can_belong_to_two
test_a_removed_upload_is_gone_for_good = test_tus_extensions.test_a_removed_upload_is_gone_for_good
test_bytes_with_a_wrong_checksum_are_discarded = test_tus_extensions.test_bytes_with_a_wrong_checksum_are_discarded
test_nothing_of_a_checksummed_body_is_kept_when_it_is_cut = (
    test_tus_extensions.test_nothing_of_a_checksummed_body_is_kept_when_it_is_cut
)
test_only_the_whole_is_processed = test_tus_extensions.test_only_the_whole_is_processed
test_removing_an_upload_ends_the_request_that_sends_it = (
    test_tus_extensions.test_removing_an_upload_ends_the_request_that_sends_it
)


@pytest.fixture(scope="module")
def tus(server: LiveServer, http: httpx.Client) -> TusUser:
    return TusUser(server, http)


def refused(tmp_path: Path, **settings: object) -> str:
    env = clean_environment(data_dir=tmp_path / "var", port=1, **settings)
    ended = run_command("serve", cwd=tmp_path, env=env, timeout=60)
    assert ended.returncode != 0
    return ended.stderr.strip()


def create(http: httpx.Client, length: int | None = None, name: str = "a.bin", **headers: str) -> str:
    told = {"Upload-Defer-Length": "1"} if length is None else {"Upload-Length": str(length)}
    named = f"filename {base64.b64encode(name.encode()).decode()}"
    answer = http.post("/files", headers={**TUS, **told, "Upload-Metadata": named, **headers})
    assert answer.status_code == 201, answer.text
    return answer.headers["location"].rpartition("/")[2]


def patch(http: httpx.Client, file_id: str, offset: int, data: bytes, **headers: str) -> httpx.Response:
    return http.patch(f"/files/{file_id}", headers={**OCTETS, "Upload-Offset": str(offset), **headers}, content=data)


def content(http: httpx.Client, file_id: str, **headers: str) -> bytes:
    answer = http.get(f"/files/{file_id}/content", headers=headers)
    assert answer.is_success, answer.text
    return answer.content


def test_s3_without_postgresql_is_refused_in_one_line(tmp_path: Path, lasting_s3: S3Server):
    said = refused(tmp_path, storage_url="s3://some-bucket", s3_endpoint=lasting_s3.url)

    assert len(said.splitlines()) == 1
    assert "PARQUAY_STORAGE_URL" in said
    assert "PostgreSQL" in said


def test_a_store_that_ignores_conditions_is_refused_in_one_line(
    tmp_path: Path, careless_s3: S3Server, new_database: Callable[[], str]
):
    url = f"s3://{careless_s3.new_bucket()}"

    said = refused(tmp_path, storage_url=url, s3_endpoint=careless_s3.url, database_url=new_database())

    assert len(said.splitlines()) == 1
    assert "PARQUAY_STORAGE_URL" in said
    assert "If-None-Match" in said


def test_a_cache_that_cannot_be_is_refused_in_one_line(
    tmp_path: Path, lasting_s3: S3Server, new_database: Callable[[], str]
):
    (tmp_path / "file").write_text("no folder")
    url = f"s3://{lasting_s3.new_bucket()}"

    said = refused(
        tmp_path,
        storage_url=url,
        s3_endpoint=lasting_s3.url,
        database_url=new_database(),
        cache_dir=tmp_path / "file" / "cache",
    )

    assert len(said.splitlines()) == 1
    assert said.startswith("parquay: PARQUAY_CACHE_DIR: ")


def test_a_bucket_of_another_catalog_is_refused(
    tmp_path: Path, http: httpx.Client, lasting_s3: S3Server, bucket: str, new_database: Callable[[], str]
):
    http.post("/files", files={"file": ("there.bin", b"bytes")}).raise_for_status()
    url = f"s3://{bucket}/parquay"

    said = refused(tmp_path, storage_url=url, s3_endpoint=lasting_s3.url, database_url=new_database())

    assert len(said.splitlines()) == 1
    assert "another catalog" in said


def test_an_upload_arrives_in_pieces_and_is_read_in_any(http: httpx.Client):
    data, chance = random.Random(1).randbytes(3 * MIB), random.Random(2)
    file_id, offset = create(http, len(data)), 0
    for end in (5, MIB, 2 * MIB + 7, len(data)):
        answer = patch(http, file_id, offset, data[offset:end])
        assert (answer.status_code, answer.headers["upload-offset"]) == (204, str(end))
        offset = end

    assert content(http, file_id) == data
    for _ in range(12):
        start, size = chance.randrange(len(data)), chance.choice([1, 700, MIB])
        some = content(http, file_id, Range=f"bytes={start}-{start + size - 1}")
        assert some == data[start : start + size]


def test_what_is_larger_than_a_chunk_is_several_objects(http: httpx.Client, lasting_s3: S3Server, bucket: str):
    data = random.Random(3).randbytes(20 * MIB)
    file_id = create(http, len(data))

    patch(http, file_id, 0, data).raise_for_status()

    keys = keys_in(lasting_s3.url, bucket, f"parquay/bytes/{file_id[-2:]}/{file_id}/")
    assert len(keys) >= 2
    assert hashlib.sha256(content(http, file_id)).digest() == hashlib.sha256(data).digest()


def test_a_small_upload_is_one_object_and_goes_with_its_file(http: httpx.Client, lasting_s3: S3Server, bucket: str):
    for size in (0, 1, 1000, 40_000):
        data = random.Random(size).randbytes(size)
        answer = http.post("/files", headers={**OCTETS, "Upload-Length": str(size)}, content=data)
        assert answer.status_code == 201, answer.text
        file_id = answer.headers["location"].rpartition("/")[2]
        prefix = f"parquay/bytes/{file_id[-2:]}/{file_id}/"

        assert content(http, file_id) == data
        assert len(keys_in(lasting_s3.url, bucket, prefix)) == (1 if size else 0)
        http.delete(f"/files/{file_id}", headers=TUS).raise_for_status()
        assert keys_in(lasting_s3.url, bucket, prefix) == []


def test_a_file_of_one_object_is_a_redirect_where_that_is_wanted(
    tmp_path_factory: pytest.TempPathFactory, lasting_s3: S3Server, new_database: Callable[[], str]
):
    url = f"s3://{lasting_s3.new_bucket()}/parquay"
    settings = {
        "storage_url": url,
        "s3_endpoint": lasting_s3.url,
        "database_url": new_database(),
        "s3_redirect": "true",
    }
    server = LiveServer(tmp_path_factory.mktemp("redirect"), workers=0, **settings)
    try:
        server.start()
        with server.login() as http:
            one, two = create(http, 10), create(http, 10)
            patch(http, one, 0, b"0123456789").raise_for_status()
            patch(http, two, 0, b"01234").raise_for_status()
            patch(http, two, 5, b"56789").raise_for_status()

            answer = http.get(f"/files/{one}/content")
            some = httpx.get(answer.headers["location"], headers={"Range": "bytes=2-4"}, trust_env=False)

            assert (answer.status_code, some.content) == (302, b"234")
            assert "Signature" in answer.headers["location"]
            assert content(http, two) == b"0123456789"
    finally:
        server.stop()


def test_checksums_and_lengths_that_come_late(http: httpx.Client):
    data = random.Random(4).randbytes(100_000)
    right = base64.b64encode(hashlib.sha1(data[:60_000]).digest()).decode()
    file_id = create(http)

    wrong = patch(http, file_id, 0, data[:50_000], **{"Upload-Checksum": f"sha1 {right}"})
    kept = patch(http, file_id, 0, data[:60_000], **{"Upload-Checksum": f"sha1 {right}"})
    last = patch(http, file_id, 60_000, data[60_000:], **{"Upload-Length": str(len(data))})

    assert (wrong.status_code, kept.status_code, last.status_code) == (460, 204, 204)
    assert content(http, file_id) == data


def test_a_concatenation_moves_no_bytes_and_outlives_its_parts(http: httpx.Client, lasting_s3: S3Server, bucket: str):
    halves = [random.Random(seed).randbytes(70_000) for seed in (5, 6)]
    parts = [create(http, 70_000, **{"Upload-Concat": "partial"}) for _ in halves]
    for part, data in zip(parts, halves, strict=True):
        patch(http, part, 0, data).raise_for_status()
    before = len(keys_in(lasting_s3.url, bucket))

    joined = http.post("/files", headers={**TUS, "Upload-Concat": f"final;/files/{parts[0]} /files/{parts[1]}"})
    final = joined.headers["location"].rpartition("/")[2]
    keys = len(keys_in(lasting_s3.url, bucket))
    for part in parts:
        http.delete(f"/files/{part}", headers=TUS).raise_for_status()

    assert keys == before
    assert content(http, final) == b"".join(halves)
    http.delete(f"/files/{final}", headers=TUS).raise_for_status()
    assert len(keys_in(lasting_s3.url, bucket)) == before - 2


def test_a_form_becomes_a_table(http: httpx.Client):
    text = "id,name\n" + "".join(f"{number},row {number}\n" for number in range(200_000))
    answer = http.post("/files", files={"file": ("table.csv", text.encode())})
    file_id = answer.json()["files"][0]["id"] if "files" in answer.json() else answer.json()["id"]

    def done() -> dict[str, Any] | None:
        file = http.get(f"/files/{file_id}").json()
        assert file["status"] != "error", file
        return file if file["status"] == "done" else None

    file = wait_until(done, "a table", 60)

    assert file["row_count"] == 200_000
    assert content(http, file_id) == text.encode()


def test_a_wrong_byte_is_found_before_it_becomes_a_row(
    server: LiveServer, http: httpx.Client, lasting_s3: S3Server, bucket: str
):
    data = b"a,b\n" + b"1,2\n" * 20_000
    file_id = create(http, len(data), "wrong.csv")
    patch(http, file_id, 0, data[:50_000]).raise_for_status()
    (key,) = keys_in(lasting_s3.url, bucket, f"parquay/bytes/{file_id[-2:]}/{file_id}/")
    client(lasting_s3.url).put_object(Bucket=bucket, Key=key, Body=data[:49_999] + b"x")

    patch(http, file_id, 50_000, data[50_000:]).raise_for_status()

    wait_until(lambda: "bytes_damaged" in server.log(), "a conversion that noticed", 30)
    with pytest.raises(httpx.RemoteProtocolError):
        content(http, file_id)
    assert http.get(f"/files/{file_id}").json()["status"] == "processing"
    http.delete(f"/files/{file_id}", headers=TUS).raise_for_status()


def test_while_the_store_is_away_nothing_moves_and_then_it_goes_on(
    server: LiveServer, http: httpx.Client, lasting_s3: S3Server
):
    data = random.Random(7).randbytes(300_000)
    file_id = create(http, len(data))
    patch(http, file_id, 0, data[:100_000]).raise_for_status()
    before = faults(http)

    lasting_s3.kill()
    try:
        refused = patch(http, file_id, 100_000, data[100_000:])
        unready = httpx.get(f"{server.url}/readyz", trust_env=False, timeout=30)
        after = faults(http)
        offset = http.head(f"/files/{file_id}", headers=TUS).headers["upload-offset"]
    finally:
        lasting_s3.start()

    assert (refused.status_code, refused.json()["code"], offset) == (503, "storage_fault", "100000")
    assert int(refused.headers["retry-after"]) > 0
    assert after > before
    assert (unready.status_code, unready.json()["code"]) == (503, "storage_fault")
    wait_until(lambda: httpx.get(f"{server.url}/readyz", trust_env=False).status_code == 200, "readiness")
    patch(http, file_id, 100_000, data[100_000:]).raise_for_status()
    assert content(http, file_id) == data


def faults(http: httpx.Client) -> float:
    """How often the store did not take bytes, as the metrics tell."""
    (line,) = (
        each for each in http.get("/metrics").text.splitlines() if each.startswith("parquay_fsync_errors_total ")
    )
    return float(line.split()[1])


def test_fsck_and_gc_know_chunks(server: LiveServer, http: httpx.Client, lasting_s3: S3Server, bucket: str):
    data = random.Random(8).randbytes(200_000)
    file_id = create(http, len(data))
    patch(http, file_id, 0, data[:100_000]).raise_for_status()
    patch(http, file_id, 100_000, data[100_000:]).raise_for_status()
    folder = f"parquay/bytes/{file_id[-2:]}/{file_id}/"
    client(lasting_s3.url).put_object(Bucket=bucket, Key=f"{folder}{0:016d}-0-0123456789ab", Body=b"never named")
    with psycopg.connect(server.env["PARQUAY_DATABASE_URL"].replace("+psycopg", "")) as database:
        database.execute("DELETE FROM chunk WHERE file_id = %s", [file_id])

    mended = findings(server, "fsck", "--repair", "--quick")
    again = content(http, file_id)
    named = keys_in(lasting_s3.url, bucket, folder)
    client(lasting_s3.url).delete_object(Bucket=bucket, Key=named[1])
    found = findings(server, "fsck", "--quick")

    assert {("unnamed_chunks", file_id, True), ("orphan_bytes", file_id, True)} <= mended
    assert again == data
    assert len(named) == 2
    assert ("missing_bytes", file_id, False) in found
    answer = http.get(f"/files/{file_id}/content")
    assert (answer.status_code, answer.json()["code"]) == (503, "bytes_missing")


def findings(server: LiveServer, *command: str) -> set[tuple[str, str, bool]]:
    lines = [json.loads(line) for line in run(server, *command, "--json").splitlines()]
    return {(each["code"], each["file_id"], each["repaired"]) for each in lines}


def run(server: LiveServer, *command: str) -> str:
    ended = run_command(*command, cwd=server.directory, env=server.env)
    assert ended.returncode in (0, 1), ended.stderr
    return ended.stdout


@pytest.mark.timeout(900)
@pytest.mark.parametrize("uploads", [24, pytest.param(200, marks=pytest.mark.long)])
def test_one_fault_in_five_requests_costs_no_byte(
    tmp_path_factory: pytest.TempPathFactory, lasting_s3: S3Server, new_database: Callable[[], str], uploads: int
):
    bucket = lasting_s3.new_bucket()
    url = f"s3://{bucket}"
    with FaultyProxy(lasting_s3.port) as proxy:
        directory = tmp_path_factory.mktemp("faults")
        server = LiveServer(directory, storage_url=url, s3_endpoint=proxy.url, database_url=new_database(), workers=0)
        server.start()
        try:
            proxy.share = 0.2
            token = server.token()
            with ThreadPoolExecutor(8) as senders:
                found = list(senders.map(lambda number: _sent(server, token, number), range(uploads)))
            proxy.share = 0.0
            with server.client(headers={"Authorization": f"Bearer {token}"}) as http:
                for file_id, data in found:
                    assert content(http, file_id) == data
            run(server, "gc")
            with psycopg.connect(server.env["PARQUAY_DATABASE_URL"].replace("+psycopg", "")) as database:
                named = {key for (key,) in database.execute("SELECT key FROM chunk")}
            assert set(keys_in(lasting_s3.url, bucket, "bytes/")) == named
        finally:
            server.stop()
    assert all(proxy.met[fault] for fault in FAULTS)


def _sent(server: LiveServer, token: str, number: int) -> tuple[str, bytes]:
    """Send a file as a client does that comes back for as long as it takes."""
    chance = random.Random(number)
    data = chance.randbytes(chance.choice([1, 5_000, 70_000, 400_000]))
    with server.client(headers={"Authorization": f"Bearer {token}"}) as http:
        file_id = create(http, len(data))
        for _ in range(100):
            offset = int(http.head(f"/files/{file_id}", headers=TUS).headers["upload-offset"])
            if offset == len(data):
                return file_id, data
            end = min(len(data), offset + chance.choice([1, 30_000, 400_000]))
            answer = patch(http, file_id, offset, data[offset:end])
            assert answer.status_code in (204, 409, 423, 503), answer.text
        pytest.fail("a hundred tries were not enough")
