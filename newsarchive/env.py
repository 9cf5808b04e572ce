"""Settings from environment variables, each read and checked in one place."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


def flag(name: str, *, default: bool) -> bool:
    """Return the yes or no that variable ``name`` holds.

    Raise ImproperlyConfigured for anything that is neither.
    """
    value = os.environ.get(name)
    if value is None:
        return default
    if value.strip().lower() in TRUE | FALSE:
        return value.strip().lower() in TRUE
    raise ImproperlyConfigured(f"{name}={value!r}: write 1 or 0.")


def whole_number(name: str, *, default: int) -> int:
    """Return the number that variable ``name`` holds, 0 or more."""
    value = os.environ.get(name, "")
    if not value.strip():
        return default
    if value.strip().isdecimal():
        return int(value)
    raise ImproperlyConfigured(f"{name}={value!r}: write a whole number.")


def words(name: str, *, default: list[str]) -> list[str]:
    """Return the comma-separated values of variable ``name``, blanks dropped."""
    value = os.environ.get(name)
    if value is None:
        return default
    return [word.strip() for word in value.split(",") if word.strip()]


def required(name: str) -> str:
    """Return variable ``name``, or refuse to start without it."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set: production needs it (or NEWSARCHIVE_ENV=local)."
        )
    return value


def secret_file(path: Path) -> str:
    """Return the secret kept in ``path``, made on first use, readable by its owner only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}-{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50), encoding="ascii")
        try:
            # A hard link fails if another process was first, so all use one secret.
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii")
