"""Letters that people print and post."""
