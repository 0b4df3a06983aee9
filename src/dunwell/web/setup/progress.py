"""The list of what is to be set up, for the pages that show it."""

from __future__ import annotations

from dataclasses import dataclass

from dunwell.organizations.beginnings import set_up_is_put_away
from dunwell.organizations.models import SampleBook
from dunwell.rules.permissions import Permission
from dunwell.web.access import Desk
from dunwell.workflows.sender import sender_of
from dunwell.workflows.set_up import SetUp, what_is_set_up


@dataclass(frozen=True)
class Step:
    """One line of the list. `says` is what is there when it is done, else what it is good for."""

    name: str
    title: str
    done: bool
    says: str
    url: str


@dataclass(frozen=True)
class Progress:
    steps: tuple[Step, ...]
    facts: SetUp
    here: str = ""

    @property
    def next(self) -> Step | None:
        """The first thing that is missing."""
        return next((step for step in self.steps if not step.done), None)

    @property
    def done(self) -> int:
        return sum(step.done for step in self.steps)

    def after(self, name: str) -> Step | None:
        """What is missing besides this step: where *Later* leads."""
        names = [step.name for step in self.steps]
        rest = [*self.steps[names.index(name) + 1 :], *self.steps[: names.index(name)]]
        return next((step for step in rest if not step.done), None)


def progress(desk: Desk, here: str = "") -> Progress:
    facts, organization, settings = what_is_set_up(desk.organization), desk.organization, desk.settings
    sender = sender_of(organization)
    place = f"{organization.base_currency}, {organization.time_zone.replace('_', ' ')}"
    batch = f"{facts.ready} notice{'' if facts.ready == 1 else 's'} written." if facts.ready else ""
    return Progress(
        (
            Step("organization", "Your organization", True, place, desk.url("web:settings_section", "organization")),
            Step(
                "sender",
                "The sender",
                facts.sender,
                f"{sender.name}, {sender.address}" if facts.sender else "Who reminders come from, and which server.",
                desk.url("web:setup_sender"),
            ),
            Step(
                "payment",
                "A way to pay",
                facts.way_to_pay,
                _ways(settings.payment_url_pattern, settings.bank_details)
                if facts.way_to_pay
                else "Bank details or a payment page: every reminder says how to pay.",
                desk.url("web:setup_payment"),
            ),
            Step(
                "book",
                "Your book",
                facts.book,
                "Customers and invoices are there." if facts.book else "Customers and invoices, from a file.",
                desk.url("web:setup_book"),
            ),
            Step(
                "start",
                "Read the first batch, start chasing",
                facts.started,
                "Chasing is on." if facts.started else f"{batch} Nothing is sent before.".strip(),
                desk.url("web:start_chasing"),
            ),
        ),
        facts,
        here,
    )


def _ways(page: str, details: str) -> str:
    return " and ".join(
        word for word, given in (("Payment page", page), ("bank details", details)) if given
    ).capitalize()


def checklist(desk: Desk) -> Progress | None:
    """The list for Home: who may not change it, and who has put it away, sees none."""
    if not desk.may(Permission.EDIT_SETTINGS) or set_up_is_put_away(desk.organization) or desk.organization.is_demo:
        return None
    return progress(desk)


def sample_of(desk: Desk) -> SampleBook | None:
    """The sample book that this organization is; nothing where it is a real one. Real ones cost no query."""
    if not desk.organization.is_demo:
        return None
    return SampleBook.objects.filter(organization=desk.organization).select_related("beside").first()
