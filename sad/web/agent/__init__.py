"""Pages for requesters."""
