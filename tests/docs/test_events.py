"""docs/events.md names every event with its fields, and every live signal, as the code has them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from parquay.catalog.events import Happened
from parquay.catalog.tables import File
from parquay.events import messages
from parquay.web.live.sampling import SIGNALS

PAGE = (Path(__file__).parents[2] / "docs" / "events.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `([a-z]+(?:\.[a-z]+)?)` \| [^|]+ \| (.+) \|$", PAGE, re.MULTILINE))
KINDS = {
    value
    for value in vars(messages).values()
    if isinstance(value, str) and (value == messages.RESET or re.fullmatch(r"(file|dataset)\.[a-z]+", value))
}
FILE = File(id="f1", owner_id="u1", name="sales.csv", uploaded_at=datetime(2026, 5, 4, tzinfo=UTC))


def data_of(kind: str) -> dict[str, object]:
    event = Happened(7, kind, "u1", shared=False, file_id="f1", to_others=False, file=FILE, owner="ann")
    if kind == messages.ANNOUNCED:
        created = Happened(7, messages.CREATED, "u1", False, "f1", to_others=False, file=FILE, owner="ann")
        message = messages.announcement(created, "names")
    else:
        message = messages.message_of(event)
    assert message is not None
    return dict(message.data)


def test_every_kind_is_on_the_page_and_no_other():
    assert len(KINDS) > 5
    assert ROWS.keys() & KINDS == KINDS
    assert {kind for kind in ROWS if "." in kind} <= KINDS


@pytest.mark.parametrize("kind", sorted(KINDS - {messages.RESET}))
def test_the_fields_of_an_event_are_those_that_are_sent(kind: str):
    shape = re.findall(r"`\{(.*?)\}`", ROWS[kind])[0]
    outer = re.sub(r"\{[^{}]*\}", "", shape)

    sent = data_of(kind)

    assert re.findall(r"\w+", outer) == list(sent)
    for name, inner in re.findall(r"(\w+): \{([^{}]*)\}", shape):
        assert inner.split(", ") == list(sent[name])  # type: ignore[call-overload]


def test_every_field_of_an_entry_is_explained():
    table = PAGE.partition("## The entry of a file")[2].partition("\n## ")[0]
    named = [each for row in re.findall(r"^\| (`.+?) \| ", table, re.MULTILINE) for each in re.findall(r"`(\w+)`", row)]

    assert sorted(named) == sorted(messages.entry(FILE, "ann"))


def test_every_live_signal_is_on_the_page_with_its_unit():
    table = PAGE.partition("## Live signals")[2]

    assert dict(re.findall(r"^\| `(\w+)` \| (\S*?) ?\| [a-z]", table, re.MULTILINE)) == {
        name: each.unit for name, each in SIGNALS.items()
    }
