"""Keys of creations: one file each, for a day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select, update

from parquay.catalog.idempotency import KEPT, IdempotencyKeys
from parquay.catalog.session import Catalog
from parquay.catalog.tables import IdempotencyKey, now
from parquay.errors import Conflict


@pytest.fixture
def keys(catalog: Catalog) -> IdempotencyKeys:
    return IdempotencyKeys(catalog)


def age(catalog: Catalog, by: timedelta) -> None:
    def write(session: Session) -> None:
        session.execute(update(IdempotencyKey).values(created_at=now() - by))

    catalog.write(write)


def test_a_key_means_the_file_of_the_first_request(catalog, keys, files, add, ann, bob):
    first, second = add(), add()
    catalog.write(lambda session: keys.naming(ann, "k", "f")(session, first))

    with pytest.raises(Conflict) as refused:
        catalog.write(lambda session: keys.naming(ann, "k", "f")(session, second))

    assert refused.value.code == "idempotency_key_in_use"
    found = keys.find(ann, "k")
    assert (found.file_id, found.fingerprint) == (first, "f")
    assert keys.find(bob, "k") is None


def test_a_key_is_over_after_a_day_and_with_its_file(catalog, keys, files, add, ann):
    first, second = add(), add()
    catalog.write(lambda session: keys.naming(ann, "k", "f")(session, first))
    age(catalog, KEPT)

    assert keys.find(ann, "k") is None
    catalog.write(lambda session: keys.naming(ann, "k", "g")(session, second))
    found = keys.find(ann, "k")
    assert (found.file_id, found.fingerprint) == (second, "g")

    catalog.write(lambda session: files.remove(session, second))
    assert keys.find(ann, "k") is None


def test_old_keys_are_forgotten(catalog, keys, add, ann):
    first = add()
    for name in ("a", "b"):
        catalog.write(lambda session, name=name: keys.naming(ann, name, "f")(session, first))
    age(catalog, KEPT)
    catalog.write(lambda session: keys.naming(ann, "a", "f")(session, first))

    keys.prune()

    with catalog.read() as session:
        assert session.exec(select(col(IdempotencyKey.key))).all() == ["a"]
