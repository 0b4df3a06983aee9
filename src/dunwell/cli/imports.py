"""`dunwell import`: a receivables book from a file."""

from __future__ import annotations

import datetime as dt
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, NoReturn, cast, get_args

import typer

from dunwell.cli.dates import DATE
from dunwell.cli.words import counted
from dunwell.ledger.imports.errors import ImportRefusedError, NeedsAnswerError
from dunwell.ledger.imports.files import look_at
from dunwell.ledger.imports.inspection import Inspection, inspect
from dunwell.ledger.imports.mapping import Mapping, to_toml
from dunwell.ledger.imports.queries import find_mapping, read_mapping
from dunwell.ledger.imports.report import ImportReport
from dunwell.ledger.imports.services import import_file, save_mapping
from dunwell.organizations import queries
from dunwell.organizations.models import Organization
from dunwell.rules.columns.dates import ANSWERS as DATE_ANSWERS
from dunwell.rules.columns.numbers import ANSWERS as NUMBER_ANSWERS
from dunwell.rules.columns.question import Question
from dunwell.rules.columns.targets import Target
from dunwell.workflows.imports import bring_in

REFUSED = 2


def import_command(
    file: Annotated[Path, typer.Argument(help="CSV, TSV or XLSX.", metavar="FILE")],
    *,
    organization: Annotated[str, typer.Option(help="Its short name.")],
    mapping: Annotated[str, typer.Option(help="A saved or shipped mapping's name, or a TOML file.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")] = False,
    as_of: Annotated[dt.datetime | None, DATE] = None,
    complete: Annotated[
        bool, typer.Option("--complete", help="The file lists all open invoices: absent ones are settled.")
    ] = False,
    adds: Annotated[bool, typer.Option("--adds", help="The file adds to the book, whatever the mapping says.")] = False,
    dates: Annotated[str, typer.Option(help="How dates are written: D/M/Y, M/D/Y or Y/M/D.")] = "",
    numbers: Annotated[str, typer.Option(help="How amounts are written: 1,234.56 or 1.234,56.")] = "",
    column: Annotated[
        list[str] | None, typer.Option(help="What a column is, as target=header; may be repeated.")
    ] = None,
    currency: Annotated[str, typer.Option(help="The currency of rows that name none.")] = "",
    terms: Annotated[int | None, typer.Option(help="Days to pay for rows without due date.", min=0, max=365)] = None,
    encoding: Annotated[str, typer.Option(help="utf-8, utf-16 or cp1252; decided by the bytes if left out.")] = "",
    delimiter: Annotated[str, typer.Option(help="What divides columns; decided by the lines if left out.")] = "",
    sheet: Annotated[str, typer.Option(help="Which sheet of a workbook; the first with a table if left out.")] = "",
    header_line: Annotated[int, typer.Option(help="The line that names the columns; found if left out.", min=0)] = 0,
    save_as: Annotated[str, typer.Option(help="Keep the mapping that was used under this name.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before absent invoices are settled.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object only.")] = False,
) -> None:
    """Bring a file's customers, invoices and payments into the book. The same file again changes nothing."""
    found = queries.organization_by_slug(organization)
    now = queries.database_now()
    day = as_of.date() if as_of else queries.local_date(found, now)
    try:
        read_by = _answered(_chosen(found, mapping), dates, numbers, column or [], currency, delimiter)
        read_by = replace(
            read_by,
            terms_days=read_by.terms_days if terms is None else terms,
            encoding=encoding or read_by.encoding,
            sheet=sheet or read_by.sheet,
            header_line=header_line or read_by.header_line,
            scope="complete" if complete else "adds" if adds else read_by.scope,
        )
        facts = look_at(file, encoding=read_by.encoding, delimiter=read_by.delimiter)
        inspection = inspect(facts, mapping=read_by, recognize_rest=not mapping, base_currency=found.base_currency)
        _confirm_absent(found, inspection, day, now, asked=not (dry_run or yes or as_json))
        if dry_run:
            report = import_file(organization=found, inspection=inspection, as_of=day, now=now, dry_run=True)
        else:
            report = bring_in(found, inspection, as_of=day, now=now, actor="dunwell import")
        if save_as and not dry_run:
            save_mapping(organization=found, name=save_as, mapping=inspection.mapping)
    except NeedsAnswerError as error:
        _refuse(as_json, str(error), error.questions)
    except ImportRefusedError as error:
        _refuse(as_json, str(error))
    if as_json:
        typer.echo(json.dumps(report.as_json()))
        return
    if not mapping:
        typer.echo("Read as:\n" + "\n".join(f"  {line}" for line in to_toml(inspection.mapping).splitlines() if line))
    _say(report)


