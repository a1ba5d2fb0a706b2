import threading
from datetime import timedelta

import pytest
from sqlmodel import delete

from parquay.catalog import events as events_module
from parquay.catalog.events import KEEP, Events
from parquay.catalog.tables import Event, File, now
from parquay.catalog.users import Users


@pytest.fixture
def events(catalog):
    return Events(catalog)


@pytest.fixture
def ann(catalog):
    return Users(catalog).create("ann", "hash")


def add(catalog, events, owner, file_id, *, shared=False, kind="file.created"):
    file = {"id": file_id, "owner_id": owner.id, "name": f"{file_id}.csv", "shared": shared}

    def write(session):
        row = File(**file)
        session.add(row)
        session.flush()
        events.emit(session, kind, row)

    catalog.write(write)


def change(catalog, file_id, act):
    catalog.write(lambda session: act(session, session.get(File, file_id)))


def test_events_come_in_order_with_the_file_as_it_is_now(catalog, events, ann):
    add(catalog, events, ann, "f1")
    change(catalog, "f1", lambda session, file: events.emit(session, "file.updated", file))

    def rename(_session, file):
        file.name = "renamed.csv"

    change(catalog, "f1", rename)
    first, second = events.after(0, 10)

    assert (first.kind, second.kind) == ("file.created", "file.updated")
    assert first.id < second.id
    assert first.file.name == second.file.name == "renamed.csv"
    assert first.owner == "ann"
    assert [one.id for one in events.after(first.id, 10)] == [second.id]
    assert [one.id for one in events.after(0, 1)] == [first.id]
    assert events.span() == (0, second.id)


def test_event_of_a_removed_file_has_no_file(catalog, events, ann):
    add(catalog, events, ann, "f1")
    change(catalog, "f1", lambda session, file: (events.emit(session, "file.deleted", file), session.delete(file)))

    assert [(one.kind, one.file) for one in events.after(0, 10)] == [("file.created", None), ("file.deleted", None)]


def test_event_of_a_change_that_failed_does_not_exist(catalog, events, ann):
    add(catalog, events, ann, "f1")

    def fail(session, file):
        events.emit(session, "file.updated", file)
        raise ValueError("the change is not to be")

    with pytest.raises(ValueError, match="not to be"):
        change(catalog, "f1", fail)

    assert [one.kind for one in events.after(0, 10)] == ["file.created"]


def test_subscribers_are_notified_after_the_commit(catalog, events, ann):
    seen: list[str] = []
    notified = threading.Event()

    def look():
        seen.extend(one.kind for one in events.after(0, 10))
        notified.set()

    catalog.notifications.subscribe("events", look)
    add(catalog, events, ann, "f1")

    assert notified.wait(5)
    assert seen == ["file.created"]


def test_private_file_is_told_to_its_owner_alone(catalog, events, ann):
    add(catalog, events, ann, "f1")

    (happened,) = events.after(0, 10)

    assert happened.visible_to(ann.id)
    assert not happened.visible_to("somebody else")


def test_shared_file_is_told_to_everybody_until_it_is_shared_no_more(catalog, events, ann):
    add(catalog, events, ann, "f1", shared=True)
    assert events.after(0, 10)[0].visible_to("somebody else")

    def hide(session, file):
        events.open_to_everybody(session, file, None)

    change(catalog, "f1", hide)
    created, updated, gone = events.after(0, 10)

    assert not created.visible_to("somebody else")
    assert (updated.kind, updated.visible_to(ann.id), updated.visible_to("somebody else")) == (
        "file.updated",
        True,
        False,
    )
    assert (gone.kind, gone.visible_to(ann.id), gone.visible_to("somebody else")) == ("file.deleted", False, True)


def test_file_that_becomes_shared_appears_for_others_and_changes_for_its_owner(catalog, events, ann):
    add(catalog, events, ann, "f1")

    def share(session, file):
        events.open_to_everybody(session, file, "view")

    change(catalog, "f1", share)
    _, *told = events.after(0, 10)

    assert [one.kind for one in told if one.visible_to(ann.id)] == ["file.updated"]
    assert [one.kind for one in told if one.visible_to("somebody else")] == ["file.created"]


def test_removal_of_a_shared_file_is_told_to_everybody(catalog, events, ann):
    add(catalog, events, ann, "f1", shared=True)
    change(catalog, "f1", lambda session, file: (events.emit(session, "file.deleted", file), session.delete(file)))

    assert events.after(0, 10)[-1].visible_to("somebody else")


def test_prune_removes_what_is_too_old(catalog, events, ann):
    add(catalog, events, ann, "f1")
    add(catalog, events, ann, "f2")

    last = events.span()[1]
    assert events.prune() == 0
    assert events.prune(now() + KEEP + timedelta(seconds=1)) == 2
    assert events.after(0, 10) == []
    assert events.span() == (last, last)


def test_prune_keeps_the_newest_of_a_user_with_too_many(catalog, events, ann, monkeypatch):
    monkeypatch.setattr(events_module, "KEEP_PER_USER", 5)
    bob = Users(catalog).create("bob", "hash")
    for number in range(9):
        add(catalog, events, ann, f"a{number}")
    add(catalog, events, bob, "b0")

    assert events.prune() == 4

    kept = events.after(0, 100)
    assert [one.file_id for one in kept] == ["a4", "a5", "a6", "a7", "a8", "b0"]
    assert 0 < events.span()[0] < kept[0].id


def test_ids_are_never_used_again(catalog, events, ann):
    add(catalog, events, ann, "f1")
    last = events.span()[1]
    catalog.write(lambda session: session.execute(delete(Event)))

    add(catalog, events, ann, "f2")

    assert events.span()[1] > last
