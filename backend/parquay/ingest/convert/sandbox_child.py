"""The program that reads a workbook or a Parquet file under limits: `sandbox_child KIND IN OUT SHEET`.

It answers with one line of JSON: on standard output what it made, or on standard error a code and a message.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from parquay.ingest.formats.limits import Refused, limit


def main(arguments: list[str]) -> int:
    """Read the file; return the exit status."""
    kind, source, target, sheet = arguments
    limit()
    try:
        made = _read(kind, Path(source), Path(target), sheet)
    except Refused as refusal:
        code, message = refusal.args
    except MemoryError:
        code, message = "too_expensive", "The file asks for more memory than a file may."
    except Exception as error:  # noqa: BLE001 (whatever a reader makes of a broken file is the file's fault)
        code, message = "broken_file", f"The file cannot be read: {error}"[:500].replace("\n", " ")
    else:
        print(json.dumps(made))  # noqa: T201 (the answer)
        return 0
    print(json.dumps({"code": code, "message": message}), file=sys.stderr)  # noqa: T201 (the answer)
    return 1


def _read(kind: str, source: Path, target: Path, sheet: str) -> dict[str, Any]:
    """What is made of the file; each reader's libraries are loaded when they are needed."""
    if kind == "xlsx":
        from parquay.ingest.formats import workbook

        return workbook.read_workbook(source, target, sheet)
    from parquay.ingest.formats import foreign

    return foreign.read_parquet(source, target)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
