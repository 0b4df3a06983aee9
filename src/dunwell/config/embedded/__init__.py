"""The PostgreSQL that comes with Dunwell, for installations without one of their own.

One supervisor process owns the server; every `dunwell` process shares it by holding a lock:

- `binaries` finds the server's programs, and the system user they run as
- `cluster` makes the data folder and its database, starts and stops the server
- `supervisor` is the owner: it runs until the last process that shares the server is gone
- `sharing` is what a `dunwell` process does: take a share, start the supervisor if there is none

See docs/decisions/0001-embedded-database.md.
"""

from dunwell.config.embedded.binaries import EmbeddedDatabaseError
from dunwell.config.embedded.sharing import Share, share

__all__ = ["EmbeddedDatabaseError", "Share", "share"]
