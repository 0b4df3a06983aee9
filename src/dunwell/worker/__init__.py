"""Background work: what is due when (`schedule`), and the tasks that do it (`tasks`)."""
