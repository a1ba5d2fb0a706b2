"""Accounts that nobody else uses."""

from __future__ import annotations


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


SECRET = "do-not-repeat-me-5c2"
