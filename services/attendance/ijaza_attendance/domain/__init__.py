"""What attendance decides, and nothing of how: no IO, no clock, no ids made inside.

Times are whole seconds since 1970 (UTC) in here: a person's scans are compared and subtracted
far more often than they are shown.
"""
