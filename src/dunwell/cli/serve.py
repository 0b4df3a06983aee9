"""`dunwell serve`"""

from __future__ import annotations

from typing import Annotated

import typer
import uvicorn


def serve(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for all.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    forwarded_allow_ips: Annotated[
        str, typer.Option(help="Proxies whose X-Forwarded-For is believed, comma-separated.")
    ] = "127.0.0.1",
) -> None:
    """Serve the pages. Run `dunwell worker` beside it: it does the runs and the sending."""
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
