"""What happened, told to those who may see it."""
