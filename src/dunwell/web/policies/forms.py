"""What is asked about a policy and its steps, and the draft that the answers make."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from dunwell.followup.models import StepAttachments, StepChannel
from dunwell.followup.models.cases import PRIORITIES, ROLES
from dunwell.followup.queries.at_work import at_work
from dunwell.messaging.models import MessageTemplate
from dunwell.messaging.queries.senders import senders_in_use
from dunwell.organizations.models import Membership, Organization
from dunwell.rules.escalation import MOST_OCCURRENCES, Anchor, Tone
from dunwell.rules.policies import MOST_STEPS, WITHOUT_TEXT, PolicyDraft, Problem, StepDraft
from dunwell.rules.segments import SEGMENT_NAMES
from dunwell.workflows.sender import sender_of

BEFORE_DUE, AFTER_DUE, AFTER_ISSUE = "before-due", "after-due", "after-issue"
SIDES = [(BEFORE_DUE, "before the due date"), (AFTER_DUE, "after the due date"), (AFTER_ISSUE, "after the issue date")]
# What a draft calls otherwise than the form does
FIELDS = {"offset_days": "days", "anchor": "side"}
FIRST = ("name", "days", "side", "channel", "template", "tone")
# What only an e-mail has, and what only a person does; the page shows them with the channels that have them
BY_MAIL = ("sender", "attachments", "copy_to_decision_maker", "copy_to_owner")
BY_A_PERSON = ("instructions",)

Texts = list[tuple[str, Any]]
Senders = list[tuple[str, str]]


def text_choices(organization: Organization) -> Texts:
    """The texts a step can use, by name; under the name of their channel where there are several."""
    texts = MessageTemplate.objects.filter(organization=organization, archived_at=None)
    by_channel: dict[str, dict[str, str]] = {}
    for channel, key, name in texts.order_by("name", "key").values_list("channel", "key", "name"):
        by_channel.setdefault(channel, {}).setdefault(key, name)
    none = ("", "None")
    if len(by_channel) == 1:
        return [none, *next(iter(by_channel.values())).items()]
    labels = dict(StepChannel.choices)
    return [none, *((labels.get(channel, channel), list(texts.items())) for channel, texts in by_channel.items())]


def people_choices(organization: Organization) -> Texts:
    """Who can take care of cases, by name. Who works here no more stays to be seen in the steps that name them."""
    everybody = Membership.objects.filter(organization=organization).select_related("user").order_by("user__name", "pk")
    here = set(at_work(organization).values_list("pk", flat=True))
    named = [(one.user.email, str(one.user) + ("" if one.pk in here else " (no more)")) for one in everybody]
    return [("", "Nobody in particular"), *named]


def sender_choices(organization: Organization) -> Senders:
    """The senders that can be named, the organization's own first; none where there is no other."""
    others = senders_in_use(organization)
    own = sender_of(organization)
    return [("", f"{own.name} <{own.address}>"), *((row.address, str(row)) for row in others)] if others else []


class PolicyForm(forms.Form):
    """`seen` is the version that the page was filled from, `checked` the draft whose effect was shown last.

    A sender is asked for only where there are several.
    """

    name = forms.CharField(label="Name", max_length=100, error_messages={"required": "The policy needs a name."})
    sender = forms.ChoiceField(label="E-mails come from", required=False, help_text="A step can name another sender.")
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    checked = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, senders: Senders, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        _offer(self, senders)


