"""How much somebody stores, and how much they may."""

from __future__ import annotations

from fastapi import APIRouter, Response
from pydantic import BaseModel

from parquay.uploads.policy.rules import Owner
from parquay.web.http.deps import AccountsDep, IdentityDep, UploadsDep

router = APIRouter(tags=["account"])


class UsedBytes(BaseModel):
    """Bytes of uploads, stored or reserved, and of the parts of all versions of tables."""

    uploads: int
    tables: int


class Usage(BaseModel):
    """Bytes that a user stores, of so many; `quota_bytes` null: of any number."""

    quota_bytes: int | None
    used_bytes: UsedBytes


@router.get("/usage")
def read_usage(accounts: AccountsDep, uploads: UploadsDep, identity: IdentityDep, response: Response) -> Usage:
    """Tell how many bytes the caller stores, and how many they may."""
    response.headers["Cache-Control"] = "private, no-store"
    found = accounts.usages.of(identity.id)
    used = UsedBytes(uploads=found.uploads, tables=found.tables)
    return Usage(quota_bytes=uploads.rules.allowance_of(Owner.of(identity)).quota or None, used_bytes=used)
