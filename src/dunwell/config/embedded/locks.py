"""Names that the supervisor and the sharing processes agree on."""

from __future__ import annotations

SUPERVISOR_LOCK = "supervisor.lock"  # held by the one supervisor as long as it lives
SHARES_LOCK = "shares.lock"  # held in common by all who use the server; alone by a supervisor that is stopping
ANOTHER_ONE_OWNS_IT = 75  # exit code of a supervisor that found another one
