"""Statements: SQL of callers over the tables that they may see, run by processes of their own."""
