"""The only SQL: users, files, segments, jobs, events."""
