"""Ratios to a yardstick measured in the same run; nothing here is asserted anywhere."""
