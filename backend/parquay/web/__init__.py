"""HTTP: the raw ASGI upload adapter and the FastAPI routes."""
