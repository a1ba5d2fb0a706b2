"""Answers that stay true: what was computed of a version need not be computed again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar

T = TypeVar("T")


class AnswerCache:
    """Remembers the newest answers; who asks for one that is being made waits for it. For many threads."""

    def __init__(self, size: int) -> None:
        """``size``: how many answers are kept."""
        self._size = size
        self._lock = threading.Lock()
        self._found: OrderedDict[Hashable, object] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the answer for ``key``, from ``make`` unless it is known. A failure is not remembered."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]  # type: ignore[return-value]
            making = self._making.setdefault(key, threading.Lock())
        with making:
            with self._lock:
                if key in self._found:
                    return self._found[key]  # type: ignore[return-value]
            try:
                made = make()
            finally:
                with self._lock:
                    self._making.pop(key, None)
            with self._lock:
                self._found[key] = made
                while len(self._found) > self._size:
                    self._found.popitem(last=False)
            return made
