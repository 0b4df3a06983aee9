"""What a person does: calls, internal tasks, cases."""
