"""Backup and restore of the embedded setting: one data directory, copied while it is used."""
