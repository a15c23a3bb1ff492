"""What every bus and every store has to keep, and what the embedded ones promise besides."""
