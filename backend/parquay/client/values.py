"""Values of Python as JSON has them."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal
from typing import Any


def plain(value: Any) -> Any:
    """Return a value as JSON has it, numbers exact: dates, times and UUIDs as texts, lists and dictionaries inside too.

    Raises:
        TypeError: JSON has nothing like it.
    """
    if value is None or isinstance(value, str | int | float | Decimal):
        return value
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, dict):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    raise TypeError(f"a {type(value).__name__} cannot be sent: give a number, a text, a date or a time")
