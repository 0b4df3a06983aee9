"""What other machines call: inbound webhooks, one file per provider."""
