"""Parts that several pages are made of: the page itself and its drop zone, grid, pictures, plain values to show."""
