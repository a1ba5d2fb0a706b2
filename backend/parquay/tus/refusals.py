"""Every way in which the protocol core refuses a request: one table of code, status and sentence."""

from __future__ import annotations

Header = tuple[str, str]

REFUSALS: dict[str, tuple[int, str]] = {
    "unsupported_version": (412, "This server speaks tus 1.0.0; send 'Tus-Resumable: 1.0.0'."),
    "bad_header": (400, "A header cannot be understood."),
    "bad_metadata": (400, "Upload-Metadata cannot be understood."),
    "metadata_too_large": (431, "Upload-Metadata is too large."),
    "length_required": (400, "Either Upload-Length or 'Upload-Defer-Length: 1' is needed."),
    "length_conflict": (400, "Upload-Length and Upload-Defer-Length exclude each other."),
    "length_fixed": (400, "The length of this upload is known and cannot change."),
    "length_too_small": (400, "Upload-Length is less than what is stored already."),
    "too_large": (413, "The upload is larger than this server accepts."),
    "body_too_long": (413, "The body has more bytes than the upload has left."),
    "wrong_content_type": (415, "The body must be 'application/offset+octet-stream'."),
    "wrong_offset": (409, "Upload-Offset is not where the stored bytes end."),
    "bad_checksum": (400, "Upload-Checksum cannot be understood."),
    "unknown_checksum": (400, "This checksum algorithm is not supported."),
    "checksum_mismatch": (460, "The body does not have this checksum; it was discarded."),
    "bad_concat": (400, "Upload-Concat cannot be understood."),
    "concat_unknown": (404, "A partial upload of this concatenation does not exist."),
    "concat_not_partial": (400, "Only partial uploads can be concatenated."),
    "concat_unfinished": (400, "Only uploads of known length can be concatenated."),
    "concat_body": (403, "A final upload takes no body: its bytes are those of its parts."),
    "concat_final": (403, "A final upload cannot be changed."),
    "method_not_allowed": (405, "This method is not allowed here."),
    "inconsistent_length": (400, "The lengths that were told do not agree."),
    "unsupported_draft": (400, "This server speaks interop versions 5 to 8 of the draft."),
    "append_to_complete": (400, "This upload is complete and cannot be appended to."),
    "already_complete": (409, "This upload is complete."),
}


class Refusal(Exception):
    """The protocol does not allow the request; nothing was changed.

    Attributes:
        code: stable name, a key of ``REFUSALS``.
        status: the HTTP status it leads to.
        detail: one sentence for a person.
        headers: headers that belong to this refusal.
        extra: members of the problem document beside the usual ones.
    """

    def __init__(
        self,
        code: str,
        detail: str | None = None,
        headers: tuple[Header, ...] = (),
        *,
        extra: dict[str, int] | None = None,
    ) -> None:
        self.code = code
        self.status, sentence = REFUSALS[code]
        self.detail = detail or sentence
        self.headers = headers
        self.extra = extra or {}
        super().__init__(self.detail)
