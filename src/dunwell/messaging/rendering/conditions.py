"""What may stand in `{% if … %}`: merge tags, comparisons with them, and, or, not."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeAlias

from jinja2 import nodes

from dunwell.messaging.rendering.refusal import TemplateRefusedError
from dunwell.messaging.rendering.scope import Scope
from dunwell.messaging.rendering.tags import TagFinder, path_of
from dunwell.messaging.rendering.values import READS
from dunwell.rules.mergetags import Kind, MergeTag

Condition: TypeAlias = Callable[[Scope], bool]

_DEEPEST = 10
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "lteq": operator.le,
    "gt": operator.gt,
    "gteq": operator.ge,
}
_NUMERIC = {Kind.NUMBER, Kind.AMOUNT}
_TEXTUAL = {Kind.TEXT, Kind.LINES, Kind.LINK}


def condition(node: nodes.Expr, finder: TagFinder, depth: int = 0) -> Condition:
    """Translate the test of an `if`; refuse what cannot be decided for every customer."""
    if depth > _DEEPEST:
        raise TemplateRefusedError("This condition is nested too deeply.", line=node.lineno)
    match node:
        case nodes.Not(node=inner):
            part = condition(inner, finder, depth + 1)
            return lambda scope: not part(scope)
        case nodes.And(left=left, right=right):
            first, second = condition(left, finder, depth + 1), condition(right, finder, depth + 1)
            return lambda scope: first(scope) and second(scope)
        case nodes.Or(left=left, right=right):
            first, second = condition(left, finder, depth + 1), condition(right, finder, depth + 1)
            return lambda scope: first(scope) or second(scope)
        case nodes.Compare(expr=left, ops=[nodes.Operand(op=op, expr=right)]):
            return _comparison(left, op, right, finder)
        case nodes.Compare():
            raise TemplateRefusedError("Compare two things at a time; join comparisons with `and`.", line=node.lineno)
    path = path_of(node)
    if path is None:
        raise TemplateRefusedError(
            "A condition is made of merge tags, comparisons, `and`, `or` and `not`.", line=node.lineno
        )
    tag = finder.by_path(path, node.lineno)
    if tag.kind is Kind.BLOCK:
        raise TemplateRefusedError(f"`{path}` is always there: it cannot be a condition.", line=node.lineno)
    read = READS[tag.path]
    return lambda scope: bool(read(scope))


def _comparison(left: nodes.Expr, op: str, right: nodes.Expr, finder: TagFinder) -> Condition:
    line = left.lineno
    compare = _OPERATORS.get(op)
    if compare is None:
        raise TemplateRefusedError("Compare with ==, !=, <, <=, > or >=.", line=line)
    first, second = _side(left, finder), _side(right, finder)
    if not isinstance(first, MergeTag) and not isinstance(second, MergeTag):
        raise TemplateRefusedError("A comparison needs a merge tag on at least one side.", line=line)
    kinds = {_family(first), _family(second)}
    if len(kinds) != 1 or None in kinds:
        raise TemplateRefusedError("These two cannot be compared: one is a number, the other is not.", line=line)
    if kinds == {"text"} and op not in {"eq", "ne"}:
        raise TemplateRefusedError("Texts can only be equal (==) or different (!=).", line=line)
    read_first, read_second = _reader(first), _reader(second)

    def compared(scope: Scope) -> bool:
        one, other = read_first(scope), read_second(scope)
        # What is unknown is neither more nor less nor equal
        if one is None or other is None:
            return op == "ne" and one is not other
        return compare(one, other)

    return compared


def _side(node: nodes.Expr, finder: TagFinder) -> MergeTag | str | int | float:
    match node:
        case nodes.Const(value=str() | int() | float() as value) if not isinstance(value, bool):
            return value
        case nodes.Neg(node=nodes.Const(value=int() | float() as value)) if not isinstance(value, bool):
            return -value
    path = path_of(node)
    if path is None:
        raise TemplateRefusedError("Compare a merge tag with a number, a quoted text or another tag.", line=node.lineno)
    return finder.by_path(path, node.lineno)


def _family(side: MergeTag | str | float) -> str | None:
    if isinstance(side, MergeTag):
        if side.kind in _NUMERIC:
            return "number"
        if side.kind in _TEXTUAL:
            return "text"
        return "date" if side.kind is Kind.DATE else None
    return "text" if isinstance(side, str) else "number"


def _reader(side: MergeTag | str | float) -> Callable[[Scope], Any]:
    if isinstance(side, MergeTag):
        return READS[side.path]
    constant: str | Decimal | dt.date = side if isinstance(side, str) else Decimal(str(side))
    return lambda _scope: constant
