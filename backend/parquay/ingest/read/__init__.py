"""Readers of rows: from the fastest that takes only what is plain to the one that takes anything."""
