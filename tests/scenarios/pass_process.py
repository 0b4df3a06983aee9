"""A process that runs a pass for each line of JSON it reads, and answers with a line: tests let two of them overlap."""

from __future__ import annotations

import json
import sys

import django

if __name__ == "__main__":
    django.setup()

    import datetime as dt
    import os
    import traceback

    from django.conf import settings
    from django.db import connections

    from dunwell.organizations.models import Organization
    from dunwell.workflows.run import run_organization

    for name, value in json.loads(sys.argv[1]).items():
        setattr(settings, name, value)
    for line in sys.stdin:
        order = json.loads(line)
        error = ""
        try:
            run_organization(
                Organization.objects.get(pk=order["organization"]),
                as_of=dt.date.fromisoformat(order["as_of"]),
                now=dt.datetime.fromisoformat(order["now"]),
                worker=f"process {os.getpid()}",
            )
        except Exception:  # noqa: BLE001 - the test raises it
            error = traceback.format_exc()
        connections.close_all()
        sys.stdout.write(json.dumps({"error": error}) + "\n")
        sys.stdout.flush()
