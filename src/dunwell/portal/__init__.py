"""The customer's own pages, opened by signed links, without a sign-in."""
