"""Media: from files, folders and zips to the rows that they belong to, each file really opened first."""
