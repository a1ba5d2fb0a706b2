"""Logins, accounts, their usage, and their administration."""
