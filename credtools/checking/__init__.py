"""Checking: what a file is worth, and what it would change – pure functions of values."""
