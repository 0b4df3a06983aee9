"""What is said to customers: the outbox, its history and the texts it is made from."""

from dunwell.messaging.models.files import MessageFile, StoredFile
from dunwell.messaging.models.outbox import (
    REPORTED,
    ChannelKind,
    ChannelPause,
    EventKind,
    Message,
    MessageEvent,
    MessageState,
)
from dunwell.messaging.models.print_batches import BatchLetter, PrintBatch
from dunwell.messaging.models.providers import MailProvider
from dunwell.messaging.models.replies import Reply
from dunwell.messaging.models.senders import MailSender
from dunwell.messaging.models.templates import MessageTemplate, TextKind, Tone
from dunwell.messaging.models.words import MessageWords

__all__ = [
    "REPORTED",
    "BatchLetter",
    "ChannelKind",
    "ChannelPause",
    "EventKind",
    "MailProvider",
    "MailSender",
    "Message",
    "MessageEvent",
    "MessageFile",
    "MessageState",
    "MessageTemplate",
    "MessageWords",
    "PrintBatch",
    "Reply",
    "StoredFile",
    "TextKind",
    "Tone",
]
