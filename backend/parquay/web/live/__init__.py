"""What happens, as streams: events and live signals."""
