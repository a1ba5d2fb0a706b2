"""What happened, sent to those who may see it."""
