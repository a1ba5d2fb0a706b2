"""Tables over HTTP: pages, aggregates, edits, versions, exports."""
