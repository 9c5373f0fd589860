"""Parts that several pages are made of: the page itself, drop zone, grid, pictures, tables of numbers."""
