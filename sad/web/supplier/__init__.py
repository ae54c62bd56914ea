"""Pages for suppliers."""
