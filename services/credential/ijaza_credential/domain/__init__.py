"""What a participant has earned, and the life of the certificates that say so."""
