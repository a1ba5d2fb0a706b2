"""The bytes of an upload on their way to the disk."""
