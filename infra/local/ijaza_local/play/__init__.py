"""Playing a whole edition from its files through the real services, phase by phase."""
