"""The `dunwell` command's way in: settings, the embedded database where it is used, then the commands."""

from __future__ import annotations

import os
import sys
import time

import django
from pydantic import ValidationError

from dunwell.config.embedded import EmbeddedDatabaseError, Share, share
from dunwell.config.environment import Environment, environment

# These say what they have to say without a database
_NEEDS_NO_DATABASE = {"--help", "--version", "catch-mail"}
_LONG_RUNNING = {"serve": 12, "worker": 8}  # connections each keeps at most; other commands keep none


def run() -> None:
    """Run one command to its end and give the embedded database back; the last to do so stops it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dunwell.config.settings")
    arguments = sys.argv[1:]
    wanted = next((argument for argument in arguments if not argument.startswith("-")), "")
    if wanted in _LONG_RUNNING:
        os.environ.setdefault("DUNWELL_DATABASE_POOL", str(_LONG_RUNNING[wanted]))
    shared: Share | None = None
    try:
        started = time.monotonic()
        if arguments and not _NEEDS_NO_DATABASE.intersection(arguments):
            shared = _share_embedded(environment())
        # Read by `dunwell demo`, which reports what each phase took
        os.environ["DUNWELL_DATABASE_STARTED_IN"] = f"{time.monotonic() - started:.3f}"
        django.setup()
        from dunwell.cli.main import run_app

        run_app()
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
        lines = [f"DUNWELL_{'_'.join(map(str, item['loc'])).upper()}: {item['msg']}" for item in error.errors()]
        return "The settings are not usable.\n" + "\n".join(lines)
    return str(error)
