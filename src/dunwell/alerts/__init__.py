"""What the team is told, by which way; each fact once."""
