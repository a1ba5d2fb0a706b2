"""Tables in an object store: their objects in a bucket, read through copies on the local disk."""
