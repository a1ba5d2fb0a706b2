"""Creations as clients send them."""

from __future__ import annotations

import random

from uploads.engine import Engine

DATA = random.Random(3).randbytes(300_000)


def all_ids(engine: Engine) -> set[str]:
    return engine.files.ids() | set(engine.store.ids())
