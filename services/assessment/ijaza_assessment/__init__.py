"""Attempts at tests, pass marks and annulment."""
