"""The embedded bus and store: in SQLite files on one machine, and in memory for tests."""
