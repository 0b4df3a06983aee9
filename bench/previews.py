"""What a change of a policy, and each way to catch up, would do to a book of open invoices: seconds until it is told.

python -m bench.previews --invoices 100000

Of ten invoices one is due today; the others have had their steps, each with the notice that told of it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bench.setting import bench_database

# One notice for each step that is done, with a text as long as one is
NOTICES = """
WITH done AS (
    SELECT id, organization_id, customer_id, step_id, channel, done_on,
           nextval(pg_get_serial_sequence('followup_notice', 'id')) AS notice_id
      FROM followup_action WHERE organization_id = %(organization)s AND state = 'done'
), notice AS (
    INSERT INTO followup_notice (id, organization_id, customer_id, currency, channel, step_id, tone, as_of, state,
        cancel_reason, recipient, recipient_name, copies, subject, body_text, body_html, amount, credit, fingerprint,
        side_facts, opens_at, closes_at, needs_approval, contact_on, created_at, changed_at)
    OVERRIDING SYSTEM VALUE
    SELECT notice_id, organization_id, customer_id, 'EUR', channel, step_id, 'neutral', done_on, 'sent', '', '', '',
           '[]', 'Reminder', repeat(md5(id::text), 60), repeat(md5(id::text), 200), 100, 0, 'x', '{}', done_on, done_on,
           false, done_on, done_on, done_on
      FROM done
)
UPDATE followup_action AS action SET notice_id = done.notice_id FROM done WHERE done.id = action.id
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--invoices", type=int, default=100_000)
    options = arguments.parse_args()
    with bench_database():
        sys.stdout.write(json.dumps(measure(options.invoices)) + "\n")


def measure(invoices: int) -> dict[str, Any]:
    from django.db import connection

    from bench.books import TODAY, make_book
    from dunwell.followup.models import DunningPolicy
    from dunwell.followup.queries.policies import current_draft
    from dunwell.followup.services import previews
    from dunwell.followup.services.passes import begin
    from dunwell.followup.services.prepare import prepare

    organization = make_book("previews", invoices=invoices, due=invoices // 10)
    with connection.cursor() as cursor:
        cursor.execute(NOTICES, {"organization": organization.pk})
        cursor.execute("VACUUM ANALYZE")
    now = dt.datetime.combine(TODAY, dt.time(9), tzinfo=dt.UTC)
    this = begin(organization, as_of=TODAY, now=now, channels_set_up=("email",))
    policy = DunningPolicy.objects.get(organization=organization)
    draft = current_draft(policy)
    moved = replace(draft, steps=tuple(replace(step, offset_days=step.offset_days + 1) for step in draft.steps))
    found: dict[str, Any] = {"benchmark": "previews", "invoices": invoices}

    def timed(name: str, do: Callable[[], Any]) -> Any:
        started = time.perf_counter()
        result = do()
        found[f"{name}_seconds"] = round(time.perf_counter() - started, 1)
        return result

    timed("first_pass", lambda: prepare(this))
    change = timed("policy", lambda: previews.preview_policy(this, moved, policy_id=policy.pk))
    found["policy_changed"] = change.changed
    try:
        timed("catch_up", lambda: previews.preview_catch_up(this))
    except previews.BookTooLargeError:
        found["catch_up_seconds"] = None
    return found


if __name__ == "__main__":
    main()
