"""Audit: questions about rejected rows, one timeline of what happened, reports. Reads only."""
