"""What is printed: in its place on the sheet, whole, in the reader's words, and never read as anything but text."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import struct
import zlib
from decimal import Decimal

import pypdf
import pytest

from dunwell.messaging.documents import (
    AccountFacts,
    Addressee,
    InvoiceCopyFacts,
    LetterFacts,
    Letterhead,
    Movement,
    NotPrintableError,
    OpenItem,
    Press,
    print_invoice_copy,
    print_letter,
    print_statement,
)
from dunwell.messaging.documents.payment import transfer_code_of
from dunwell.messaging.documents.words import BY_LANGUAGE
from dunwell.messaging.rendering.paper import PAY, TABLE
from dunwell.rules.papers import SHEETS, Box, Paper

DAY = dt.date(2026, 11, 24)
MILLIMETRE = 72 / 25.4
BANK = "Northlight Media GmbH\nIBAN: DE89 3704 0044 0532 0130 00\nBIC: COBADEFFXXX"
ADDRESS = ("Harbor & Söhne Beteiligungsgesellschaft mbH & Co. KG", "Hafenstraße 1", "20457 Hamburg", "Deutschland")
HOSTILE = (
    '#panic("read as code")',
    "*bold* _it_ $x^2$ `raw` = heading",
    "@missing <label> \\ // comment /* open",
    '#{ import "@preview/x:1.0.0" }',
    '"quoted" \\"escaped\\" [content] {code}',
    '#eval("1") #read("/etc/passwd")',
    "</svg><script>alert(1)</script>",
)  # fmt: skip


@pytest.fixture(scope="module")
def press() -> Press:
    return Press()


def letterhead(paper: Paper = Paper.A4, language: str = "en", **more: object) -> Letterhead:
    return Letterhead(
        **{  # type: ignore[arg-type]
            "name": "Northlight Media GmbH",
            "address": ("Torstraße 12", "10119 Berlin"),
            "bank_details": BANK,
            "brand_color": "#1d5fbf",
            "paper": paper,
            "language": language,
            "locale": language,
            **more,
        }
    )


def items(count: int) -> tuple[OpenItem, ...]:
    return tuple(
        OpenItem(f"N-{number:03}", DAY - dt.timedelta(80), DAY - dt.timedelta(50), 50, Decimal(100), Decimal("99.50"))
        for number in range(1, count + 1)
    )


def letter(count: int = 2, **more: object) -> LetterFacts:
    return LetterFacts(
        **{  # type: ignore[arg-type]
            "subject": "Reminder",
            "body": ("Dear Sir or Madam,", "these invoices are open.", TABLE, PAY, "Kind regards\nNorthlight"),
            "currency": "EUR",
            "as_of": DAY,
            "invoices": items(count),
            **more,
        }
    )


def account(**more: object) -> AccountFacts:
    invoices = items(3)
    return AccountFacts(
        **{  # type: ignore[arg-type]
            "currency": "EUR",
            "as_of": DAY,
            "since": DAY - dt.timedelta(90),
            "invoices": invoices,
            "credits": (Movement(DAY - dt.timedelta(9), "CN-1", Decimal(60), Decimal(40)),),
            "payments": (Movement(DAY - dt.timedelta(20), "PAY-7", Decimal(300)),),
            "buckets": (Decimal(0), Decimal(0), Decimal("298.50"), Decimal(0), Decimal(0)),
            "credit": Decimal(40),
            **more,
        }
    )


def pages(pdf: bytes) -> list[str]:
    return [_plain(page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def _plain(text: str) -> str:
    return " ".join(text.replace("\N{ZERO WIDTH SPACE}", "").replace("\xa0", " ").split())


def pieces(pdf: bytes, page: int = 0) -> list[tuple[float, float, str]]:
    """Each piece of text with where its baseline begins, in millimetres from the upper left corner."""
    sheet = pypdf.PdfReader(io.BytesIO(pdf)).pages[page]
    height = float(sheet.mediabox.height)
    found: list[tuple[float, float, str]] = []

    def seen(text: str, cm: list[float], tm: list[float], *_: object) -> None:
        if text.strip():
            x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
            y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            found.append((x / MILLIMETRE, (height - y) / MILLIMETRE, text.strip()))

    sheet.extract_text(visitor_text=seen)
    return found


def pictures(pdf: bytes) -> list[tuple[float, float, float, float]]:
    """Each picture of the first page, in millimetres: from the left, from the top, width and height."""
    sheet = pypdf.PdfReader(io.BytesIO(pdf)).pages[0]
    found: list[tuple[float, float, float, float]] = []

    def seen(operator: bytes, _: object, cm: list[float], __: object) -> None:
        if operator == b"Do":
            width, height, left, bottom = (float(cm[place]) / MILLIMETRE for place in (0, 3, 4, 5))
            found.append((left, float(sheet.mediabox.height) / MILLIMETRE - bottom - height, width, height))

    sheet.extract_text(visitor_operand_before=seen)
    return found


def _inside(box: Box, x: float, y: float) -> bool:
    return box.left - 0.1 <= x <= box.right and box.top <= y <= box.bottom + 0.1


@pytest.mark.parametrize("paper", Paper)
@pytest.mark.parametrize(
    "lines",
    [
        ("Ada Lovelace", "1 Main Street", "Springfield"),
        ADDRESS,
        ("A very long name of a company that goes on and on and does not want to end, Incorporated", *ADDRESS),
        ("W" * 200, "Hafenstraße 1", "20457 Hamburg"),
        (*ADDRESS, "Gebäude 7", "Aufgang C"),
    ],
)
def test_the_address_is_whole_and_inside_the_window(press: Press, paper: Paper, lines: tuple[str, ...]) -> None:
    pdf = print_letter(press, letterhead(paper), Addressee(lines), letter())
    sheet = SHEETS[paper]
    # Everything from the window's upper edge to where the text begins, left of the date
    shown = [
        (x, y, text)
        for x, y, text in pieces(pdf)
        if sheet.address.top - 1 <= y < sheet.body_top and x < sheet.address.right
    ]
    assert all(_inside(sheet.address, x, y) for x, y, _ in shown), shown
    assert "".join(_plain(text) for *_, text in shown).replace(" ", "") == "".join(lines).replace(" ", "")


@pytest.mark.parametrize("paper", Paper)
def test_an_address_written_by_the_printer_leaves_its_place_empty(press: Press, paper: Paper) -> None:
    pdf = print_letter(press, letterhead(paper), Addressee(ADDRESS), letter(), address_drawn=False)
    assert not [text for x, y, text in pieces(pdf) if _inside(SHEETS[paper].address, x, y)]


@pytest.mark.parametrize("paper", Paper)
def test_the_sheet_has_the_size_of_its_paper(press: Press, paper: Paper) -> None:
    page = pypdf.PdfReader(io.BytesIO(print_letter(press, letterhead(paper), Addressee(ADDRESS), letter()))).pages[0]
    assert float(page.mediabox.width) == pytest.approx(SHEETS[paper].width * MILLIMETRE, abs=0.5)
    assert float(page.mediabox.height) == pytest.approx(SHEETS[paper].height * MILLIMETRE, abs=0.5)


@pytest.mark.parametrize("paper", Paper)
@pytest.mark.parametrize("count", [1, 2, 5, 60])
def test_every_invoice_stands_in_the_letter_and_every_page_has_its_number(
    press: Press, paper: Paper, count: int
) -> None:
    found = pages(print_letter(press, letterhead(paper), Addressee(ADDRESS), letter(count)))
    assert all(f"N-{number:03}" in " ".join(found) for number in range(1, count + 1))
    assert all(f"Page {number} of {len(found)}" in page for number, page in enumerate(found, start=1))
    assert (len(found) > 1) == (count == 60)
    # Each page with rows has the head of the table
    assert all("Invoice Due Amount" in page for page in found if "days overdue" in page)


def test_sums_agree_with_the_rows(press: Press) -> None:
    (page,) = pages(print_letter(press, letterhead(), Addressee(ADDRESS), letter(3, credit=Decimal(50))))
    assert "Total €298.50" in page
    assert "Your credit −€50.00" in page
    assert "To pay €248.50" in page
    assert "Please transfer €248.50" in page


@pytest.mark.parametrize("words", HOSTILE)
def test_whatever_a_customer_is_called_it_is_a_name(press: Press, words: str) -> None:
    who = Addressee((words, words), number=words)
    item = OpenItem(words, DAY, DAY, 0, Decimal(1), Decimal(1), payment_url=f"https://pay.example/{words}")
    head = letterhead(name=words, address=(words,), bank_details=words)
    facts = letter(subject=words, body=(words, TABLE, PAY), invoices=(item,))
    copy = InvoiceCopyFacts(words, DAY, DAY, "EUR", Decimal(1), words)
    moved = (Movement(DAY, words, Decimal(1), Decimal(1)),)
    for pdf in (
        print_letter(press, head, who, facts),
        print_statement(press, head, who, account(invoices=(item,), credits=moved, payments=moved)),
        print_invoice_copy(press, head, who, copy),
    ):
        shown = "".join(pages(pdf)).replace(" ", "").replace("’", "'")
        assert words.replace(" ", "") in shown


def test_a_name_with_control_characters_does_not_stop_the_press(press: Press) -> None:
    name = "A\x00B\x1b[31m\u202eC\u2028D"
    page = pages(print_letter(press, letterhead(), Addressee((name, *ADDRESS[1:])), letter()))[0]
    assert "Hafenstraße 1" in page
    assert "A B" in page


@pytest.mark.parametrize(
    "name",
    ["Εκδόσεις Αθήνα", "Ἀθῆναι", "Издательство Нева", "Видавництво Київ", "הוצאה לאור", "شركة النور", "Գիրք", "წიგნი",
     "Nhà xuất bản Hồng", "Łódź Şırnak Ő", "₺ ₽ ₹ ₴ ₪ ₩ ₦ ₫"],
)  # fmt: skip
def test_scripts_that_are_printed(press: Press, name: str) -> None:
    who = Addressee((name, *ADDRESS[1:]))
    item = OpenItem(name, DAY, DAY, 0, Decimal(1), Decimal(1))
    pdf = print_letter(press, letterhead(name=name), who, letter(subject=name, invoices=(item,)))
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("東京商事", "東 京 商 事"),
        ("서울", "서 울"),
        ("दिल्ली", "द"),
        ("บริษัท", "บ ร \u0e34"),
        ("ລາວ", "ລ"),
        ("Smile 😀", "😀"),
    ],
)
def test_what_would_be_a_box_is_not_printed_and_named(press: Press, name: str, named: str) -> None:
    who = Addressee((name, *ADDRESS[1:]))
    head = letterhead()
    with pytest.raises(NotPrintableError, match="have no") as refused:
        print_letter(press, head, who, letter())
    assert named in str(refused.value)
    assert f"as in “{name}”" in str(refused.value)
    with pytest.raises(NotPrintableError, match="have no"):
        print_statement(press, head, who, account())
    with pytest.raises(NotPrintableError, match="have no"):
        print_invoice_copy(press, head, Addressee(ADDRESS), InvoiceCopyFacts(name, DAY, DAY, "EUR", Decimal(5)))
    # The press goes on
    assert print_letter(press, head, Addressee(ADDRESS), letter())


def test_the_same_facts_of_a_day_give_the_same_bytes_and_another_press_too(press: Press) -> None:
    one = print_letter(press, letterhead(), Addressee(ADDRESS), letter())
    print_letter(press, letterhead(), Addressee(("Somebody else",)), letter(5))
    assert print_letter(press, letterhead(), Addressee(ADDRESS), letter()) == one
    assert print_letter(Press(), letterhead(), Addressee(ADDRESS), letter()) == one


def test_printed_side_by_side_each_document_is_its_own(press: Press) -> None:
    def named(number: int) -> bytes:
        return print_letter(press, letterhead(), Addressee((f"Kunde {number}", *ADDRESS[1:])), letter())

    side_by_side = list(press.printers.map(named, range(12)))
    assert side_by_side == [named(number) for number in range(12)]
    assert len(set(side_by_side)) == 12


@pytest.mark.parametrize("language", BY_LANGUAGE)
def test_each_language_has_words_of_its_own(press: Press, language: str) -> None:
    head = letterhead(language=language)
    shown = " ".join(
        page
        for pdf in (
            print_letter(press, head, Addressee(ADDRESS, "K-1"), letter(60)),
            print_statement(press, head, Addressee(ADDRESS, "K-1"), account()),
            print_invoice_copy(
                press, head, Addressee(ADDRESS, "K-1"), InvoiceCopyFacts("N-1", DAY, DAY, "EUR", Decimal(5))
            ),
        )
        for page in pages(pdf)
    )
    assert "{" not in shown
    own = BY_LANGUAGE[language]
    for other, words in BY_LANGUAGE.items():
        if other != language:
            for name in ("statement_opening", "copy_opening", "payments_since", "by_age"):
                start = getattr(words, name).split("{")[0].strip()
                assert start not in shown or start == getattr(own, name).split("{")[0].strip()


def test_a_statement_says_what_is_open_what_came_and_what_remains(press: Press) -> None:
    shown = " ".join(pages(print_statement(press, letterhead(), Addressee(ADDRESS), account())))
    assert "Open invoices €298.50 Credits not yet used −€40.00 To pay €258.50" in shown
    assert "PAY-7" in shown
    assert "CN-1 €40.00" in shown


def test_a_statement_in_the_customers_favor_asks_for_nothing(press: Press) -> None:
    facts = account(invoices=(), buckets=(Decimal(0),) * 5)
    shown = " ".join(pages(print_statement(press, letterhead(), Addressee(ADDRESS), facts)))
    assert "In your favor €40.00" in shown
    assert "no invoice is open" in shown
    assert "IBAN" not in shown


def test_a_copy_of_an_invoice_says_that_it_is_one(press: Press) -> None:
    facts = InvoiceCopyFacts("N-1", DAY, DAY + dt.timedelta(30), "EUR", Decimal("12.5"), "Page 3, issue 10")
    (page,) = pages(print_invoice_copy(press, letterhead(), Addressee(ADDRESS), facts))
    assert "Copy of invoice N-1" in page
    assert "does not replace the original" in page
    assert "€12.50" in page


def test_a_code_asks_for_no_more_than_is_to_be_paid(press: Press) -> None:
    def copy(*, part_paid: bool) -> bytes:
        facts = InvoiceCopyFacts("N-1", DAY, DAY, "EUR", Decimal(5), part_paid=part_paid)
        return print_invoice_copy(press, letterhead(bank_details=BANK), Addressee(ADDRESS), facts)

    def statement(*, held: bool) -> bytes:
        first, *others = items(3)
        facts = account(invoices=(dataclasses.replace(first, held=held), *others))
        return print_statement(press, letterhead(bank_details=BANK), Addressee(ADDRESS), facts)

    # The code is by far the largest drawing on the page
    assert len(copy(part_paid=True)) < len(copy(part_paid=False)) - 500
    assert len(statement(held=True)) < len(statement(held=False)) - 500
    assert "Please transfer €258.50 to" in " ".join(pages(statement(held=False)))
    assert "Please transfer to" in " ".join(pages(statement(held=True)))


def test_a_code_is_printed_only_for_one_account_in_euro() -> None:
    def code(bank: str = BANK, currency: str = "EUR", amount: str = "5") -> str:
        return transfer_code_of(
            letterhead(bank_details=bank), amount=Decimal(amount), currency=currency, numbers=["N-1"]
        )

    assert code().splitlines()[6:8] == ["DE89370400440532013000", "EUR5.00"]
    assert code(currency="USD") == ""
    assert code(bank="Account 998877") == ""
    assert code(bank=f"{BANK}\nIBAN GB29 NWBK 6016 1331 9268 19") == ""
    assert code(amount="0") == ""


def a_picture(width: int, height: int) -> bytes:
    """A gray PNG of so many pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("paper", Paper)