class StepForm(forms.Form):
    """One step. Which step of the version before it is, `lineage` says."""

    lineage = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label="Name", max_length=100, error_messages={"required": "The step needs a name."})
    days = forms.IntegerField(
        label="Days", min_value=0, max_value=3650, help_text="0 is the day itself. A day off moves to a business day."
    )
    side = forms.ChoiceField(label="Counted", choices=SIDES)
    channel = forms.ChoiceField(label="Channel", choices=StepChannel.choices)
    template = forms.ChoiceField(
        label="Text",
        required=False,
        help_text="A call without one uses the script of its tone. An internal task has none.",
    )
    tone = forms.ChoiceField(
        label="Tone",
        choices=[(tone.value, tone.value.capitalize()) for tone in Tone],
        help_text="Final never comes first.",
    )
    repeat_every_days = forms.IntegerField(
        label="Again every … days", required=False, min_value=1, max_value=365, help_text="1 is daily. Empty: once."
    )
    times = forms.IntegerField(
        label="How often in all",
        min_value=1,
        max_value=MOST_OCCURRENCES,
        help_text=f"At most {MOST_OCCURRENCES}: nothing chases for ever.",
    )
    minimum_balance = forms.DecimalField(label="Balance from", required=False, max_digits=19, decimal_places=4)
    maximum_balance = forms.DecimalField(label="Balance up to", required=False, max_digits=19, decimal_places=4)
    minimum_risk = forms.IntegerField(
        label="Risk from", required=False, min_value=0, max_value=100, help_text="0 to 100. Empty: whatever the risk."
    )
    segments = forms.MultipleChoiceField(
        label="Only for customers who are",
        required=False,
        choices=[(name.value, text) for name, text in SEGMENT_NAMES.items()],
        widget=forms.CheckboxSelectMultiple(attrs={"wide": True, "class": "form-check-input"}),
        help_text="None chosen: for all.",
    )
    copy_to_decision_maker = forms.BooleanField(
        label="Copy to the customer’s decision maker", required=False, help_text="The contact sees it."
    )
    copy_to_owner = forms.BooleanField(
        label="Copy to the account manager", required=False, help_text="The contact does not see it."
    )
    sender = forms.ChoiceField(label="From", required=False)
    attachments = forms.ChoiceField(
        label="Goes along",
        required=False,
        choices=[("", "As for all (Settings, Papers)"), *StepAttachments.choices],
    )
    approval_required = forms.BooleanField(label="A person approves each notice", required=False)
    raise_priority_to = forms.TypedChoiceField(
        label="Raises the case to",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "Nothing"), *((str(number), word) for number, word in PRIORITIES)],
    )
    give_to_role = forms.ChoiceField(
        label="Gives the case to",
        required=False,
        choices=[("", "Nobody in particular"), *ROLES],
        help_text="Everybody with this role.",
    )
    give_to_person = forms.ChoiceField(
        label="or to", required=False, help_text="Who does not work here any more leaves it to the role."
    )
    instructions = forms.CharField(
        label="What to do",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "wide": True}),
        help_text="Stands on the worklist.",
    )

    def __init__(
        self,
        data: Any = None,
        *,
        texts: Texts,
        people: Texts,
        senders: Senders,
        currency: str,
        prefix: str,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, prefix=prefix, initial=initial)
        _offer(self, [("", "The policy's sender"), *senders[1:]] if senders else [])
        for name, choices in (("template", texts), ("give_to_person", people)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices
        for name in ("minimum_balance", "maximum_balance"):
            self.fields[name].help_text = f"Open on the invoice, in {currency}. Empty: no limit."

    @property
    def first_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in FIRST]

    @property
    def more_fields(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name not in (*FIRST, *BY_MAIL, *BY_A_PERSON)]

    @property
    def mail_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in BY_MAIL if name in self.fields]

    @property
    def person_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in BY_A_PERSON]

    @property
    def has_more(self) -> bool:
        """Whether the seldom used fields hold something, or are refused."""
        usual = {"times": ("1", ""), "repeat_every_days": ("",)}
        for field in (*self.more_fields, *self.mail_fields, *self.person_fields):
            value = field.value()
            said = "" if value in (None, False, [], ()) else str(value)
            if said not in usual.get(field.name, ("",)) or (self.is_bound and field.errors):
                return True
        return False

    def draft(self) -> StepDraft:
        """Of a valid form. What its channel does not have is left out: the page does not show it either."""
        values = dict(self.cleaned_data)
        without = () if values["channel"] == StepChannel.EMAIL else BY_MAIL
        if values["channel"] not in WITHOUT_TEXT:
            without = (*without, *BY_A_PERSON)
        for name in without:
            values.pop(name, None)
        side, days = values.pop("side"), values.pop("days")
        anchor = Anchor.ISSUE if side == AFTER_ISSUE else Anchor.DUE
        values["segments"] = tuple(values["segments"])
        return StepDraft(offset_days=-days if side == BEFORE_DUE else days, anchor=anchor.value, **values)


