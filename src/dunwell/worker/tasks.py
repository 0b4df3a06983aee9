"""Every background task: thin calls into workflows and services."""
