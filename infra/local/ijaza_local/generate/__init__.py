"""Synthetic cohorts: a plausible edition of any size, the same for the same seed."""

from .generating import GenerationError, generate

__all__ = ["GenerationError", "generate"]
