"""The kinds of types that a column can have besides text, for whoever has to know their names without Arrow."""

ORDER = ("bool", "int64", "decimal", "double", "date", "time", "timestamp")
"""The narrowest type comes first."""
