"""What this person has been told: the list, news as it happens, and the choice of what to be told."""
