"""Changing a dataset: cells, rows, appended files; each change makes a version."""
