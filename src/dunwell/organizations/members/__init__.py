"""Who works in an organization: members, their roles, and those who are asked to join."""
