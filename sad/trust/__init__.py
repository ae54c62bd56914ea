"""Sealing, receipts and the journal chain."""
