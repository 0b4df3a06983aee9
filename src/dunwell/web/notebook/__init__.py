"""Notes, calls and documents that people keep with a customer or an invoice."""
