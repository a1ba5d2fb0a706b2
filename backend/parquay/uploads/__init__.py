"""Carrying out upload plans: create, append, hand over, remove, expire."""