@pytest.mark.parametrize(("pixels", "size"), [((40, 100), (6.8, 17)), ((50, 50), (17, 17)), ((600, 60), (60, 6))])
def test_a_logo_of_any_shape_stands_at_the_margin_and_keeps_its_shape(
    press: Press, paper: Paper, pixels: tuple[int, int], size: tuple[float, float]
) -> None:
    head = letterhead(paper, logo=a_picture(*pixels))
    sheet = SHEETS[paper]
    ((left, top, *found),) = pictures(print_letter(press, head, Addressee(ADDRESS), letter()))
    assert (left, top) == pytest.approx((sheet.left, 14), abs=0.1)
    assert found == pytest.approx(size, abs=0.1)
    ((left, _, *_),) = pictures(print_letter(press, head, Addressee(ADDRESS), letter(), address_drawn=False))
    assert left == pytest.approx(sheet.width - sheet.right - 80, abs=0.1)


def test_a_logo_is_printed_and_what_is_none_is_refused_in_words(press: Press) -> None:
    picture = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
        "a5f645400000000049454e44ae426082"
    )
    plain = print_letter(press, letterhead(), Addressee(ADDRESS), letter())
    assert len(print_letter(press, letterhead(logo=picture), Addressee(ADDRESS), letter())) != len(plain)
    with pytest.raises(NotPrintableError, match=r"could not be printed: .*Look at the logo"):
        print_letter(press, letterhead(logo=picture[:20]), Addressee(ADDRESS), letter())
