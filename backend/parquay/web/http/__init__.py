"""What all routes share: requests, answers, errors, and who is asking."""
