"""Finding the merge tag that an expression or a bracket name means."""

from __future__ import annotations

from dataclasses import dataclass, field

from jinja2 import nodes

from dunwell.messaging.rendering.refusal import TemplateRefusedError
from dunwell.rules import mergetags
from dunwell.rules.mergetags import MergeTag


def path_of(node: nodes.Expr) -> str | None:
    """`customer.name` for the expression that says so; None for any other expression."""
    match node:
        case nodes.Name(name=name):
            return str(name)
        case nodes.Getattr(node=nodes.Name(name=name), attr=attr):
            return f"{name}.{attr}"
        case _:
            return None


@dataclass(frozen=True, slots=True)
class TagFinder:
    """Knows whether it stands in a loop, and what that loop calls its row. `found`: the paths of all tags so far."""

    row_name: str = ""
    found: set[str] = field(default_factory=set)

    @property
    def in_loop(self) -> bool:
        return bool(self.row_name)

    def by_path(self, path: str, line: int) -> MergeTag:
        head, dot, attribute = path.partition(".")
        if self.in_loop and head == self.row_name and dot:
            path = f"invoice.{attribute}"
        elif self.in_loop and head == "invoice" and dot:
            raise TemplateRefusedError(f"In this loop the invoice is called `{self.row_name}`.", line=line)
        path = "invoice.days_overdue" if path == "invoice.days_past_due" else path
        tag = mergetags.BY_PATH.get(path) or (mergetags.ROW_BY_PATH.get(path) if self.in_loop else None)
        if tag is not None:
            self.found.add(tag.path)
            return tag
        if path in mergetags.ROW_BY_PATH:
            raise TemplateRefusedError(
                f"`{path}` is one invoice's: use it between {{% for invoice in invoices %}} and {{% endfor %}}.",
                line=line,
            )
        if why := mergetags.not_yet(path):
            raise TemplateRefusedError(f"There is no merge tag `{{{{ {path} }}}}`. {why}", line=line)
        close = mergetags.suggest_path(path, in_loop=self.in_loop)
        hint = f": did you mean `{{{{ {close} }}}}`?" if close else "."
        raise TemplateRefusedError(f"There is no merge tag `{{{{ {path} }}}}`{hint}", line=line)

    def by_label(self, label: str, line: int) -> MergeTag:
        tag = mergetags.by_label(label, in_loop=self.in_loop)
        if tag is not None:
            self.found.add(tag.path)
            return tag
        if why := mergetags.not_yet(label):
            raise TemplateRefusedError(f"`[{label}]` is no merge tag. {why}", line=line)
        close = mergetags.suggest_label(label, in_loop=self.in_loop)
        hint = (
            f": did you mean `[{close}]`?"
            if close
            else f" is no merge tag. To have it stand there as it is, write `[[{label}]]`."
        )
        raise TemplateRefusedError(f"`[{label}]`{hint}", line=line)
