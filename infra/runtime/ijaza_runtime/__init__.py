"""How an Ijaza service runs. Nothing here knows what a certificate is."""
