"""`dunwell serve`"""

from __future__ import annotations

from typing import Annotated

import typer
import uvicorn
from django.conf import settings
from django.db import connections

from dunwell.cli.migrate import bring_up_to_date, is_empty
from dunwell.organizations import beginnings

DEFAULT_BASE_URL = "http://127.0.0.1:8000"
EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104 - told apart, not listened on


def serve(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for all.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    forwarded_allow_ips: Annotated[
        str, typer.Option(help="Proxies whose X-Forwarded-For is believed, comma-separated.")
    ] = "127.0.0.1",
) -> None:
    """Serve the pages. Run `dunwell worker` beside it: it does the runs and the sending."""
    if is_empty():
        bring_up_to_date()
    if beginnings.nobody_yet():
        _say_how_to_begin(host, port)
    connections.close_all()
    uvicorn.run(
        "dunwell.config.asgi:application",
        host=host,
        port=port,
        forwarded_allow_ips=forwarded_allow_ips,
        lifespan="off",  # Django has no such hook
        log_config=None,  # Django's logging settings govern
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )


def _say_how_to_begin(host: str, port: int) -> None:
    """Where the first owner is made. Only who reads this gets in: the code is asked for from everywhere."""
    base = settings.BASE_URL.rstrip("/")
    if base == DEFAULT_BASE_URL:  # nobody has said how people reach it: it is where it listens
        base = f"http://{host if host not in EVERYWHERE else '127.0.0.1'}:{port}"
    code = beginnings.set_up_code()
    typer.echo(f"Nobody can sign in yet. Set Dunwell up at\n\n  {base}/setup/?code={code}\n", err=True)
    typer.echo(f"The set-up code is {code}. It opens nothing once there is an owner.", err=True)
    typer.echo("Run `dunwell worker` beside this: it reads files, writes reminders and sends mails.\n", err=True)
