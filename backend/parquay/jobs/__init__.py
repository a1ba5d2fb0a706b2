"""Processes that carry out jobs."""
