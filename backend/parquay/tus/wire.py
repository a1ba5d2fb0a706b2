"""What a protocol on the wire must offer: two of them speak of the same uploads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from parquay.tus import answers
from parquay.tus.append import AppendPlan, plan_append
from parquay.tus.create import CreationPlan, plan_creation
from parquay.tus.headers import Fields
from parquay.tus.refusals import Header
from parquay.tus.state import Limits, UploadState

Overrun = Literal["cut", "refused", "invalid"]
"""Too many bytes: 413 and what fits is kept, 400 and what fits is kept, 400 and the upload is gone."""


class Wire(Protocol):
    """Header fields to plans, states to header fields."""

    @property
    def common(self) -> tuple[Header, ...]:
        """Header fields of every answer."""
        ...

    def plan_creation(
        self, fields: Fields, limits: Limits, *, path_prefixes: tuple[str, ...], hosts: frozenset[str]
    ) -> CreationPlan:
        """Decide what a creation makes, or raise a Refusal."""
        ...

    def plan_append(self, fields: Fields, state: UploadState, limits: Limits) -> AppendPlan:
        """Decide what an append stores, or raise a Refusal."""
        ...

    def created(self, state: UploadState, location: str, *, with_body: bool) -> tuple[Header, ...]:
        """Header fields of the answer to a creation."""
        ...

    def on_created(self, state: UploadState, location: str) -> tuple[Header, ...] | None:
        """Header fields of the interim answer (104) once an upload can be resumed, None where none is sent."""
        ...

    def on_progress(self, offset: int) -> tuple[Header, ...] | None:
        """Header fields of the interim answer (104) once ``offset`` bytes are durable, None where none is sent."""
        ...

    def appended(self, state: UploadState) -> tuple[Header, ...]:
        """Header fields of the answer to an append."""
        ...

    def head(self, state: UploadState) -> tuple[Header, ...]:
        """Header fields of the answer to a HEAD."""
        ...

    @property
    def appended_status(self) -> int:
        """Status of the answer to a PATCH whose body came whole."""
        ...

    @property
    def overrun(self) -> Overrun:
        """What becomes of an upload of known length for which more bytes came than it had left."""
        ...

    def check_bare(self, method: str, fields: Fields) -> None:
        """Refuse a HEAD or DELETE with fields that it must not have, by a Refusal."""
        ...

    def status_of(self, status: int) -> int:
        """Return the status that a refusal has in this protocol."""
        ...

    def failed(self, headers: tuple[Header, ...]) -> tuple[Header, ...]:
        """Header fields that the answer to a creation or append that failed has besides ``headers``."""
        ...


@dataclass(frozen=True)
class Tus1:
    """tus 1.0.0. See :class:`Wire`."""

    @property
    def common(self) -> tuple[Header, ...]:
        """Tus-Resumable."""
        return (answers.RESUMABLE,)

    def plan_creation(
        self, fields: Fields, limits: Limits, *, path_prefixes: tuple[str, ...], hosts: frozenset[str]
    ) -> CreationPlan:
        """See :func:`parquay.tus.create.plan_creation`."""
        return plan_creation(fields, limits, path_prefixes=path_prefixes, hosts=hosts)

    def plan_append(self, fields: Fields, state: UploadState, limits: Limits) -> AppendPlan:
        """See :func:`parquay.tus.append.plan_append`."""
        return plan_append(fields, state, limits)

    def created(self, state: UploadState, location: str, *, with_body: bool) -> tuple[Header, ...]:
        """See :func:`parquay.tus.answers.created`."""
        return answers.created(state, location, with_body=with_body)

    def on_created(self, state: UploadState, location: str) -> None:
        """There are no interim answers."""

    def on_progress(self, offset: int) -> None:
        """There are no interim answers."""

    def appended(self, state: UploadState) -> tuple[Header, ...]:
        """See :func:`parquay.tus.answers.appended`."""
        return answers.appended(state)

    def head(self, state: UploadState) -> tuple[Header, ...]:
        """See :func:`parquay.tus.answers.head`."""
        return answers.head(state)

    @property
    def appended_status(self) -> int:
        """204."""
        return 204

    @property
    def overrun(self) -> Overrun:
        """413, and what fits is kept."""
        return "cut"

    def check_bare(self, method: str, fields: Fields) -> None:
        """Every field may be there."""

    def status_of(self, status: int) -> int:
        """Every refusal has its own status."""
        return status

    def failed(self, headers: tuple[Header, ...]) -> tuple[Header, ...]:
        """There are none."""
        del headers
        return ()
