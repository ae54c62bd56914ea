"""The invariants of a live system: what must be true of its database and its documents at any moment."""
