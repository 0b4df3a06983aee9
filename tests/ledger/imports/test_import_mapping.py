"""Mappings as TOML."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.ledger.imports.errors import ImportRefusedError
from dunwell.ledger.imports.mapping import Filter, Mapping, from_toml, shipped_mapping, shipped_names, to_toml
from dunwell.ledger.imports.queries import find_mapping, mapping_names, read_mapping
from dunwell.ledger.imports.services import save_mapping
from dunwell.ledger.models import Invoice
from dunwell.organizations.models import Organization
from dunwell.rules.columns.targets import TARGETS
from tests.ledger.imports.books import Bring

texts = st.text(min_size=1, max_size=20).filter(lambda text: bool(text.strip()))
lines = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
words = texts.map(lambda text: text.encode("utf-8", "replace").decode())
mappings = st.builds(
    Mapping,
    name=lines,
    description=lines,
    columns=st.dictionaries(st.sampled_from(TARGETS), words),
    dates=st.sampled_from([None, "D/M/Y", "M/D/Y", "Y/M/D"]),
    numbers=st.sampled_from([None, ".", ","]),
    currency=st.sampled_from(["", "EUR"]),
    terms_days=st.none() | st.integers(0, 365),
    scope=st.sampled_from(["adds", "complete"]),
    encoding=st.sampled_from(["", "cp1252"]),
    delimiter=st.sampled_from(["", ";", "\t"]),
    sheet=lines,
    header_line=st.integers(0, 50),
    negative_total=st.sampled_from(["credit_note", "refuse"]),
    disputed_from=st.sampled_from(["due_on", "as_of"]),
    filters=st.lists(st.builds(Filter, column=words, keep=st.tuples(words)), max_size=2).map(tuple),
    status_words=st.dictionaries(words, st.sampled_from(["open", "paid"]), max_size=3),
    kind_words=st.dictionaries(words, st.sampled_from(["invoice", "credit_note"]), max_size=3),
)


@given(mappings)
def test_what_is_written_is_read_back(mapping: Mapping) -> None:
    assert from_toml(to_toml(mapping)) == mapping


def test_every_shipped_mapping_is_valid() -> None:
    assert "ibm-ar" in shipped_names()
    for name in shipped_names():
        assert shipped_mapping(name) is not None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("this is no toml", "it is not TOML"),
        ("colums = {}", "it does not know “colums”"),
        ('[columns]\nwhat = "x"', "“what” is nothing a column can be"),
        ("[columns]\ntotal = 3", "columns.total must be the header of a column"),
        ('[formats]\ndates = "whenever"', "“whenever” is no form of dates"),
        ('[formats]\ncolour = "red"', "formats does not know “colour”"),
        ('[defaults]\ncurrency = "euro"', "“euro” is no currency"),
        ("[defaults]\nterms_days = 1000", "between 0 and 365"),
        ('[defaults]\nterms_days = "x"', "must be a whole number"),
        ('[file]\nkind = "x"', "file.kind must be one of adds, complete"),
        ('[[filters]]\ncolumn = "x"', "a filter needs a column"),
        ('[words.status]\nx = "y"', "“x” must mean one of"),
    ],
)
def test_a_mistake_is_named(text: str, problem: str) -> None:
    with pytest.raises(ImportRefusedError) as caught:
        from_toml(text, "mine")
    assert problem in str(caught.value)
    assert "“mine”" in str(caught.value)


def test_every_target_can_be_mapped() -> None:
    assert set(get_args(Mapping.__dataclass_fields__["scope"].type) or TARGETS) <= {*TARGETS, "adds", "complete"}
    assert from_toml("[columns]\n" + "".join(f'{target} = "{target}"\n' for target in TARGETS)).columns.keys() == set(
        TARGETS
    )


@pytest.mark.django_db
def test_saved_mappings_are_the_organizations_own(organization: Organization, other_organization: Organization) -> None:
    save_mapping(organization=organization, name=" our  export ", mapping=Mapping(columns={"total": "Betrag"}))
    assert find_mapping(organization, "our export").columns == {"total": "Betrag"}
    assert mapping_names(organization)[0] == "our export"
    with pytest.raises(ImportRefusedError, match="There is no mapping"):
        find_mapping(other_organization, "our export")


@pytest.mark.django_db
@pytest.mark.parametrize("ending", [".toml", ".TOML"])
def test_a_name_never_opens_a_file(organization: Organization, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"other{ending}"
    path.write_text('[columns]\ntotal = "Betrag"\n')
    assert read_mapping(path).columns == {"total": "Betrag"}
    with pytest.raises(ImportRefusedError, match="There is no mapping"):
        find_mapping(organization, str(path))


@pytest.mark.django_db
def test_filters_choose_rows_and_own_words_name_states(organization: Organization, bring: Bring) -> None:
    columns: dict[str, Any] = {
        "customer_name": "Who", "invoice_number": "No", "issued_on": "When", "total": "Sum", "status": "How",
    }  # fmt: skip
    report = bring(
        "What,Who,No,When,Sum,How\nIN,Acme,1,2026-01-10,10.00,Erl.\nOR,Acme,2,,20.00,Erl.\nin,Acme,3,2026-01-10,30.00,Neu\n",
        columns=columns,
        filters=(Filter("What", keep=("IN",)),),
        status_words={"Erl.": "paid", "Neu": "open"},
    )
    assert (report.refused, report.skipped) == (0, 1)
    assert dict(Invoice.objects.values_list("number", "status")) == {"1": "paid", "3": "open"}
