"""How a file becomes a table."""
