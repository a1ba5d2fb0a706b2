"""How much a user may ask of the server at once. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UserLimits:
    """Limits of one user, or those of everybody. 0: none; None, of one user: that of everybody.

    Attributes:
        requests: requests in a minute.
        uploads: uploads whose bytes come at the same time.
        bandwidth: bytes of uploads in a second.
    """

    requests: int | None = None
    uploads: int | None = None
    bandwidth: int | None = None

    def within(self, everybodys: UserLimits) -> UserLimits:
        """Return what holds where ``everybodys`` are those of the server."""
        return UserLimits(
            everybodys.requests if self.requests is None else self.requests,
            everybodys.uploads if self.uploads is None else self.uploads,
            everybodys.bandwidth if self.bandwidth is None else self.bandwidth,
        )


AS_EVERYBODY = UserLimits()
UNLIMITED = UserLimits(0, 0, 0)
