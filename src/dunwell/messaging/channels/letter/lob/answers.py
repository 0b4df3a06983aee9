"""Lob's answers in our words (API 2024-01-01: codes of its error object)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from dunwell.messaging.channels.port import Result, ServerUnavailableError, Transmission

# About the addressee's address, whatever else the letter says
_ADDRESS = {"failed_deliverability_strictness", "address_length_exceeds_limit"}
# About our account or our own address: the next letter would be answered the same
_ACCOUNT = {
    "unauthorized",
    "unauthorized_token",
    "invalid_api_key",
    "publishable_key_not_allowed",
    "email_required",
    "payment_method_unverified",
    "billing_address_required",
    "feature_limit_reached",
    "foreign_return_address",
    "mail_use_type_can_not_be_null",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    code: str
    words: str

    @property
    def detail(self) -> str:
        return f"Lob: {self.words} ({self.code})" if self.code else f"Lob: {self.words}"

    @property
    def names_the_addressee(self) -> bool:
        """A field of the address we send to is wrong: Lob's words name it, for example to.address_zip."""
        return self.code in _ADDRESS or (self.code in {"invalid", "bad_request"} and "to.address" in self.words)


def judge(status: int, body: bytes) -> Transmission:
    """What an answer means for the letter. ServerUnavailableError: it says nothing about this letter.

    UNCERTAIN where Lob may have taken it before it failed, or says that the same letter is being taken (409).
    """
    told = _read(body)
    if status < 300:
        number = str(told.get("id", ""))
        day = str(told.get("expected_delivery_date") or "")
        words = f"Lob has it as {number}" + (f", expected to arrive on {day}." if day else ".")
        return Transmission(Result.ACCEPTED, words, provider_id=number)
    refusal = _refusal(status, told)
    if status in {401, 403} or refusal.code in _ACCOUNT or (status == 404 and "from" in refusal.words):
        raise ServerUnavailableError(refusal.detail)
    if status == 409 or (status >= 500 and status != 503):
        return Transmission(Result.UNCERTAIN, refusal.detail, server_suspect=True)
    if status in {408, 429, 503}:
        return Transmission(Result.TEMPORARY, refusal.detail, server_suspect=True)
    return Transmission(Result.PERMANENT, refusal.detail, address_refused=refusal.names_the_addressee)


def _read(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _refusal(status: int, told: dict[str, Any]) -> Refusal:
    error = told.get("error")
    if not isinstance(error, dict):
        return Refusal("", f"answered {status} without a reason")
    return Refusal(str(error.get("code", "")), " ".join(str(error.get("message", "")).split())[:500])
