"""What is done to uploads later: expiry, removal, checks of the data directory."""
