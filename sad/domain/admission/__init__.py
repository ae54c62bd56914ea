"""Which findings an application calls for: one file per family of rules, all gathered by `decision`."""
