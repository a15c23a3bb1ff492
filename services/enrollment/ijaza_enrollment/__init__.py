"""Editions, applications, selection and the waiting list."""
