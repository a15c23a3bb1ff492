"""Attendance sheets as pages to sign and as tables."""
