"""How often other processes are notified."""

from __future__ import annotations

import math

from parquay.catalog.notifications import progress_of
from parquay.catalog.threaded_notifier import PAUSE_SECONDS, PROGRESS_SECONDS, OutgoingChannels

PROGRESS = progress_of("file")


def test_a_channel_goes_out_at_once_and_again_after_its_pause():
    channels = OutgoingChannels()
    channels.add(["jobs", PROGRESS])
    assert channels.due(0.0) == {"jobs", PROGRESS}

    channels.add(["jobs", PROGRESS, "events"])

    assert channels.due(0.01) == {"events"}
    assert channels.seconds_left(0.01) == PAUSE_SECONDS - 0.01
    assert channels.due(PAUSE_SECONDS) == {"jobs"}
    assert channels.due(PROGRESS_SECONDS) == {PROGRESS}
    assert channels.seconds_left(200.0) is None


def test_nothing_stays_behind_at_the_end():
    channels = OutgoingChannels()
    channels.add(["jobs", PROGRESS])
    channels.due(0.0)
    channels.add(["jobs", PROGRESS])

    assert channels.due(math.inf) == {"jobs", PROGRESS}
