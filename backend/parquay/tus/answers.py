"""What the answers of tus 1.0.0 say: header fields as pairs, never bytes on a wire."""

from __future__ import annotations

from parquay.tus.headers import DIGEST_SIZES, Fields, http_date
from parquay.tus.refusals import Header, Refusal
from parquay.tus.state import EXTENSIONS, VERSION, Limits, UploadState

METHODS = ("OPTIONS", "POST", "HEAD", "PATCH", "DELETE", "GET")

ALLOWED_HEADERS = (
    "Tus-Resumable, Upload-Length, Upload-Offset, Upload-Metadata, Upload-Defer-Length, Upload-Concat, "
    "Upload-Checksum, Upload-Complete, Upload-Draft-Interop-Version, Content-Type, Content-Disposition, "
    "Content-Digest, Repr-Digest, Authorization, Idempotency-Key, X-HTTP-Method-Override, X-Request-ID, "
    "X-Requested-With"
)
"""Request headers that a browser of an allowed origin may send."""

EXPOSED_HEADERS = (
    "Location, Upload-Offset, Upload-Length, Upload-Metadata, Upload-Defer-Length, Upload-Concat, Upload-Expires, "
    "Upload-Complete, Upload-Limit, Upload-Draft-Interop-Version, Tus-Resumable, Tus-Version, Tus-Extension, "
    "Tus-Max-Size, Tus-Checksum-Algorithm, Parquay-File, Retry-After, Repr-Digest, ETag, Link, X-Total-Count, "
    "X-Request-ID, RateLimit, RateLimit-Policy"
)
"""Response headers that a browser of an allowed origin may read."""

PREFLIGHT_SECONDS = 86400

RESUMABLE: Header = ("Tus-Resumable", VERSION)


def check_version(fields: Fields) -> None:
    """Refuse any other version than ours.

    Raises:
        Refusal: ``unsupported_version`` (412) with Tus-Version.
    """
    # "If the version specified by the Client is not supported by the Server, it MUST respond with the
    # 412 Precondition Failed status and MUST include the Tus-Version header".
    values = fields.get("Tus-Resumable")
    if values != VERSION:
        raise Refusal("unsupported_version", headers=(("Tus-Version", VERSION),))


def effective_method(method: str, fields: Fields) -> str:
    """Return the method to act on.

    "If the X-HTTP-Method-Override header is present, its value MUST be interpreted as the request's method;
    the actual method MUST be ignored."
    """
    override = fields.get("X-HTTP-Method-Override")
    return (override if override is not None else method).strip().upper()


def options(limits: Limits) -> tuple[Header, ...]:
    """Header fields that tell what the server can do."""
    fields: list[Header] = [
        ("Tus-Version", VERSION),
        ("Tus-Extension", ",".join(EXTENSIONS)),
        ("Tus-Checksum-Algorithm", ",".join(DIGEST_SIZES)),
    ]
    if limits.max_size:
        fields.append(("Tus-Max-Size", str(limits.max_size)))
    return tuple(fields)


def created(state: UploadState, location: str, *, with_body: bool) -> tuple[Header, ...]:
    """Header fields of a 201."""
    fields: list[Header] = [("Location", location)]
    if with_body or state.complete:
        fields.append(("Upload-Offset", str(state.offset)))
    return (*fields, *_expires(state))


def appended(state: UploadState) -> tuple[Header, ...]:
    """Header fields of the 204 to a PATCH."""
    return (("Upload-Offset", str(state.offset)), *_expires(state))


def head(state: UploadState) -> tuple[Header, ...]:
    """Header fields of the 200 to a HEAD. A final upload has no offset until it is complete."""
    # "The Server MUST prevent the client and/or proxies from caching the response by adding Cache-Control: no-store".
    fields: list[Header] = [("Cache-Control", "no-store")]
    if state.concat != "final" or state.complete:
        fields.append(("Upload-Offset", str(state.offset)))
    if state.length is not None:
        fields.append(("Upload-Length", str(state.length)))
    elif state.concat != "final":
        fields.append(("Upload-Defer-Length", "1"))
    if state.metadata_raw:
        fields.append(("Upload-Metadata", state.metadata_raw))
    if state.concat:
        fields.append(("Upload-Concat", state.concat_raw))
    return (*fields, *_expires(state))


def _expires(state: UploadState) -> tuple[Header, ...]:
    if state.expires is None:
        return ()
    return (("Upload-Expires", http_date(state.expires)),)
