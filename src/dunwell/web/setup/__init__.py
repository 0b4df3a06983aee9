"""The first hour: the first owner, the first organization, and what is missing until chasing can start."""
