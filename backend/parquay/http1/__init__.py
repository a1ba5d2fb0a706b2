"""The HTTP/1.1 connection under uploads: uvicorn's, with bodies that are received where they are written from.

What it offers beyond ASGI stands in a request's ``scope["extensions"]``, and whoever uses it does without on other
servers.
"""

ZERO_COPY = "parquay.zero_copy_body"
"""A :class:`parquay.http1.zero_copy.ZeroCopyBody`, for a long body of known length."""

CUT = "parquay.cut"
"""Breaks the connection: ``cut()``. Whoever reads from it or writes to it hears that the client is gone."""

INTERIM = "parquay.interim"
"""Sends an interim answer: ``await interim(status, headers)`` with a status of 1xx and encoded fields."""
