"""Eligibility, certificates and their proofs."""
