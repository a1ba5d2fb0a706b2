"""Formats that other libraries read: workbooks, Parquet, Arrow."""
