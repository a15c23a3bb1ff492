"""A programme's own look: template packs, how they are kept, checked, and printed with."""
