"""The words that a message is found by."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from dunwell.messaging.models.outbox import Message
from dunwell.organizations.models import Organization


class MessageWords(models.Model):
    """The words of a message's subject and address, for a search by the beginning of any of them.

    The database keeps them, from the moment a message is there until it is gone (migrations/sql/words.sql). They are
    beside the message and not in it, as a message changes three times on its way: each change would write its words
    into their index anew.
    """

    message = models.OneToOneField(
        Message, primary_key=True, on_delete=models.DO_NOTHING, related_name="words", db_constraint=False
    )
    organization = models.ForeignKey(
        Organization, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    words = SearchVectorField()

    class Meta:
        indexes = [GinIndex(fields=["words"], name="message_by_word")]

    def __str__(self) -> str:
        return f"words of message {self.message_id}"
