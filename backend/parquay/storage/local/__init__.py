"""The stores on a local disk: uploads, tables, and what a data directory needs besides."""
