"""What customers answered: the page of one reply, and what a person does about it."""
