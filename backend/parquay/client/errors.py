"""What the client raises."""

from __future__ import annotations


class ApiError(Exception):
    """The server refused a request, or could not be reached.

    Attributes:
        status: status code of the answer, 0 where there was none.
        code: the stable code of the refusal, such as ``not_found``; empty where no answer of the server told one.
        detail: one sentence for a person.
    """

    def __init__(self, detail: str, *, status: int = 0, code: str = "") -> None:
        super().__init__(f"{detail} ({code})" if code else detail)
        self.status = status
        self.code = code
        self.detail = detail


class Unreachable(ApiError):
    """The server does not answer."""


class TransferError(ApiError):
    """An upload or a download cannot go on."""


class ConversionFailed(ApiError):
    """A file became no table; ``code`` is the one of the entry's ``error``."""


class WaitTimeout(ApiError):
    """What was waited for has not come in the time that the caller gave."""
