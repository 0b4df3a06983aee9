"""Editing paragraphs of both versions of a mail."""

from __future__ import annotations

from dunwell.web.notice_text import paragraphs, rewritten

TEXT = "Dear Anna & Co,\n\nplease pay.\n\nInvoice  Amount\nA-1      5.00\n\nKind regards,\nNorthlight\n"
HTML = (
    "<body><p>Dear Anna &amp; Co,</p>\n<p>please pay.</p><table><tr><td>A-1</td></tr></table>"
    "<p>Kind regards,<br>\nNorthlight</p></body>"
)


def test_only_what_stands_in_both_versions_can_be_edited() -> None:
    assert paragraphs(TEXT, HTML) == ["Dear Anna & Co,", "please pay.", "Kind regards,\nNorthlight"]


def test_nothing_changed_leaves_both_as_they_read() -> None:
    text, html = rewritten(TEXT, HTML, paragraphs(TEXT, HTML))
    assert text == TEXT
    assert html.replace("<br>\n", "<br>") == HTML.replace("<br>\n", "<br>")


def test_a_paragraph_is_left_out_split_and_escaped() -> None:
    text, html = rewritten(TEXT, HTML, ["Hi <b>,\r\n\r\none more", "", "Bye"])
    assert text == "Hi <b>,\n\none more\n\nInvoice  Amount\nA-1      5.00\n\nBye\n"
    assert html == "<body><p>Hi &lt;b&gt;,</p>\n<p>one more</p>\n<table><tr><td>A-1</td></tr></table><p>Bye</p></body>"


def test_the_same_sentence_twice_is_two_paragraphs() -> None:
    text, html = rewritten("Hello\n\nHello\n", "<p>Hello</p><p>Hello</p>", ["one", "two"])
    assert (text, html) == ("one\n\ntwo\n", "<p>one</p><p>two</p>")


def test_a_mail_without_html_is_one_text() -> None:
    assert paragraphs("a\n\nb", "") == ["a\n\nb"]
    assert rewritten("a\n\nb", "", ["c\r\n\r\nd"]) == ("c\n\nd", "")
