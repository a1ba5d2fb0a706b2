"""Parquet parts: written, sealed, cut and joined."""
