"""Numbers and moments as the XML of a spreadsheet writes them, exactly. Pure.

A spreadsheet keeps doubles, and its program prints them with up to 17 digits: `0.10000000000000001` is 0.1. Other
programs write numbers that no double is, such as ids of 20 digits; those are kept digit by digit.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

MAX_DIGITS = 38
"""Digits of the longest number that is written without an exponent."""
DOUBLE_DIGITS = 17
"""Digits that tell every double from its neighbours."""
NOISE_MICROS = 5
"""So near to a millisecond a moment is that millisecond: days with 15 digits are no more exact."""
DAY_MICROS = 86_400_000_000
LEAP_DAY = 60
"""The day that is the 29th of February 1900 in a workbook, and in no calendar."""
EPOCH_1900 = dt.datetime.fromisoformat("1899-12-30")
"""Day 0 of workbooks that do not count from 1904."""
MICRO_DIGITS = 6
_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,4})?", re.ASCII)
_SPAN = re.compile(r"(-?)PT(\d+)H(\d+)M(\d+)(\.\d+)?S", re.ASCII)
_WHOLE = re.compile(r"[-+]?\d{1,4000}", re.ASCII)


def number_text(text: str) -> str:
    """The canonical text of a number, with every digit that a double would lose; what is no number stays as it is."""
    number = text.strip()
    if _WHOLE.fullmatch(number):
        return str(int(number))
    if _NUMBER.fullmatch(number) is None:
        return text
    return lost_by_double(number) or repr(float(number)).removesuffix(".0")


def lost_by_double(number: str) -> str | None:
    """A number digit by digit where its double is another one; None where the double, printed, is this text."""
    if _NUMBER.fullmatch(number) is None:
        return None
    exact = Decimal(number).normalize()
    value, digits = float(number), len(exact.as_tuple().digits)
    if not exact or (abs(value) != float("inf") and _is_print(exact, value, digits)):
        return None
    # A number with an exponent beyond reason would be a text of that many zeros.
    shown = format(exact, "f")
    return shown if len(shown) <= MAX_DIGITS + 2 else number


def _is_print(exact: Decimal, value: float, digits: int) -> bool:
    """Whether a number is its double, rounded to as many digits; the last of 17 some programs get wrong by one."""
    printed = Decimal(f"{value:.{digits - 1}e}")
    if digits != DOUBLE_DIGITS:
        return printed == exact
    return bool(value) and abs(printed - exact) <= Decimal(1).scaleb(exact.adjusted() - DOUBLE_DIGITS + 1)


def micros_of(days: float) -> int:
    """Microseconds of so many days, without what is left by counting in days."""
    micros = round(Decimal(repr(days)) * DAY_MICROS)
    millis = round(micros, -3)
    return millis if abs(micros - millis) <= NOISE_MICROS else micros


def span(days: float) -> dt.timedelta:
    """A duration of so many days.

    Raises:
        OverflowError: it is longer than any.
    """
    return dt.timedelta(microseconds=micros_of(days))


def moment(days: float, epoch: dt.datetime) -> dt.datetime | dt.time:
    """The moment so many days behind the epoch of a workbook; less than one day is a time of day.

    Raises:
        OverflowError: no calendar has it.
    """
    day, fraction = divmod(days, 1)
    micros = micros_of(fraction)
    if 0 <= days < 1 and micros < DAY_MICROS:
        return (EPOCH_1900 + dt.timedelta(microseconds=micros)).time()
    if 0 < days < LEAP_DAY and epoch == EPOCH_1900:
        day += 1
    return epoch + dt.timedelta(days=day, microseconds=micros)


def span_text(text: str) -> str | None:
    """A span of time as OpenDocument writes it (ODF 1.2, 18.3.22), in hours, minutes and seconds; None: it is none."""
    match = _SPAN.fullmatch(text)
    if match is None:
        return None
    sign, hours, minutes, seconds, fraction = match.groups()
    total = (int(hours) * 60 + int(minutes)) * 60 + int(seconds)
    digits = (fraction or ".")[1:].rstrip("0")
    shown = f".{digits.ljust(MICRO_DIGITS, '0')}" if digits else ""
    return f"{sign * bool(total or digits)}{total // 3600}:{total // 60 % 60:02}:{total % 60:02}{shown}"


def finer_than_micros(text: str) -> str | None:
    """A moment or a time of day as OpenDocument writes it, where it has more digits of a second than six."""
    fraction = text.rpartition(".")[2].rstrip("SZ0") if "." in text else ""
    if len(fraction) <= MICRO_DIGITS:
        return None
    if (clock := span_text(text)) is not None:
        return clock if clock.index(":") > 1 else f"0{clock}"
    return text.replace("T", " ")
