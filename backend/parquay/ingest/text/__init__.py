"""Bytes of a file as text: archives, compression, encodings, the dialect, and where rows end."""
