"""The types of a column, its cells as text, and its values in Parquet parts."""
