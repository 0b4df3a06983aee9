"""Policies and assignment rules as TOML: to be reviewed like code. What is written is read back to the same."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import MISSING, dataclass, fields
from decimal import Decimal
from typing import Any

from dunwell.followup.queries.assignments import RuleDraft
from dunwell.rules.policies import PolicyDraft, StepDraft

HEAD = """\
# Dunwell: how customers are chased. A step keeps its identity by its `lineage`: leave the number out for a new step,
# and change it nowhere. Days count from the due date, or from the issue date with anchor = "issue"; negative is before.
"""
AMOUNTS = frozenset({"minimum_balance", "maximum_balance", "balance_above"})


class PolicyFileError(Exception):
    """The file cannot be read as policies; the message says where and why."""


@dataclass(frozen=True)
class PolicyFile:
    """`default` names the default policy; it and `rules` are None where the file says nothing of them."""

    policies: tuple[PolicyDraft, ...]
    default: str | None = None
    rules: tuple[RuleDraft, ...] | None = None


def to_toml(file: PolicyFile) -> str:
    """The file's text; values that are the usual ones are left out."""
    lines = [HEAD]
    if file.default is not None:
        lines += [f"default = {_value(file.default)}", ""]
    for policy in file.policies:
        lines += ["[[policy]]", f"name = {_value(policy.name)}"]
        lines += [f"sender = {_value(policy.sender)}", ""] if policy.sender else [""]
        for step in policy.steps:
            lines += ["[[policy.step]]", *_pairs(step), ""]
    for rule in file.rules or ():
        lines += ["[[rule]]", *_pairs(rule), ""]
    return "\n".join(lines)


def from_toml(text: str) -> PolicyFile:
    """Raises PolicyFileError. Whether the policies make sense is asked when they are saved."""
    try:
        document = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise PolicyFileError(f"This is not TOML: {error}.") from error
    _only(document, {"default", "policy", "rule"}, "The file")
    if "default" in document and not isinstance(document["default"], str):
        raise PolicyFileError("`default` is the name of a policy.")
    policies = []
    for table in _tables(document.get("policy", []), "policy"):
        _only(table, {"name", "sender", "step"}, "A policy")
        name, sender = table.get("name"), table.get("sender", "")
        if not isinstance(name, str):
            raise PolicyFileError("A policy needs a name.")
        if not isinstance(sender, str):
            raise PolicyFileError(f"The `sender` of '{name}' is the address of one of the organization's senders.")
        steps = [_read(StepDraft, row, f"A step of '{name}'") for row in _tables(table.get("step", []), "policy.step")]
        policies.append(PolicyDraft(name, tuple(steps), sender))
    rules = None
    if "rule" in document:
        rules = tuple(_read(RuleDraft, row, "A rule") for row in _tables(document["rule"], "rule"))
    return PolicyFile(tuple(policies), document.get("default"), rules)


def _pairs(draft: StepDraft | RuleDraft) -> Iterable[str]:
    for field in fields(draft):
        value = getattr(draft, field.name)
        if field.default is MISSING or value != field.default:
            yield f"{field.name} = {_value(value)}"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        text = f"{value.normalize():f}"
        return text if "." in text else f"{text}.0"
    if isinstance(value, tuple):
        return "[" + ", ".join(_value(part) for part in value) + "]"
    # A JSON string is a TOML string but for DEL, which TOML wants escaped
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _tables(value: object, name: str) -> Sequence[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise PolicyFileError(f"Write each as a table of its own: [[{name}]].")
    return value


def _only(table: dict[str, Any], known: set[str], where: str) -> None:
    if unknown := sorted(set(table) - known):
        raise PolicyFileError(f"{where} has no '{unknown[0]}': {', '.join(sorted(known))}.")


def _read(kind: type[Any], table: dict[str, Any], where: str) -> Any:
    known = {field.name: field for field in fields(kind)}
    _only(table, set(known), where)
    missing = [name for name, field in known.items() if field.default is MISSING and name not in table]
    if missing:
        raise PolicyFileError(f"{where} needs '{missing[0]}'.")
    values = {}
    for name, value in table.items():
        values[name] = _typed(name, value, str(known[name].type), where)
    return kind(**values)


def _typed(name: str, value: object, wanted: str, where: str) -> object:
    """The value as the field's type; the types are those of the drafts."""
    if name in AMOUNTS and isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return Decimal(value)
    if wanted.startswith("tuple") and isinstance(value, list) and all(isinstance(part, str) for part in value):
        return tuple(value)
    plain = {"str": str, "bool": bool, "int": int, "int | None": int}.get(wanted)
    if plain is not None and isinstance(value, plain) and not (plain is int and isinstance(value, bool)):
        return value
    raise PolicyFileError(f"{where}: '{name}' cannot be {_shown(value)}.")


def _shown(value: object) -> str:
    return json.dumps(value, default=str)[:60]
