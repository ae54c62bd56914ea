"""Pages about one's own account, in any role."""
