"""Files that the server gets by itself, from an address of the web."""
