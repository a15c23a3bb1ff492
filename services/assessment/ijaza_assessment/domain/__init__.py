"""What assessment decides, and nothing of how: no IO, no clock, no ids made inside."""
