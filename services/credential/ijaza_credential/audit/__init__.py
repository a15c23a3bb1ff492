"""What led to a certificate, told from the log alone, and whether the log was changed since."""
