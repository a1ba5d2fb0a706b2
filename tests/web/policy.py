"""What each route asks of its caller, and requests that a route would take."""

from __future__ import annotations

from typing import Any

OPEN = "answers anybody"
LOGIN = "needs a login"
ADMIN = "needs an administrator; everybody else is told so"
OWN = "needs a login; somebody else's looks unknown"
VIEW = "needs the role view or a stronger one; without any the file looks unknown"
EDIT = "needs the role edit, or ownership; who may only look is told so"
OWNER = "needs ownership; whoever else sees it is told so"

POLICY = {
    ("GET", "/docs"): OPEN,
    ("GET", "/openapi.json"): OPEN,
    ("GET", "/livez"): OPEN,
    ("GET", "/readyz"): OPEN,
    ("GET", "/metrics"): OPEN,
    ("POST", "/auth/token"): OPEN,
    ("POST", "/auth/login"): OPEN,
    ("POST", "/login"): OPEN,
    ("POST", "/auth/register"): OPEN,
    ("POST", "/register"): OPEN,
    ("POST", "/auth/logout"): LOGIN,
    ("POST", "/logout"): LOGIN,
    ("GET", "/auth/me"): LOGIN,
    ("GET", "/usage"): LOGIN,
    ("GET", "/me"): LOGIN,
    ("GET", "/auth/api-keys"): LOGIN,
    ("POST", "/auth/api-keys"): LOGIN,
    ("POST", "/auth/password"): LOGIN,
    ("GET", "/auth/sessions"): LOGIN,
    ("DELETE", "/auth/sessions"): LOGIN,
    ("DELETE", "/auth/sessions/{session_id}"): OWN,
    ("GET", "/admin/users"): ADMIN,
    ("POST", "/admin/users"): ADMIN,
    ("GET", "/admin/users/{user_id}"): ADMIN,
    ("PATCH", "/admin/users/{user_id}"): ADMIN,
    ("GET", "/admin/jobs"): ADMIN,
    ("POST", "/admin/jobs/{job_id}/retry"): ADMIN,
    ("GET", "/admin/storage"): ADMIN,
    ("GET", "/admin/audit"): ADMIN,
    ("DELETE", "/auth/api-keys/{key_id}"): OWN,
    ("GET", "/events"): LOGIN,
    ("WS", "/ws"): LOGIN,
    ("WS", "/ws/live"): LOGIN,
    ("GET", "/live/signals"): LOGIN,
    ("GET", "/live/signals/{name}"): LOGIN,
    ("POST", "/files"): LOGIN,
    ("POST", "/upload"): LOGIN,
    ("GET", "/files"): LOGIN,
    ("GET", "/files/{file_id}"): VIEW,
    ("GET", "/files/{file_id}/progress"): VIEW,
    ("GET", "/files/{file_id}/content"): VIEW,
    ("GET", "/files/{file_id}/rejects"): VIEW,
    ("POST", "/files/{file_id}/preview"): VIEW,
    ("PATCH", "/files/{file_id}"): OWNER,
    ("GET", "/files/{file_id}/access"): OWNER,
    ("GET", "/files/{file_id}/access/{username}"): OWNER,
    ("PUT", "/files/{file_id}/access/{username}"): OWNER,
    ("DELETE", "/files/{file_id}/access/{username}"): OWNER,
    ("DELETE", "/files/{file_id}"): OWNER,
    ("GET", "/datasets"): LOGIN,
    ("GET", "/datasets/{dataset_id}"): VIEW,
    ("GET", "/datasets/{dataset_id}/rows"): VIEW,
    ("GET", "/datasets/{dataset_id}/aggregate"): VIEW,
    ("GET", "/datasets/{dataset_id}/profile"): VIEW,
    ("GET", "/datasets/{dataset_id}/status"): VIEW,
    ("GET", "/datasets/{dataset_id}/export"): VIEW,
    ("GET", "/datasets/{dataset_id}/versions"): VIEW,
    ("GET", "/datasets/{dataset_id}/versions/{a}/diff/{b}"): VIEW,
    ("POST", "/datasets/{dataset_id}/rows"): EDIT,
    ("PATCH", "/datasets/{dataset_id}/rows"): EDIT,
    ("DELETE", "/datasets/{dataset_id}/rows"): EDIT,
    ("PATCH", "/datasets/{dataset_id}/rows/{rid}"): EDIT,
    ("DELETE", "/datasets/{dataset_id}/rows/{rid}"): EDIT,
    ("PUT", "/datasets/{dataset_id}/versions/{version}/pin"): OWNER,
    ("DELETE", "/datasets/{dataset_id}/versions/{version}/pin"): OWNER,
    ("POST", "/datasets/{dataset_id}/restore"): OWNER,
    ("POST", "/datasets/{dataset_id}/append"): EDIT,
    ("POST", "/datasets/{dataset_id}/replace"): OWNER,
    ("PATCH", "/datasets/{dataset_id}/columns/{name}"): EDIT,
    ("DELETE", "/datasets/{dataset_id}/columns/{name}"): EDIT,
}

TUS = {"Tus-Resumable": "1.0.0"}
APPEND = TUS | {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
UPLOAD_VERBS = [
    ("HEAD", TUS, b""),
    ("PATCH", APPEND, b"x"),
    ("DELETE", TUS, b""),
    ("POST", APPEND | {"X-HTTP-Method-Override": "PATCH"}, b"x"),
    ("GET", TUS | {"X-HTTP-Method-Override": "DELETE"}, b""),
]
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("PATCH", "/files/{file_id}"): {"json": {"name": "a.csv"}},
    ("PUT", "/files/{file_id}/access/{username}"): {"json": {"role": "view"}},
    ("POST", "/auth/api-keys"): {"json": {"name": "k"}},
    ("POST", "/auth/password"): {"json": {"old": "a", "new": "b"}},
    ("POST", "/admin/users"): {"json": {"username": "made", "password": "a long secret"}},
    ("PATCH", "/admin/users/{user_id}"): {"json": {"disabled": False}},
    ("GET", "/datasets/{dataset_id}/aggregate"): {"params": {"by": "a"}},
    ("POST", "/datasets/{dataset_id}/rows"): {"json": {"a": 1}},
    ("PATCH", "/datasets/{dataset_id}/rows"): {"json": {"delete": [0]}},
    ("DELETE", "/datasets/{dataset_id}/rows"): {"json": {"_rid": [0]}},
    ("PATCH", "/datasets/{dataset_id}/rows/{rid}"): {"json": {"a": 1}},
    ("POST", "/datasets/{dataset_id}/restore"): {"json": {"version": 0}},
    ("POST", "/datasets/{dataset_id}/append"): {"json": {"file_id": "A" * 24}},
    ("POST", "/datasets/{dataset_id}/replace"): {"json": {"file_id": "A" * 24}},
    ("PATCH", "/datasets/{dataset_id}/columns/{name}"): {"json": {"name": "b"}},
    ("GET", "/datasets/{dataset_id}/profile"): {"params": {"column": "a"}},
}
