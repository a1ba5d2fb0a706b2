"""New uploads: with and without bytes, small ones in one request, concatenations."""
