"""The option that names a date."""

from __future__ import annotations

import typer

DATE = typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The date to take as today; left out: today.")
