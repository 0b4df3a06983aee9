"""How often something was tried: what limits of attempts and of requests count by."""

from __future__ import annotations

from django.db import models


class Throttle(models.Model):
    """A count since a moment, under a name such as "search:17". No tenant's: who is not signed in has none."""

    name = models.CharField(max_length=200, primary_key=True)
    count = models.PositiveIntegerField()
    since = models.DateTimeField(help_text="When counting began, or for failed sign-ins the latest one.")

    class Meta:
        indexes = [models.Index(fields=("since",), name="throttle_by_age")]

    def __str__(self) -> str:
        return f"{self.name}: {self.count}"
