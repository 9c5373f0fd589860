"""Privacy: erasing a person, and what is older than the organisation keeps it."""
