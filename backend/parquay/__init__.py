"""Parquay: resumable uploads that land as tables."""

__version__ = "0.2.0"
