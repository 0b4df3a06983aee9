"""E-mail through a provider's HTTP interface, by django-anymail."""
