"""`dunwell run` in a process of its own, on the test's database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.db import connection

from tests.scenarios.story import Story
from tests.worlds import TODAY


def database_url() -> str:
    database = connection.settings_dict
    host = database["HOST"]
    place = f"?host={host}" if host.startswith("/") else ""
    server = "" if place else host
    return (
        f"postgresql://{database['USER']}:{database['PASSWORD']}@{server}:{database['PORT']}/{database['NAME']}{place}"
    )


def start_run(story: Story) -> subprocess.Popen[bytes]:
    """One pass as of TODAY: its mail server is on this machine, so this is no dry run."""
    return subprocess.Popen(
        [
            str(Path(sys.executable).with_name("dunwell")),
            *("run", "--organization", story.organization.slug, "--as-of", TODAY.isoformat(), "--json"),
        ],
        env={**os.environ, "DUNWELL_DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "dunwell.config.settings"},
        stdout=subprocess.PIPE,
    )


def report_of(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output
    report: dict[str, Any] = json.loads(output)
    return report
