"""`dunwell policy`: out, reviewed, checked, and in again."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from dunwell.cli.main import app
from dunwell.followup.models import PolicyVersion
from dunwell.workflows.organizations import set_up_organization

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_policy_goes_out_and_comes_in(tmp_path: Path) -> None:
    set_up_organization(slug="first", name="First", base_currency="EUR")
    file = tmp_path / "policies.toml"
    asked = ("--organization", "first")
    assert CliRunner().invoke(app, ("policy", "export", *asked, "-o", str(file))).exit_code == 0
    same = CliRunner().invoke(app, ("policy", "import", str(file), *asked))
    assert "Unchanged: Standard" in same.stdout
    file.write_text(file.read_text().replace("offset_days = 14", "offset_days = 21"))
    checked = CliRunner().invoke(app, ("policy", "import", str(file), *asked, "--check"))
    assert "Nothing was saved" in checked.stdout
    assert PolicyVersion.objects.count() == 1
    assert "Saved: Standard" in CliRunner().invoke(app, ("policy", "import", str(file), *asked)).stdout
    assert PolicyVersion.objects.get(is_current=True).number == 2
    file.write_text(file.read_text().replace("offset_days = 21", "offset_days = 7"))
    refused = CliRunner().invoke(app, ("policy", "import", str(file), *asked))
    assert refused.exit_code == 2
    assert "same day as" in refused.stderr
    assert "Nothing was saved" in refused.stderr
