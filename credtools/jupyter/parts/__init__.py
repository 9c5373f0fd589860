"""Parts that several pages are made of: the page itself, drop zone, grid, pictures, plain values to show."""
