"""Files: the list, one entry, its content, its rejects, who may see it."""
