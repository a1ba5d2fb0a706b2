"""The serving process, its children and its workers."""
