"""What a command says when it does not do what was asked."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import OperationalError, ProgrammingError

from dunwell.workflows.archives import ArchiveUnusableError


class RefusedError(Exception):
    """A command does not do what was asked; the text says why, what was kept, and what to do."""


@contextmanager
def said_in_a_sentence() -> Iterator[None]:
    """Errors a person can act on become one sentence and exit code 1."""
    try:
        yield
    except ValidationError as error:
        _say("\n".join(_sentences(error)))
    except LookupError as error:
        if type(error) in {KeyError, IndexError}:
            raise  # a fault of ours, not a thing that is not there
        _say(str(error))
    except (ArchiveUnusableError, RefusedError, FileExistsError) as error:
        _say(str(error))
    except OperationalError as error:
        _say(f"The database does not answer: {str(error).strip()}")
    except ProgrammingError as error:
        if "does not exist" not in str(error):
            raise
        _say(f"The database has not been prepared; run `dunwell migrate` first. ({str(error).splitlines()[0]})")


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.exit(1)


def _sentences(error: ValidationError) -> list[str]:
    if not hasattr(error, "error_dict"):
        return list(error.messages)
    return [
        f"{field.replace('_', ' ')}: {message}" if field != "__all__" else message
        for field, messages in error.message_dict.items()
        for message in messages
    ]
