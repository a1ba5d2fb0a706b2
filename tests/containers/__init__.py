"""What the compose files mean, and the proof that it works without an engine: `make containers`."""
