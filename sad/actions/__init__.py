"""What can be done: the only writers. They never commit and never ask the time."""
