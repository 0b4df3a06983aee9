"""Where benchmarks run: a database of their own, on an embedded server of their own or the one that is named."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path


@contextmanager
def bench_database(keep: Path | None = None) -> Iterator[str]:
    """Set Django up on a fresh, migrated database; its URL.

    `keep` is a folder whose embedded database is used and left filled. `DUNWELL_BENCH_DATABASE_URL` names an empty
    database to use instead.
    """
    named = os.environ.get("DUNWELL_BENCH_DATABASE_URL", "")
    if named and keep is None:
        os.environ["DUNWELL_DATABASE_URL"] = named
        _set_up()
        yield named
        return
    with ExitStack() as stack:
        if keep is None:
            made = tempfile.TemporaryDirectory(prefix="dunwell-bench-", ignore_cleanup_errors=True)
            keep = Path(stack.enter_context(made))
        keep.mkdir(parents=True, exist_ok=True)
        keep.chmod(0o711)  # the embedded server's user must get through when we are root
        from dunwell.config.embedded import share

        server = share(keep)
        os.environ |= {"DUNWELL_DATABASE_URL": server.url, "DUNWELL_DATA_DIR": str(keep)}
        try:
            _set_up()
            yield server.url
        finally:
            _close()
            server.release()


def _set_up() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dunwell.config.settings")
    os.environ["DUNWELL_DATABASE_POOL"] = "0"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def _close() -> None:
    from django.db import connections

    connections.close_all()
