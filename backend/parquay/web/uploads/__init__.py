"""The upload protocols over HTTP."""
