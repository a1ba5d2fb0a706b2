"""Whom a file is shared with: the owner gives roles to people by name, or to everybody, and takes them."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Response

from parquay.audit import AuditNote
from parquay.auth.names import by_typed_name
from parquay.auth.sessions import Account
from parquay.errors import InvalidValue, NotFound
from parquay.roles import EVERYBODY, OWNER, everybodys_role
from parquay.web.files.file_schemas import Given, RoleChoice
from parquay.web.http.deps import AccountsDep, IdentityDep, UploadsDep, seen
from parquay.wiring import AccountServices

router = APIRouter(tags=["files"])


@router.get("/files/{file_id}/access")
def list_access(file_id: str, accounts: AccountsDep, uploads: UploadsDep, identity: IdentityDep) -> list[Given]:
    """List who may look at an own file (`view`) or change its rows too (`edit`); `*` is every user."""
    file = seen(uploads.files, file_id, identity.id, OWNER).file
    everybody = everybodys_role(file)
    given_to_all = [] if everybody is None else [(EVERYBODY, everybody)]
    return [Given(username=name, role=role) for name, role in [*given_to_all, *accounts.sharing.people(file.id)]]


@router.get("/files/{file_id}/access/{username}")
def read_access(
    file_id: str, username: str, accounts: AccountsDep, uploads: UploadsDep, identity: IdentityDep
) -> Given:
    """Show the role that somebody was given."""
    wanted = username if username == EVERYBODY else _user(accounts, username).username
    for given in list_access(file_id, accounts, uploads, identity):
        if given.username == wanted:
            return given
    raise _nobody(username)


@router.put("/files/{file_id}/access/{username}")
def give_access(
    file_id: str,
    username: str,
    choice: RoleChoice,
    *,
    accounts: AccountsDep,
    uploads: UploadsDep,
    identity: IdentityDep,
) -> Given:
    """Give somebody a role in an own file, in place of the one they had by name; `*` gives it to every user."""
    file = seen(uploads.files, file_id, identity.id, OWNER).file
    note = AuditNote(identity.username, "access.given", file.id, {"to": username, "role": choice.role})
    if username == EVERYBODY:
        is_done = accounts.sharing.give_everybody(file.id, choice.role, note)
    else:
        user = _user(accounts, username)
        if user.id == identity.id:
            raise InvalidValue("The file is yours: you may do everything.", "own_file")
        username = user.username
        note = replace(note, detail={"to": username, "role": choice.role})
        is_done = accounts.sharing.give(file.id, user.id, choice.role, note)
    if not is_done:
        raise NotFound("There is no such file.")
    return Given(username=username, role=choice.role)


@router.delete("/files/{file_id}/access/{username}", status_code=204)
def take_access(
    file_id: str, username: str, accounts: AccountsDep, uploads: UploadsDep, identity: IdentityDep
) -> Response:
    """Take the role that somebody was given by name, or everybody's (`*`)."""
    file = seen(uploads.files, file_id, identity.id, OWNER).file
    note = AuditNote(identity.username, "access.taken", file.id, {"from": username})
    if username == EVERYBODY:
        is_done = everybodys_role(file) is not None and accounts.sharing.give_everybody(file.id, None, note)
    else:
        is_done = accounts.sharing.take(file.id, _user(accounts, username).id, note)
    if not is_done:
        raise _nobody(username)
    return Response(status_code=204)


def _user(accounts: AccountServices, username: str) -> Account:
    found = by_typed_name(accounts.users, username)
    if found is None:
        raise NotFound(f"There is no user {username!r}.", "unknown_user")
    return found


def _nobody(username: str) -> NotFound:
    return NotFound(f"{username} has no access by that name.", "unknown_access")
