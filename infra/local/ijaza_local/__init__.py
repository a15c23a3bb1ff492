"""All services in one process, and the `ijaza` command line."""
