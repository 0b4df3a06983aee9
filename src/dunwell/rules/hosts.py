"""Where a server is: on this machine, or across a network that others listen on."""

from __future__ import annotations

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether what is said to the host stays on this machine. A name other than localhost may lead anywhere."""
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def tells_password(host: str, security: str, user: str) -> bool:
    """Whether signing in at this mail server would send the password readable across a network."""
    return security == "none" and bool(host) and bool(user) and not is_loopback(host)
