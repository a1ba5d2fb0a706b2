"""What the child process may use, and how it says no."""

from __future__ import annotations

import resource

MEMORY_BYTES = 1 << 30
CPU_SECONDS = 600
OUTPUT_BYTES = 64 << 30
"""Limits of the process."""


class Refused(Exception):
    """The file cannot be read. `args`: a code and a message."""


def limit() -> None:
    """Bind this process to the limits."""
    for what, most in (
        (resource.RLIMIT_DATA, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, OUTPUT_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
