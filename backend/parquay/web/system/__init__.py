"""Health, metrics, and the explained interface."""
