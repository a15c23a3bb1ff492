"""Scans into seconds per session, corrections and review."""
