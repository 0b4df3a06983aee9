"""Pages that bring files into the book."""
