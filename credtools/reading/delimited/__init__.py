"""Delimited: text → records – encoding, dialect, where each record begins and ends, quotation marks repaired."""
