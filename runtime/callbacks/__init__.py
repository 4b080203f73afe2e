"""What a run calls at its events: `events.py` says which there are."""
