"""One server, killed and started again, and one client that knows what it was told: the model of uploads."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import random
import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from sqlalchemy import update
from sqlmodel import col

from parquay.catalog.tables import File, now
from parquay.errors import ParquayError
from parquay.storage.chunks import Store
from parquay.tus.refusals import Refusal
from parquay.uploads.receive.receive import Receipt
from uploads.engine import CUT, HANG, OWNER, Engine, ScriptedBody, copy_of, until

LENGTHS = st.sampled_from([0, 1, 5_000, 65_536, 65_537, 1_300_000])
SIZES = st.sampled_from([0, 1, 999, 65_536, 400_000, 2_000_000])


@dataclass
class Upload:
    """What the model knows of an upload."""

    id: str
    data: bytes
    length: int | None
    promised: int = 0
    parts: list[Upload] = field(default_factory=list)
    partial: bool = False
    hanging: asyncio.Task[Receipt] | None = None
    body: ScriptedBody | None = None

    @property
    def open(self) -> bool:
        return not self.parts and (self.length is None or self.promised < self.length)


class UploadMachine(RuleBasedStateMachine):
    """One server, killed and started again; one client, that knows what it was told."""

    template: Path
    store: Store

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.directory = Path(tempfile.mkdtemp(prefix="machine-"))
        self.told = self.make_database()
        self.uploads: list[Upload] = []
        self.count = 0
        self.store = self.make_store()
        self.engine = Engine(self.directory, self.store, durability="strict", **self.told)

    def make_database(self) -> dict[str, str]:
        """Make an empty database; return the settings that lead to it."""
        copy_of(self.template, self.directory)
        return {}

    def make_store(self) -> Store:
        raise NotImplementedError

    def lose_power(self, garbage: bool) -> None:
        raise NotImplementedError

    def end_process(self) -> None:
        """Let go of what the kernel takes from a dead process."""

    def run(self, work):
        return self.runner.run(work)

    def source(self, length: int) -> bytes:
        self.count += 1
        return random.Random(self.count).randbytes(length)

    def pick(self, number: int, want) -> Upload | None:
        found = [upload for upload in self.uploads if want(upload)]
        return found[number % len(found)] if found else None

    # ------------------------------------------------------------------------------------- creation

    @initialize()
    def first(self) -> None:
        self.create(1_300_000, deferred=False, partial=False)

    @rule(length=LENGTHS, deferred=st.booleans(), partial=st.booleans())
    def create(self, length: int, deferred: bool, partial: bool) -> None:
        headers = {"upload_defer_length": "1"} if deferred else {"upload_length": str(length)}
        headers |= {"upload_concat": "partial"} if partial else {}
        file, _ = self.run(self.engine.create(**headers))
        self.uploads.append(Upload(file.id, self.source(length), None if deferred else length, partial=partial))

    @rule(length=LENGTHS, share=st.sampled_from([0.5, 1.0]), cut=st.booleans())
    def create_with_bytes(self, length: int, share: float, cut: bool) -> None:
        data = self.source(length)
        sent, told = data[: int(length * share)], str(int(length * share))
        body = ScriptedBody(sent[: len(sent) // 2], CUT) if cut else ScriptedBody(sent)
        if told == "0":
            return
        file, receipt = self.run(self.engine.create(body, upload_length=str(length), content_length=told))
        self.uploads.append(Upload(file.id, data, length, promised=receipt.offset))
        assert receipt.offset == (len(sent) // 2 if cut else len(sent))

    # --------------------------------------------------------------------------------------- bodies

    def send(self, upload: Upload, body: ScriptedBody, expected: int, **headers: str) -> None:
        receipt = self.run(self.engine.append(upload.id, self.engine.offset(upload.id), body, **headers))
        assert receipt.offset == expected
        upload.promised = expected
        self.run(self.engine.services.uploads.concatenator.finish_waiting(OWNER.id))

    def idle(self, upload: Upload) -> bool:
        return upload.open and upload.hanging is None

    @rule(number=st.integers(0, 20), size=SIZES, cut=st.booleans())
    def patch(self, number: int, size: int, cut: bool) -> None:
        if upload := self.pick(number, self.idle):
            start = self.engine.offset(upload.id)
            sent = upload.data[start : start + size]
            self.send(upload, ScriptedBody(sent, *([CUT] if cut else [])), start + len(sent))

    @rule(number=st.integers(0, 20), size=SIZES, ending=st.sampled_from(["right", "wrong", "cut"]))
    def patch_with_checksum(self, number: int, size: int, ending: str) -> None:
        if not (upload := self.pick(number, self.idle)):
            return
        start = self.engine.offset(upload.id)
        sent = upload.data[start : start + size]
        digest = hashlib.sha1(sent + (b"!" if ending == "wrong" else b"")).digest()
        field_value = f"sha1 {base64.b64encode(digest).decode()}"
        if ending == "wrong":
            with pytest.raises(Refusal, match="checksum"):
                self.send(upload, ScriptedBody(sent), start, upload_checksum=field_value)
        elif ending == "cut":
            self.send(upload, ScriptedBody(sent, CUT), start, upload_checksum=field_value)
        else:
            self.send(upload, ScriptedBody(sent), start + len(sent), upload_checksum=field_value)

    @rule(number=st.integers(0, 20), wrong=st.sampled_from([-1, 1, 77]))
    def patch_elsewhere(self, number: int, wrong: int) -> None:
        if upload := self.pick(number, self.idle):
            offset = self.engine.offset(upload.id) + wrong
            with pytest.raises(Refusal):
                self.run(self.engine.append(upload.id, offset, b"x"))

    @rule(number=st.integers(0, 20))
    def tell_length(self, number: int) -> None:
        if upload := self.pick(number, lambda one: one.length is None and self.idle(one)):
            upload.length = len(upload.data)
            self.send(upload, ScriptedBody(b""), self.engine.offset(upload.id), upload_length=str(upload.length))

    @rule(number=st.integers(0, 20))
    def head(self, number: int) -> None:
        if upload := self.pick(number, lambda _: True):
            self.run(self.engine.writers.wait_durable(upload.id))
            if not upload.parts:
                offset = self.engine.offset(upload.id)
                if upload.body is not None:
                    assert offset == upload.promised + upload.body.taken
                    upload.body.taken = 0
                upload.promised = offset

    # --------------------------------------------------------------------------- hanging, taking over

    @rule(number=st.integers(0, 20), size=SIZES)
    def hang(self, number: int, size: int) -> None:
        upload = self.pick(number, lambda one: self.idle(one) and one.length is not None)
        if not upload:
            return
        start = self.engine.offset(upload.id)
        sent = upload.data[start : start + max(min(size, len(upload.data) - start - 1), 0)]
        body = ScriptedBody(sent, HANG)
        upload.body, upload.promised = body, start

        async def begin() -> asyncio.Task[Receipt]:
            sending = asyncio.create_task(self.engine.append(upload.id, start, body))
            await until(lambda: body.taken == len(sent) and upload.id in self.engine.writers.running(), "a body")
            return sending

        upload.hanging = self.run(begin())

    @rule(number=st.integers(0, 20), size=SIZES)
    def take_over(self, number: int, size: int) -> None:
        if not (upload := self.pick(number, lambda one: one.hanging)):
            return
        self.run(self.engine.writers.wait_durable(upload.id))
        start = self.engine.offset(upload.id)
        sent = upload.data[start : start + size]
        receipt = self.run(self.engine.append(upload.id, start, ScriptedBody(sent)))
        assert upload.hanging is not None
        assert self.run(self.ended(upload.hanging)) == "taken_over"
        upload.hanging = upload.body = None
        upload.promised = receipt.offset
        assert receipt.offset == start + len(sent)
        self.run(self.engine.services.uploads.concatenator.finish_waiting(OWNER.id))

    async def ended(self, sending: asyncio.Task[Receipt]) -> str:
        return (await sending).ended

    # ------------------------------------------------------------------------ joining, removing, expiry

    @rule(numbers=st.lists(st.integers(0, 20), min_size=1, max_size=3))
    def concatenate(self, numbers: list[int]) -> None:
        picked = [self.pick(number, lambda one: one.partial and one.length is not None) for number in numbers]
        parts = [part for part in picked if part is not None]
        if len(parts) == len(picked):
            urls = " ".join(f"/files/{part.id}" for part in parts)
            file, _ = self.run(self.engine.create(upload_concat=f"final;{urls}"))
            self.uploads.append(Upload(file.id, b"".join(part.data for part in parts), None, parts=parts))

    @rule(number=st.integers(0, 20))
    def remove(self, number: int) -> None:
        if upload := self.pick(number, lambda _: True):
            self.run(self.engine.services.uploads.remover.remove(upload.id, OWNER))
            self.forget(upload, "removed")

    @rule(number=st.integers(0, 20))
    def expire(self, number: int) -> None:
        upload = self.pick(number, lambda one: not one.parts)
        if not upload:
            return
        self.set_expiry(upload, now() - timedelta(days=1))
        swept = self.run(self.engine.services.uploads.expirer.sweep())
        self.set_expiry(upload, now() + timedelta(days=1))
        stays = upload.hanging is not None or not (upload.open or upload.partial)
        assert swept == (0 if stays else 1)
        if not stays:
            self.forget(upload, "")

    def set_expiry(self, upload: Upload, moment: datetime) -> None:
        expiring = update(File).where(col(File.id) == upload.id, col(File.expires_at).is_not(None))
        self.engine.services.catalog.write(lambda session: session.execute(expiring.values(expires_at=moment)))

    def forget(self, upload: Upload, ended: str) -> None:
        self.uploads.remove(upload)
        if upload.hanging is not None:
            assert self.run(self.ended(upload.hanging)) == ended
        assert self.engine.files.get(upload.id) is None
        self.assert_nothing_is_left(upload)

    def assert_nothing_is_left(self, upload: Upload) -> None:
        """No byte of an upload that is gone is kept."""
        assert upload.id not in set(self.store.ids())

    # ------------------------------------------------------------------------------------ ends and starts

    @rule()
    def restart(self) -> None:
        """SIGTERM: everybody gets a last checkpoint."""
        self.run(self.engine.writers.drain(5))
        for upload in self.uploads:
            if upload.hanging is not None:
                assert self.run(self.ended(upload.hanging)) == "shutdown"
                assert upload.body is not None
                upload.promised += upload.body.taken
                assert self.engine.offset(upload.id) == upload.promised
                upload.hanging = upload.body = None
        self.engine.close()
        self.start()

    def start(self) -> None:
        self.engine = Engine(self.directory, self.store, durability="strict", **self.told)
        self.engine.services.uploads.small.restore()

    @rule()
    def flush(self) -> None:
        """What small uploads left in the catalog goes to the disk."""
        self.engine.services.uploads.small.sync_pending()

    @rule(power=st.booleans(), garbage=st.booleans())
    def crash(self, power: bool, garbage: bool) -> None:
        """SIGKILL, or the power is gone: nothing more is synced, committed or said."""
        self.engine.services.uploads.appender._disk.shutdown(wait=True)
        catalog, hanging = self.engine.services.catalog, [one.hanging for one in self.uploads if one.hanging]
        catalog.submit = dead  # type: ignore[method-assign, assignment]  # no process is left that could commit
        self.run(self.cancelled(hanging))
        catalog.close()
        self.end_process()
        if power:
            self.lose_power(garbage)
        for upload in self.uploads:
            upload.hanging = upload.body = None
        self.start()
        age = update(File).values(active_at=now() - timedelta(minutes=1))
        self.engine.services.catalog.write(lambda session: session.execute(age))

    async def cancelled(self, sending: list[asyncio.Task[Receipt]]) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)  # a dead process says nothing
        for task in sending:
            task.cancel()
        await asyncio.gather(*sending, return_exceptions=True)

    # ----------------------------------------------------------------------------------------- promises

    @invariant()
    def every_acknowledged_byte_is_there(self) -> None:
        rows = self.engine.files.many([upload.id for upload in self.uploads])
        for upload in self.uploads:
            offset = rows[upload.id].offset
            assert upload.promised <= offset <= len(upload.data)
            with self.store.reader(upload.id) as reader:
                assert reader.read_at(0, offset) == upload.data[:offset]

    @invariant()
    def what_is_finished_is_finished_once(self) -> None:
        rows = self.engine.files.many([upload.id for upload in self.uploads])
        subjects = [job.subject for job in self.engine.jobs()]
        for upload in self.uploads:
            row, jobs = rows[upload.id], subjects.count(upload.id)
            whole = row.offset == (len(upload.data) if upload.parts else upload.length)
            if upload.parts:
                assert not row.complete or whole
            else:
                assert row.complete == whole
            assert jobs == 0 if upload.partial else jobs <= 1
            assert jobs == 1 or not row.complete or upload.partial

    @precondition(lambda self: not any(one.hanging for one in self.uploads))
    @invariant()
    def nothing_else_is_kept(self) -> None:
        assert self.engine.files.ids() == {upload.id for upload in self.uploads}
        assert set(self.store.ids()) <= self.engine.files.ids()

    def teardown(self) -> None:
        hanging = [upload.hanging for upload in self.uploads if upload.hanging]
        self.run(self.cancelled(hanging))
        self.engine.close()
        self.end_process()
        self.runner.close()
        shutil.rmtree(self.directory)


def dead(_write: object) -> None:
    raise ParquayError("this process is dead")