def _chosen(organization: Organization, mapping: str) -> Mapping:
    if mapping.lower().endswith(".toml"):
        return read_mapping(Path(mapping))
    return find_mapping(organization, mapping) if mapping else Mapping()


def _answered(mapping: Mapping, dates: str, numbers: str, columns: list[str], currency: str, delimiter: str) -> Mapping:
    """The mapping with what the command line says."""
    if dates:
        order = DATE_ANSWERS.get(dates.upper())
        if order is None:
            raise ImportRefusedError(f"“{dates}” is no form of dates; say D/M/Y, M/D/Y or Y/M/D.")
        mapping = replace(mapping, dates=order)
    if numbers:
        mark = NUMBER_ANSWERS.get(numbers)
        if mark is None:
            raise ImportRefusedError(f"“{numbers}” is no form of amounts; say 1,234.56 or 1.234,56.")
        mapping = replace(mapping, numbers=mark)
    named: dict[Target, str] = dict(mapping.columns)
    for text in columns:
        target, _, header = text.partition("=")
        if target not in get_args(Target) or not header:
            raise ImportRefusedError(
                f"“{text}” does not say what a column is; write for example --column issued_on=Datum. "
                f"A column can be {', '.join(get_args(Target))}."
            )
        named[cast("Target", target)] = header
    if currency:
        if len(currency) != 3 or not currency.isalpha():
            raise ImportRefusedError(f"“{currency}” is no currency; write three letters, for example EUR.")
        mapping = replace(mapping, currency=currency.upper())
    if delimiter:
        delimiter = {"tab": "\t", "\\t": "\t"}.get(delimiter, delimiter)
        if len(delimiter) != 1:
            raise ImportRefusedError("A delimiter is one sign: a comma, a semicolon, “|” or “tab”.")
        mapping = replace(mapping, delimiter=delimiter)
    return replace(mapping, columns=named)


def _confirm_absent(
    organization: Organization, inspection: Inspection, day: dt.date, now: dt.datetime, *, asked: bool
) -> None:
    """Before a complete list settles what it leaves out, a person at a terminal sees what that is."""
    if inspection.settled().scope != "complete" or not asked or not sys.stdin.isatty():
        return
    report = import_file(organization=organization, inspection=inspection, as_of=day, now=now, dry_run=True)
    if report.errors_file is not None:
        Path(report.errors_file).unlink(missing_ok=True)  # the import itself writes it again
    if report.absent:
        _say_absent(report)
        if not typer.confirm("Settle them?"):
            raise ImportRefusedError("Nothing has been changed.")


def _refuse(as_json: bool, text: str, questions: tuple[Question, ...] = ()) -> NoReturn:
    """Say why, and which options answer; nothing has been changed."""
    if as_json:
        asked = [{"topic": q.topic, "text": q.text, "options": q.options, "examples": q.examples} for q in questions]
        typer.echo(json.dumps({"error": text, "questions": asked}))
    if not questions:
        typer.echo(text, err=True)
    for question in questions:
        typer.echo(f"{question.text} {_how_to_answer(question)}", err=True)
    raise typer.Exit(REFUSED)


def _how_to_answer(question: Question) -> str:
    options = question.options
    if question.topic in {"dates", "numbers", "currency"}:
        answers = " or ".join(f"--{question.topic} {option}" for option in options)
        return f"Say {answers or f'--{question.topic} …'}."
    named = " or ".join(f"--column {question.topic}={json.dumps(option, ensure_ascii=False)}" for option in options)
    return f"Say {named or f'--column {question.topic}=HEADER'}."


def _say(report: ImportReport) -> None:
    facts: dict[str, Any] = report.as_json()
    done = "Would be" if report.dry_run else "Imported"
    typer.echo(f"{done}: {counted(report.rows, 'row')} as of {report.as_of}")
    for name in ("customers", "invoices", "payments", "credit_notes", "holds"):
        tally = facts[name]
        if any(tally.values()):
            typer.echo(
                f"  {name.replace('_', ' ')}: {tally['created']} new, {tally['updated']} changed, "
                f"{tally['unchanged']} unchanged"
            )
    if report.not_yet:
        typer.echo(f"  {counted(report.not_yet, 'row')} dated after {report.as_of} left out")
    if report.due_assumed or report.currency_assumed:
        dates = counted(report.due_assumed, "due date")
        currencies = counted(report.currency_assumed, "currency", "currencies")
        typer.echo(f"  assumed: {dates}, {currencies}")
    if report.absent:
        _say_absent(report)
    if report.refused:
        typer.echo(f"  {counted(report.refused, 'row')} refused, see {report.errors_file}")


def _say_absent(report: ImportReport) -> None:
    for currency, (count, amount) in report.absent.items():
        open_ones = counted(count, "open invoice")
        typer.echo(f"  {open_ones} over {amount} {currency} not in the file: settled on {report.as_of}")
