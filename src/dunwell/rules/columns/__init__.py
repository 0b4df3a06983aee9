"""What the columns of a file mean, decided by evidence and asked where the evidence does not settle it."""
