"""What an installation may not set."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from dunwell.config.environment import Environment


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST", "127.1.2.3"])
def test_on_this_machine_a_password_needs_no_encryption(host: str) -> None:
    assert Environment(smtp_host=host, smtp_security="none", smtp_user="anna").smtp_host == host


@pytest.mark.parametrize("host", ["mail.example.com", "10.0.0.5", "localhost.example.com", "::2"])
def test_across_a_network_it_does(host: str) -> None:
    with pytest.raises(ValidationError, match="readable by all"):
        Environment(smtp_host=host, smtp_security="none", smtp_user="anna")
    assert Environment(smtp_host=host, smtp_security="none").smtp_user == ""
    assert Environment(smtp_host=host, smtp_security="starttls", smtp_user="anna").smtp_host == host
