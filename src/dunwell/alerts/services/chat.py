"""Telling chat services, through apprise."""

from __future__ import annotations

from urllib.parse import urlsplit

# Services made for teams and people. Apprise also knows ways to run programs on this machine, to write to its
# system log or to post to any address: those are not for a form in a browser.
# fmt: off
SERVICES = frozenset(
    {
        "discord", "flock", "gchat", "googlechat", "gotify", "gotifys", "guilded", "lark", "line", "matrix",
        "matrixs", "mattermost", "mmost", "mmosts", "msteams", "nctalk", "nctalks", "ntfy", "ntfys", "opsgenie",
        "pagerduty", "pover", "rocket", "rocketchat", "rockets", "ryver", "signal", "signals", "slack", "synology",
        "synologys", "teams", "telegram", "tgram", "twist", "webex", "workflow", "workflows", "wxteams", "zulip",
    }
)
# fmt: on


class UnknownServiceError(Exception):
    """The address names no service that can be told."""


def checked_address(address: str) -> str:
    """The service's name for an address such as `slack://token…`; UnknownServiceError says what is wrong."""
    from apprise import Apprise

    address = address.strip()
    known = Apprise.instantiate(address, suppress_exceptions=True)
    if known is None:
        raise UnknownServiceError(
            "This is no address of a chat service. It looks like slack://token/… or tgram://bot/chat: "
            "see “Notifications” at github.com/caronc/apprise for yours."
        )
    scheme = urlsplit(str(known.url())).scheme  # type: ignore[no-untyped-call]
    if scheme not in SERVICES:
        raise UnknownServiceError(f"“{scheme}” cannot be told from here; use a chat service.")
    return str(known.service_name)


def tell(address: str, title: str, body: str) -> str:
    """Post; the empty string when the service took it, else what is known about why not."""
    from apprise import Apprise

    service = Apprise.instantiate(address, suppress_exceptions=True)
    if service is None:
        return "The stored address is not understood any more. Enter it again."
    taken = service.notify(body=body or title, title=title if body else "")
    return "" if taken else f"{service.service_name} did not take it."
