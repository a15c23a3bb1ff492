"""What staff do to running services by hand."""
