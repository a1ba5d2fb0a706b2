"""The conversion itself: planned, carried on while the upload arrives, and finished."""
