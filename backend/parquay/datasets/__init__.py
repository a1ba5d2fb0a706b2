"""The tables that files became."""
