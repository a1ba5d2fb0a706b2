"""The tree of errors: each has a stable code and the HTTP status it leads to.

ParquayError
|-- BadInput         400  the request cannot be understood
|   |-- InvalidValue 422  understood, but a value is not acceptable
|   `-- NoTable       --  the bytes are no table (ends a conversion, never a request)
|-- Unauthorized     401  no valid login
|-- Forbidden        403  a valid login that may not do this
|-- NotFound         404  unknown, or somebody else's
|-- QueryTimeout     408  a query took longer than queries may
|-- Conflict         409  the state does not allow it
|-- Gone             410  it was here and is no more
|-- Outdated         412  it has changed since the version that the request names
|-- TooLarge         413  more bytes than allowed
|-- UnsupportedType  415  this kind of file or body is not accepted
|-- Busy             423  somebody else is at it right now; retry
|-- TooManyRequests  429  slow down
|-- Unavailable      503  not now; retry
|   `-- Damaged      503  stored bytes are gone, or not what they were
`-- StorageFull      507  the disk is full
"""

from __future__ import annotations

from errno import EDQUOT, ENOSPC


class ParquayError(Exception):
    """Base of every error that a caller may meet.

    Attributes:
        code: stable, machine-readable name of the case.
        status: HTTP status it leads to.
        detail: one sentence for a person.
        retry_after: seconds after which a retry may work, or None.
        more: JSON members that the answer has beside these.
    """

    status = 500
    default_code = "internal_error"

    def __init__(self, detail: str, code: str | None = None, *, retry_after: int | None = None, **more: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or self.default_code
        self.retry_after = retry_after
        self.more = more


class BadInput(ParquayError):
    status = 400
    default_code = "bad_request"


class InvalidValue(BadInput):
    status = 422
    default_code = "invalid_value"


class NoTable(BadInput):
    default_code = "no_table"


class Unauthorized(ParquayError):
    status = 401
    default_code = "unauthorized"


class Forbidden(ParquayError):
    status = 403
    default_code = "forbidden"


class NotFound(ParquayError):
    status = 404
    default_code = "not_found"


class QueryTimeout(ParquayError):
    status = 408
    default_code = "query_timeout"


class Conflict(ParquayError):
    status = 409
    default_code = "conflict"


class Gone(ParquayError):
    status = 410
    default_code = "gone"


class Outdated(ParquayError):
    status = 412
    default_code = "row_changed"


class TooLarge(ParquayError):
    status = 413
    default_code = "too_large"


class UnsupportedType(ParquayError):
    status = 415
    default_code = "unsupported_type"


class Busy(ParquayError):
    status = 423
    default_code = "upload_busy"


class TooManyRequests(ParquayError):
    status = 429
    default_code = "too_many_requests"


class Unavailable(ParquayError):
    status = 503
    default_code = "unavailable"


class Damaged(Unavailable):
    default_code = "damaged"


class StorageFull(ParquayError):
    status = 507
    default_code = "storage_full"


def is_full(error: BaseException) -> bool:
    """Tell whether something failed for want of room on a disk, or of a quota there. Pure."""
    return isinstance(error, StorageFull) or (isinstance(error, OSError) and error.errno in {ENOSPC, EDQUOT})
