"""Header fields as a request brings them."""

from __future__ import annotations

from parquay.tus.headers import Fields


def fields(*pairs: tuple[str, str], **named: str) -> Fields:
    """Return fields from pairs and from names with underscores: `fields(upload_offset="5")`."""
    told = [*pairs, *((name.replace("_", "-"), value) for name, value in named.items())]
    return Fields([(name.encode(), value.encode("latin-1")) for name, value in told])
