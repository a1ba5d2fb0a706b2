"""Upload links in the catalog: what has come by one is the sum of its uploads, and no transaction goes past its limits."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from parquay.auth.keys import key_hash
from parquay.catalog.allowances import Allowance
from parquay.catalog.checkpoints import Checkpoint
from parquay.catalog.claims import Claim
from parquay.catalog.events import Events
from parquay.catalog.files import Files
from parquay.catalog.jobs import Jobs
from parquay.catalog.session import Catalog
from parquay.catalog.tables import File, NewFile, UploadLink, User, now
from parquay.catalog.upload_links import UploadLinks
from parquay.catalog.users import Users
from parquay.errors import Gone, NotFound, ParquayError, TooLarge
from parquay.ids import new_id

LATER = now() + timedelta(days=1)


@pytest.fixture
def files(catalog: Catalog) -> Files:
    return Files(catalog, Events(catalog), Jobs(catalog))


@pytest.fixture
def links(catalog: Catalog) -> UploadLinks:
    return UploadLinks(catalog)


@pytest.fixture
def ann(catalog: Catalog) -> str:
    return Users(catalog).create("ann", "-").id


@pytest.fixture
def new_link(links: UploadLinks, ann: str) -> Callable[..., UploadLink]:
    """Make a link of ann: `new_link(max_files=1)`."""

    def make(**limits) -> UploadLink:
        made = UploadLink(id=new_id(), owner_id=ann, token_hash=key_hash(new_id()), name="a", extensions=[], **limits)
        links.add(made)
        return made

    return make


def new_file(link: UploadLink, **values) -> NewFile:
    given = {"upload_link_id": link.id, "upload_link_name": link.name, "name": "a", **values}
    return NewFile(id=new_id(), owner_id=link.owner_id, **given)


def added(catalog: Catalog, files: Files, new: NewFile) -> NewFile:
    allowance = Allowance(link_id=new.upload_link_id)
    catalog.write(lambda session: files.add(session, new, allowance=allowance))
    return new


def counted(links: UploadLinks, link: UploadLink) -> tuple[int, int]:
    found = links.owned(link.id, link.owner_id)
    assert found is not None
    return found.files, found.bytes


class Sender:
    """Does whatever can be done to the uploads of a link, and knows what has to be counted then."""

    def __init__(self, catalog: Catalog, files: Files, link: UploadLink) -> None:
        self._catalog, self._files, self._link = catalog, files, link
        self._chance = random.Random(7)
        self.finished = (0, 0)

    def step(self) -> None:
        self._chance.choice([self._add, self._add, self._part, self._join, self._grow, self._remove])()

    def _add(self) -> None:
        size = self._chance.choice([None, 70])
        added(self._catalog, self._files, new_file(self._link, size=size, expires_at=LATER))

    def _part(self) -> None:
        added(self._catalog, self._files, new_file(self._link, size=9, concat="partial", expires_at=LATER))

    def _join(self) -> None:
        parts = [each for each in self.rows() if each.is_partial]
        chosen = self._chance.sample(parts, min(2, len(parts)))
        ids, size = [each.id for each in chosen], sum(each.size or 0 for each in chosen)
        added(self._catalog, self._files, new_file(self._link, size=size, concat="final;", parts=ids or None))

    def _grow(self) -> None:
        open_ones = [each for each in self.rows() if not each.complete and not each.parts]
        if not open_ones:
            return
        file = self._chance.choice(open_ones)
        claim = Claim(file.id, file.epoch, file.offset, file.size)
        to = file.size if file.size is not None else file.offset + self._chance.randrange(1, 50)
        if self._chance.random() < 0.5 and file.size is None:
            self._catalog.write(lambda session: self._files.checkpoints(session, [Checkpoint(claim, to, LATER)]))
        else:
            self._catalog.write(lambda session: self._files.finish(session, claim, to))

    def _remove(self) -> None:
        rows = self.rows()
        if rows:
            file = self._chance.choice(rows)
            self._catalog.write(lambda session: self._files.remove(session, file.id))
            if file.complete and not file.is_partial:
                self.finished = self.finished[0] + 1, self.finished[1] + file.offset

    def rows(self) -> list[File]:
        with self._catalog.read() as session:
            return list(session.exec(select(File).where(File.upload_link_id == self._link.id).order_by(col(File.id))))

    def expected(self) -> tuple[int, int]:
        rows = self.rows()
        sizes = [each.offset if each.size is None else each.size for each in rows if not each.in_final]
        count = sum(not each.is_partial for each in rows)
        return self.finished[0] + count, self.finished[1] + sum(sizes)


def test_what_has_come_is_the_sum_of_the_uploads_after_anything(catalog, files, links, new_link):
    link, other = new_link(), new_link()
    sender = Sender(catalog, files, link)
    for _ in range(60):
        sender.step()
        assert counted(links, link) == sender.expected()

    assert counted(links, other) == (0, 0)
    assert counted(links, link) > (2, 50)
    assert any(each.in_final for each in sender.rows())


def test_what_is_over_the_limits_changes_nothing(catalog, files, links, new_link):
    link = new_link(max_files=2, max_bytes=100)
    first = added(catalog, files, new_file(link, size=60))
    with pytest.raises(TooLarge) as caught:
        added(catalog, files, new_file(link, size=41))
    assert caught.value.code == "upload_link_full"
    added(catalog, files, new_file(link, size=None))
    assert counted(links, link) == (2, 60)
    with pytest.raises(TooLarge):
        added(catalog, files, new_file(link, size=0))

    assert catalog.write(lambda session: files.remove(session, first.id))
    assert counted(links, link) == (1, 0)
    room = files.room_left(link.owner_id, Allowance(quota=70, link_id=link.id))
    assert room is not None
    assert (room.bytes, room.beyond.code) == (70, "quota_exceeded")


@pytest.mark.parametrize("kept", [True, False])
def test_nothing_goes_on_by_a_link_that_is_over(catalog, files, links, new_link, kept):
    link = new_link()
    upload = added(catalog, files, new_file(link, size=60))
    claim, allowance = Claim(upload.id, 0, 0, 60), Allowance(link_id=link.id)

    def end(session: Session) -> None:
        found = session.get(UploadLink, link.id)
        assert found is not None
        found.expires_at = now() - timedelta(seconds=1)

    if kept:
        catalog.write(end)
    else:
        assert links.remove(link.id, link.owner_id)

    refused: type[ParquayError] = Gone if kept else NotFound
    with pytest.raises(refused):
        catalog.write(lambda session: files.checkpoints(session, [Checkpoint(claim, 30, LATER, allowance=allowance)]))
    with pytest.raises(refused):
        catalog.write(lambda session: files.finish(session, claim, 60, allowance=allowance))
    with pytest.raises(refused):
        added(catalog, files, new_file(link, size=1))
    assert files.many([upload.id])[upload.id].offset == 0
    assert catalog.write(lambda session: files.finish(session, claim, 60)), "its owner goes on with it"


def test_a_disabled_owner_has_no_links(catalog, links, new_link, ann):
    link = new_link()
    assert links.of_token(link.token_hash) is not None

    def disable(session: Session) -> None:
        user = session.get(User, ann)
        assert user is not None
        user.disabled = True

    catalog.write(disable)
    assert links.of_token(link.token_hash) is None
    assert not links.remove(link.id, "somebody else")
