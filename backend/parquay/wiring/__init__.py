"""Builds every service of a process once, from the settings."""

from parquay.wiring.database import redis_address
from parquay.wiring.process import build, migrate, prepare
from parquay.wiring.services import AccountServices, EventServices, Services, TableServices, UploadServices

__all__ = [
    "AccountServices",
    "EventServices",
    "Services",
    "TableServices",
    "UploadServices",
    "build",
    "migrate",
    "prepare",
    "redis_address",
]
