"""Table: records → what each of them is, headings, and the table with all that should be known about it."""
