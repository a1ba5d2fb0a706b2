"""What a check of catalog and store finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be.

    Attributes:
        code: ``catalog_damaged``, ``unnamed_chunks``, ``later_chunks``, ``orphan_bytes``, ``orphan_parts``,
            ``surplus_bytes``, ``missing_bytes``, ``found_bytes``, ``digest_mismatch``, ``no_job``, ``missing_part``,
            ``damaged_part``, ``damaged_log``, ``wrong_total`` or ``unreadable``.
        file_id: which upload, empty for the catalog itself and for users.
        detail: one sentence.
        repair: puts it right, None when nothing can; False when it could not after all.
    """

    code: str
    file_id: str
    detail: str
    repair: Callable[[], bool | None] | None = None
