"""Times of day and zones as requests and cells write them. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from parquay.columns.types.base import Unfit

MINUTES = -1
"""Fraction digits of texts that end with their minutes."""
IN_FILTER = r"(\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?"
"""A time of day in a filter; its seconds may be missing."""
IN_EDIT = r"((?:[01]\d|2[0-3]):[0-5]\d)(:[0-5]\d)?(?:\.(\d{1,9}))?"
"""A time of day in an edit."""
ZONE = r"(Z|[+-]\d\d(?::?\d\d)?)?"
_ZONE = re.compile(r"([+-])(\d\d):?(\d\d)?")

FIRST_WITH_NANOSECONDS, LAST_WITH_NANOSECONDS = "1677-09-21", "2262-04-11"
"""The days between which Arrow counts nanoseconds, from 1970 in 64 bits."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def has_nanoseconds(moment: datetime, fraction: str) -> bool:
    """Whether a moment in UTC, with a fraction of a second, can be counted in nanoseconds."""
    count = (moment.replace(tzinfo=UTC) - _EPOCH) // timedelta(seconds=1) * 10**9 + int(fraction.ljust(9, "0") or 0)
    return -(2**63) <= count < 2**63


def fraction_pattern(digits: int) -> str:
    """So many digits of a second in the letters of CLDR's patterns."""
    return "." + "S" * digits if digits > 0 else ""


def iso_zone(zone: str) -> str:
    """A zone in the one spelling that every Python reads; empty when there is none."""
    if zone in ("", "Z"):
        return zone and "+00:00"
    digits = zone[1:].replace(":", "")
    return f"{zone[0]}{digits[:2]}:{digits[2:] or '00'}"


def zone_minutes(zone: str) -> int:
    """Minutes that the clocks of a zone are ahead of UTC."""
    found = _ZONE.fullmatch(zone)
    if found is None:
        return 0
    minutes = int(found[2]) * 60 + int(found[3] or 0)
    return -minutes if found[1] == "-" else minutes


def filter_fraction(fraction: str, digits: int) -> str:
    """The fraction of a second with `digits` digits; finer values are of no column like this one.

    Raises:
        Unfit: it is finer.
    """
    wanted = fraction.rstrip("0")
    if len(wanted) > digits:
        raise Unfit
    return "." + wanted.ljust(digits, "0") if digits > 0 else ""


def edit_fraction(fraction: str, digits: int) -> str:
    """A fraction of a second with exactly `digits` digits, and the point before them.

    Raises:
        Unfit: more would have to be cut.
    """
    if fraction[digits:].strip("0"):
        raise Unfit(f"at most {digits} digits of a second")
    return "." + fraction[:digits].ljust(digits, "0") if digits else ""
