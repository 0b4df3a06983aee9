"""What a command finds when it begins: settings, the embedded database where it is used, Django."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import django
from pydantic import ValidationError

from dunwell.cli.refusals import said_in_a_sentence
from dunwell.config.embedded import EmbeddedDatabaseError, Share, share
from dunwell.config.environment import Environment, environment


@contextmanager
def opened(*, connections: int, only_help: bool) -> Iterator[None]:
    """Make all of it ready, and give the embedded database back at the end; the last to do so stops it.

    `connections`: how many to the database the process keeps at most; 0 keeps none. Help is said without a database.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dunwell.config.settings")
    if connections:
        os.environ.setdefault("DUNWELL_DATABASE_POOL", str(connections))
    shared: Share | None = None
    try:
        started = time.monotonic()
        if not only_help:
            shared = _share_embedded(environment())
        # Read by `dunwell demo`, which reports what each phase took
        os.environ["DUNWELL_DATABASE_STARTED_IN"] = f"{time.monotonic() - started:.3f}"
        gc.disable()  # what is imported stays: looking for garbage in it takes a tenth of a start
        django.setup()
        gc.freeze()
        gc.enable()
        with said_in_a_sentence():
            yield
    except (EmbeddedDatabaseError, ValidationError) as error:
        sys.stderr.write(f"{_in_words(error)}\n")
        sys.exit(1)
    finally:
        if shared is not None:
            shared.release()


def _share_embedded(env: Environment) -> Share | None:
    """A share of the embedded server, or nothing where the installation names a server of its own."""
    return None if env.database_url else share(env.data_dir)


def _in_words(error: Exception) -> str:
    if isinstance(error, ValidationError):
        # What several settings together must be is said in a sentence of ours, which names them
        lines = [
            f"DUNWELL_{'_'.join(map(str, item['loc'])).upper()}: {item['msg']}"
            if item["loc"]
            else item["msg"].removeprefix("Value error, ")
            for item in error.errors()
        ]
        return "The settings are not usable.\n" + "\n".join(lines)
    return str(error)
