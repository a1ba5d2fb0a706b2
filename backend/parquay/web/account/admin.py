"""What administrators may do: accounts, jobs, storage, and who did what. Files of others stay closed to them."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response

from parquay.audit import AuditNote
from parquay.auth.accounts import register
from parquay.auth.passwords import check_new
from parquay.auth.sessions import Identity
from parquay.catalog import owners
from parquay.catalog.admin import AccountSummary, JobRow, Quota
from parquay.catalog.tables import Audit
from parquay.errors import Forbidden, InvalidValue, NotFound
from parquay.events.messages import timestamp
from parquay.web.account.account_schemas import AdminUser, AuditRow, JobRef, NewUser, Storage, UserChange
from parquay.web.http.deps import AccountsDep, IdentityDep, UploadsDep
from parquay.web.http.hashing import HashingDep
from parquay.web.http.schemas import FileError
from parquay.wiring import AccountServices

MAX_LIMIT = 1000

LIMITS = frozenset({"limit_requests", "limit_uploads", "limit_bandwidth"})

router = APIRouter(tags=["administration"])

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]


def _administrator(identity: IdentityDep) -> Identity:
    if not identity.is_admin:
        raise Forbidden("Only an administrator may do this.")
    return identity


AdminDep = Annotated[Identity, Depends(_administrator)]


@router.get("/admin/users")
def list_users(accounts: AccountsDep, _admin: AdminDep) -> list[AdminUser]:
    """List the accounts by name, with what each has stored."""
    return [_user(each) for each in accounts.administration.accounts()]


@router.get("/admin/users/{user_id}")
def read_user(accounts: AccountsDep, _admin: AdminDep, user_id: str) -> AdminUser:
    """Show an account."""
    return _found(accounts, user_id)


def _found(accounts: AccountServices, user_id: str) -> AdminUser:
    for each in accounts.administration.accounts(user_id):
        return _user(each)
    raise NotFound("There is no such user.", "unknown_user")


def _user(account: AccountSummary) -> AdminUser:
    user = account.user
    return AdminUser(
        id=user.id,
        username=user.username,
        is_admin=user.is_admin,
        disabled=user.disabled,
        created_at=timestamp(user.created_at),
        files=account.files,
        bytes=account.bytes,
        quota_bytes=user.quota_bytes,
        limit_requests=user.limit_requests,
        limit_uploads=user.limit_uploads,
        limit_bandwidth=user.limit_bandwidth,
    )


@router.post("/admin/users", status_code=201)
async def add_user(accounts: AccountsDep, hashing: HashingDep, admin: AdminDep, new: NewUser) -> AdminUser:
    """Make an account, also where registration is closed."""

    def add() -> AdminUser:
        note = AuditNote(admin.username, "user.created", detail={"is_admin": new.is_admin})
        made = register(
            accounts.users, accounts.passwords, new.username, new.password, is_admin=new.is_admin, note=note
        )
        return _found(accounts, made.id)

    return await hashing.run(add)


@router.patch("/admin/users/{user_id}")
async def change_user(
    accounts: AccountsDep, hashing: HashingDep, admin: AdminDep, user_id: str, change: UserChange
) -> AdminUser:
    """Bar somebody or let them in again, make them administrator or not, give them a new password, a quota or limits.

    `quota_bytes` takes the place of the server's quota, 0: any number of bytes; null: the server's again. So do
    `limit_requests` (in a minute), `limit_uploads` (at the same time) and `limit_bandwidth` (bytes a second).

    Who is barred or gets a new password is logged out everywhere within 5 seconds.
    """
    if not change.model_fields_set:
        raise InvalidValue("Give disabled, is_admin, quota_bytes, password or a limit.")
    return await hashing.run(_change, accounts, admin, user_id, change)


def _change(accounts: AccountServices, admin: Identity, user_id: str, change: UserChange) -> AdminUser:
    username = _found(accounts, user_id).username
    detail, hashed = change.model_dump(exclude_unset=True, exclude={"password"}), None
    if change.password is not None:
        check_new(change.password, username)
        detail, hashed = {**detail, "reset": "password"}, accounts.passwords.hash(change.password)
    note = AuditNote(admin.username, "user.changed", username, detail)
    given = {"disabled": change.disabled, "is_admin": change.is_admin}
    quota = Quota(change.quota_bytes) if "quota_bytes" in change.model_fields_set else None
    limits = {name: value for name, value in detail.items() if name in LIMITS}
    accounts.administration.change(user_id, **given, password_hash=hashed, quota=quota, limits=limits, note=note)
    accounts.sessions.forget_user(user_id)
    return _found(accounts, user_id)


@router.get("/admin/jobs")
def list_jobs(
    accounts: AccountsDep,
    _admin: AdminDep,
    *,
    state: Literal["queued", "idle", "running", "done", "failed"] | None = None,
    limit: Limit = 100,
) -> list[JobRef]:
    """List jobs, the youngest first."""
    return [_job(each) for each in accounts.administration.jobs(state=state, limit=limit)]


def _job(row: JobRow) -> JobRef:
    job = row.job
    return JobRef(
        id=job.id,
        kind=job.kind,
        subject=job.subject,
        name=row.name,
        owner=row.owner,
        state=job.state,
        attempt=job.attempt,
        created_at=timestamp(job.created_at),
        run_after=timestamp(job.run_after),
        finished_at=None if job.finished_at is None else timestamp(job.finished_at),
        worker=owners.shown(job.lease_owner) if job.state == "running" and job.lease_owner else None,
        error=None if job.error_code is None else FileError(code=job.error_code, message=job.error_message or ""),
    )


@router.post("/admin/jobs/{job_id}/retry", status_code=204)
def retry_job(accounts: AccountsDep, admin: AdminDep, job_id: str) -> Response:
    """Queue a job that has failed once more."""
    accounts.administration.retry(job_id, AuditNote(admin.username, "job.retried", job_id))
    return Response(status_code=204)


@router.get("/admin/storage")
def read_storage(accounts: AccountsDep, uploads: UploadsDep, _admin: AdminDep) -> Storage:
    """Tell how many bytes are stored, and how many are free (null where that is not known)."""
    found = accounts.administration.stored()
    return Storage(files=found.files, uploads=found.uploads, tables=found.tables, free=uploads.store.free())


@router.get("/admin/audit")
def read_audit(
    accounts: AccountsDep,
    _admin: AdminDep,
    *,
    limit: Limit = 100,
    before: Annotated[int | None, Query(ge=0, lt=2**63)] = None,
) -> list[AuditRow]:
    """List who did what to accounts and rights, the youngest first; `before` goes on behind the last one's id."""
    return [_audit(each) for each in accounts.audit.page(limit=limit, before=before)]


def _audit(row: Audit) -> AuditRow:
    at = timestamp(row.at)
    return AuditRow(id=row.id or 0, at=at, actor=row.actor, action=row.action, subject=row.subject, detail=row.detail)
