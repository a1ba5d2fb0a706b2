"""The bucket of chunks in an object store that speaks S3; nothing above knows its client's calls or exceptions."""
