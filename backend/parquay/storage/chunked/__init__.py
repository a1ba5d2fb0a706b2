"""Uploads as immutable chunks in a bucket: everything about them but the bucket itself."""
