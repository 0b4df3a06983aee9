"""Signing in: guessing gets slower, a second factor is asked for, sessions can be ended."""

from __future__ import annotations

import datetime as dt

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client

from dunwell.organizations import throttles
from dunwell.organizations.models import Organization, Throttle, User
from tests import worlds

NOW = worlds.NOW
LOGIN = "/accounts/login/"


def attempt(client: Client, user: User | str, password: str = "wrong") -> str:
    email = user if isinstance(user, str) else user.email
    return client.post(LOGIN, {"login": email, "password": password}, follow=True).content.decode()


@pytest.mark.parametrize("known", [True, False])
def test_failed_tries_make_wait_and_say_how_long(alice: User, known: bool) -> None:
    email = alice.email if known else "nobody@northlight.example"
    for _ in range(5):
        assert "Try again in" not in attempt(Client(), email)
    assert "Try again in 1 minute, at " in attempt(Client(), email.upper(), worlds.PASSWORD)
    assert "Sign in" in attempt(Client(), "other@northlight.example")  # others are not held up
    Throttle.objects.update(since=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    assert "Try again in" not in attempt(Client(), email, worlds.PASSWORD)


def test_the_wait_grows_and_a_success_forgets_it(db: None) -> None:
    waits = []
    now = NOW
    for _ in range(8):
        throttles.sign_in_failed(email="a@b.example", now=now)
        wait = throttles.sign_in_waits(email="A@b.example ", now=now) or dt.timedelta(0)
        waits.append(wait.total_seconds() / 60)
        now += wait
    assert waits == [0, 0, 0, 0, 1, 2, 4, 8]
    throttles.sign_in_succeeded(email="a@b.example")
    assert throttles.sign_in_waits(email="a@b.example", now=now) is None


def test_requests_are_counted_in_windows(db: None) -> None:
    def ask(at: dt.datetime) -> dt.timedelta | None:
        return throttles.too_many(name="search:1", most=2, window=dt.timedelta(minutes=1), now=at)

    assert [ask(NOW), ask(NOW)] == [None, None]
    assert ask(NOW + dt.timedelta(seconds=20)) == dt.timedelta(seconds=40)
    assert ask(NOW + dt.timedelta(seconds=60)) is None
    throttles.forget(now=NOW + dt.timedelta(days=2))
    assert not Throttle.objects.exists()


def code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def test_a_second_factor_is_set_up_asked_for_and_can_be_recovered(organization: Organization, alice: User) -> None:
    client = Client()
    attempt(client, alice, worlds.PASSWORD)
    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    assert secret in page.content.decode()
    done = client.post("/accounts/2fa/totp/activate/", {"code": code(secret)}, follow=True)
    assert "10 of 10 are left" in done.content.decode()
    spare = done.context["unused_codes"][0]
    assert secret not in str(TOTP(alice.authenticator_set.get(type="totp")).instance.data)  # type: ignore[attr-defined]

    other = Client()
    assert "<h1>Second factor</h1>" in attempt(other, alice, worlds.PASSWORD)
    assert other.get(f"/o/{organization.slug}/").status_code == 302
    assert other.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    other.post("/accounts/2fa/authenticate/", {"code": spare})
    assert other.get(f"/o/{organization.slug}/").status_code == 200


def test_sessions_are_listed_and_ended(organization: Organization, alice: User, bob: User) -> None:
    here, there, bobs = Client(HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux) Firefox/130"), Client(), Client()
    for client, user in ((here, alice), (there, alice), (bobs, bob)):
        attempt(client, user, worlds.PASSWORD)
    page = here.get("/accounts/sessions/")
    assert "Firefox on Linux" in page.content.decode()
    assert len(page.context["sessions"]) == 2
    foreign = bobs.get("/accounts/sessions/").context["sessions"][0]
    here.post("/accounts/sessions/", {"session": foreign.pk})
    here.post("/accounts/sessions/", {"session": "others"})
    answers = [client.get(f"/o/{organization.slug}/").status_code for client in (here, there, bobs)]
    assert answers == [200, 302, 200]


def test_every_account_page_is_drawn_in_our_frame(alice: User) -> None:
    client = Client()
    attempt(client, alice, worlds.PASSWORD)
    for path in ("2fa/", "2fa/totp/activate/", "2fa/webauthn/add/", "2fa/webauthn/", "password/change/", "sessions/",
                 "reauthenticate/", "provider/", "logout/"):  # fmt: skip
        page = client.get(f"/accounts/{path}")
        assert page.status_code == 200, path
        assert '<main class="door"' in page.content.decode(), path
