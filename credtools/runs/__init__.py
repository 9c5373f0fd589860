"""Runs: files imported without a person, by papermill, each with its record and its evidence."""
