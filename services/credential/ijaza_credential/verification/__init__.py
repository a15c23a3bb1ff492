"""What strangers see: the page of each certificate, and the check of a file that they have."""
