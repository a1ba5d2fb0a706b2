"""Versions of a dataset: its log, its snapshots, and the commits that make new ones."""
