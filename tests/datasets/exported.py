"""Tables as they are exported."""

from __future__ import annotations

import io
from datetime import datetime

import openpyxl

at = datetime.fromisoformat


# Excel


def sheet(content):
    return list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))
