"""Passes as things: the keys that sign them, their tokens, their QR codes, badges and pages."""
