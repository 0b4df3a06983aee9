"""Files into the book: reading, mapping, and one set-based transaction."""
