"""Asking the domain name system about a sender's domain; it may be slow, or not answer at all."""

from __future__ import annotations

import dns.exception
import dns.resolver
from django.conf import settings as installation

from dunwell.rules.mail_domains import SELECTORS, DomainRecords, is_dmarc, is_spf, places_of_dmarc

# Seconds for one question; after the first that nobody answers no more are asked
PATIENCE = 3.0


class _NobodyAnsweredError(Exception):
    """Nothing is known, not even that there is nothing."""


def look_up(domain: str) -> DomainRecords:
    """The records that say who may send for the domain; never raises, and takes a few seconds at most."""
    domain = _in_ascii(domain)
    if not domain:
        return DomainRecords(domain, unreachable="the sender's address has no domain.")
    try:
        resolver = _resolver()
        spf = tuple(record for record in _texts(resolver, domain) if is_spf(record))
        dmarc: tuple[str, ...] = ()
        for place in places_of_dmarc(domain):
            dmarc = tuple(record for record in _texts(resolver, place) if is_dmarc(record))
            if dmarc:
                break
        keys = {selector: _texts(resolver, f"{selector}._domainkey.{domain}") for selector in SELECTORS}
    except _NobodyAnsweredError as error:
        return DomainRecords(domain, unreachable=str(error))
    return DomainRecords(domain, spf, dmarc, {selector: texts for selector, texts in keys.items() if texts})


def _in_ascii(domain: str) -> str:
    try:
        return domain.strip().lower().encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def _resolver() -> dns.resolver.Resolver:
    if not installation.DNS_SERVER:
        try:
            found = dns.resolver.Resolver()
        except dns.exception.DNSException as error:
            raise _NobodyAnsweredError("this machine names no server to ask.") from error
    else:
        host, _, port = installation.DNS_SERVER.rpartition(":")
        found = dns.resolver.Resolver(configure=False)
        found.nameservers, found.port = [host], int(port)
    found.lifetime = found.timeout = PATIENCE
    return found


def _texts(resolver: dns.resolver.Resolver, name: str) -> tuple[str, ...]:
    """The TXT records at a name, none where there is no such name."""
    try:
        answer = resolver.resolve(name, "TXT", search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return ()
    except dns.resolver.LifetimeTimeout as error:
        raise _NobodyAnsweredError(f"no answer within {PATIENCE:g} seconds.") from error
    except (dns.exception.DNSException, OSError) as error:
        raise _NobodyAnsweredError(f"the server for names failed on {name}.") from error
    # A record longer than 255 bytes comes in pieces that belong together
    return tuple(b"".join(record.strings).decode("utf-8", "replace") for record in answer)