def initial_of(step: StepDraft) -> dict[str, Any]:
    """A step as the form shows it."""
    side = AFTER_ISSUE if step.anchor == Anchor.ISSUE else BEFORE_DUE if step.offset_days < 0 else AFTER_DUE
    values = {**vars(step), "days": abs(step.offset_days), "side": side, "segments": list(step.segments)}
    for name in ("minimum_balance", "maximum_balance"):
        if values[name] is not None:
            values[name] = f"{values[name].normalize():f}"
    return values


def _offer(form: forms.Form, senders: Senders) -> None:
    """The choice of a sender, where there is one."""
    if not senders:
        del form.fields["sender"]
        return
    field = form.fields["sender"]
    assert isinstance(field, forms.ChoiceField)
    field.choices = senders


class Sheet:
    """The page's form: the policy and the rows of its steps."""

    def __init__(self, organization: Organization, policy: PolicyForm, steps: list[StepForm]) -> None:
        self.organization, self.policy, self.steps = organization, policy, steps

    @classmethod
    def of(cls, organization: Organization, draft: PolicyDraft, seen: int | None) -> Sheet:
        rows = [initial_of(step) for step in draft.steps]
        return cls._unbound(organization, {"name": draft.name, "sender": draft.sender, "seen": seen}, rows)

    @classmethod
    def posted(cls, organization: Organization, data: Any) -> Sheet:
        """As it was sent, to be looked at."""
        make = _maker(organization)
        steps = [make(data=data, prefix=f"step-{place}") for place in range(_rows(data))]
        return cls(organization, PolicyForm(data, senders=sender_choices(organization)), steps)

    @classmethod
    def rearranged(cls, organization: Organization, data: Any, do: str) -> Sheet:
        """As it was sent, with a row more or without one; nothing is refused yet."""
        rows = []
        for place in range(_rows(data)):
            if do == f"remove-{place}":
                continue
            row: dict[str, Any] = {name: data.get(f"step-{place}-{name}", "") for name in StepForm.base_fields}
            rows.append(row | {"segments": data.getlist(f"step-{place}-segments")})
        if do == "add" and len(rows) < MOST_STEPS:
            rows.append({"side": AFTER_DUE, "times": 1, "tone": Tone.NEUTRAL.value})
        return cls._unbound(organization, {name: data.get(name, "") for name in PolicyForm.base_fields}, rows)

    @classmethod
    def _unbound(cls, organization: Organization, policy: Mapping[str, Any], rows: list[dict[str, Any]]) -> Sheet:
        make = _maker(organization)
        steps = [make(initial=row, prefix=f"step-{place}") for place, row in enumerate(rows)]
        return cls(organization, PolicyForm(senders=sender_choices(organization), initial=dict(policy)), steps)

    def draft(self) -> PolicyDraft | None:
        """The draft; None where a field cannot be read."""
        if not all([self.policy.is_valid(), *(step.is_valid() for step in self.steps)]):
            return None
        said = self.policy.cleaned_data
        return PolicyDraft(said["name"], tuple(step.draft() for step in self.steps), said.get("sender", ""))

    def say(self, **values: str) -> None:
        """What the page's own hidden fields hold when it is shown again."""
        self.policy.data = {**{name: self.policy.data.get(name, "") for name in PolicyForm.base_fields}, **values}

    def refuse(self, problem: Problem) -> None:
        """A sentence beside what it is about."""
        form: forms.Form = self.policy if problem.step is None else self.steps[problem.step]
        name = FIELDS.get(problem.field, problem.field)
        form.add_error(name if name in form.fields else None, problem.text)


def _rows(data: Any) -> int:
    sent = data.get("rows", "")
    return min(int(sent), MOST_STEPS) if sent.isascii() and sent.isdigit() and len(sent) < 4 else 0


def _maker(organization: Organization) -> Any:
    texts, people, senders = text_choices(organization), people_choices(organization), sender_choices(organization)
    currency = organization.base_currency

    def make(*, prefix: str, data: Any = None, initial: dict[str, Any] | None = None) -> StepForm:
        return StepForm(
            data, texts=texts, people=people, senders=senders, currency=currency, prefix=prefix, initial=initial
        )

    return make
