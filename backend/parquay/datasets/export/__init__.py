"""A version, or what a query finds in it, as a file of another format."""
