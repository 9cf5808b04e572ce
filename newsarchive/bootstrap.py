"""What `make` runs first: the virtual environment, its requirements, then the command.

Standard library only, for it runs before anything is installed. The syntax is that of
Python 3.6, so that an older Python says what is missing instead of "invalid syntax".

In `.venv` this module keeps `lock`, `unfinished` (someone is or was installing) and a
`….installed` for each requirements file, which says what was installed.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

if sys.version_info < (3, 11):  # noqa: UP036 - the check that target-version promises
    sys.exit(
        "newsarchive: Python 3.11 or newer is needed, and this is {}.{} ({});"
        " name a newer one: make run PYTHON=python3.12".format(
            *sys.version_info[:2], sys.executable
        )
    )

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = VENV / "lock"
UNFINISHED = VENV / "unfinished"
# Each with those that it includes.
REQUIREMENTS = {
    "requirements.txt": ["requirements.txt"],
    "requirements-dev.txt": ["requirements.txt", "requirements-dev.txt"],
    "benchmarks/requirements.txt": [
        "requirements.txt",
        "requirements-dev.txt",
        "benchmarks/requirements.txt",
    ],
}
# Of each command; others need what tests and lint need.
NEEDED = {"run": "requirements.txt", "bench": "benchmarks/requirements.txt"}
LINT = [
    ["ruff", "check", "."],
    ["ruff", "format", "--check", "."],
    ["mypy"],
    # Not its formatter: the line breaks that it puts around inline elements are blanks
    # between Chinese characters.
    ["djlint", "templates", "--lint", "--quiet"],
    ["manage", "makemigrations", "--check", "--dry-run"],
]
FORMAT = [
    ["ruff", "check", "--fix", "."],
    ["ruff", "format", "."],
]
# A process a core, each with a database of its own; ARGS="-n 0" runs all in one. Tests are
# dealt out in files as they stand, and whoever is done first takes over some of the others'.
TEST_PROCESSES = ["-n", "logical", "--maxprocesses", "4", "--dist", "worksteal"]
# What pip's last lines mean to a user; the first that matches.
REASONS = [
    (r"No space left|Disk quota exceeded", "no space left on the disk of {}"),
    (r"Permission denied|Read-only file system", "pip may not write to {}"),
    (
        r"(?i)name resolution|Failed to establish|connection (broken|refused|timed)"
        r"|timed out|unreachable|ProxyError|SSLError|No matching distribution",
        "pip cannot fetch the requirements into {}; is there a network?",
    ),
    ("", "pip could not install the requirements into {}"),
]


def main(arguments: list[str]) -> NoReturn:
    """Prepare what the command needs, then become the command."""
    parent = os.getppid()
    command = arguments[0]
    os.chdir(ROOT)
    ensure(NEEDED.get(command, "requirements-dev.txt"))
    if os.getppid() != parent:
        sys.exit(1)  # make was killed meanwhile: nobody waits for the command
    if command == "run":
        become("-m", "newsarchive.serve")
    if command == "test":
        become("-m", "pytest", *TEST_PROCESSES, *arguments[1:])
    if command == "bench":
        sys.exit(run_benchmarks(arguments[1:]))
    sys.exit(run_tools({"lint": LINT, "format": FORMAT}[command]))


def become(*arguments: str) -> NoReturn:
    """Replace this process by the environment's Python."""
    flush()
    # Not through scripts in .venv/bin: they name the folder where they were installed.
    os.execv(PYTHON, [os.fspath(PYTHON), *arguments])  # noqa: S606 - no shell is the point


# ---- The environment


def ensure(requirements: str) -> None:
    """Return when .venv has what the requirements file names."""
    if is_installed(requirements):
        return
    VENV.mkdir(exist_ok=True)
    with locked() as lock:
        if is_installed(requirements):  # by whom we waited for
            return
        if UNFINISHED.exists() or not is_usable():
            create(lock)
        install(requirements, lock)


def is_installed(requirements: str) -> bool:
    """Say whether this very list was installed with the Python that is there now."""
    if UNFINISHED.exists() or not os.access(PYTHON, os.X_OK):
        return False
    try:
        return installed_file(requirements).read_text() == fingerprint(requirements)
    except FileNotFoundError:
        return False


def installed_file(requirements: str) -> Path:
    """Return the file that says which list was installed."""
    return VENV / (requirements.replace("/", "-") + ".installed")


def fingerprint(requirements: str) -> str:
    """Return what changes with the requirements or with Python."""
    # The interpreter behind the link too: after an upgrade of the system's Python from 3.11
    # to 3.12 the environment finds none of its packages.
    base = PYTHON.resolve().stat()
    said = "{}.{} {} {}".format(*sys.version_info[:2], base.st_size, base.st_mtime_ns)
    digest = hashlib.sha256(said.encode())
    for name in REQUIREMENTS[requirements]:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def is_usable() -> bool:
    """Say whether .venv is an environment, with pip, of the Python that runs this."""
    if not os.access(PYTHON, os.X_OK):
        return False
    asked = "import sys, pip; print('{}.{}'.format(*sys.version_info[:2]))"
    answer = subprocess.run(  # noqa: S603 - our own words
        [PYTHON, "-c", asked], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    return answer.stdout.decode().strip() == "{}.{}".format(*sys.version_info[:2])


@contextmanager
def locked() -> Iterator[int]:
    """Let only one at a time install; yield the lock, for its children to hold as well."""
    with LOCK.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another installation into .venv to end …")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


def create(lock: int) -> None:
    """Make the environment from nothing."""
    say("Creating the virtual environment .venv …")
    UNFINISHED.touch()
    for path in VENV.iterdir():
        # UNFINISHED goes last of all, so a kill in here is noticed next time.
        if path not in {LOCK, UNFINISHED}:
            remove(path)
    status, output = run_quietly([sys.executable, "-m", "venv", VENV], lock)
    if status:
        show(output)
        if "ensurepip" in output:
            fail("this Python has no venv: apt-get install python3-venv (on Debian)")
        fail(reason(output, "cannot create the virtual environment {}"))


def remove(path: Path) -> None:
    """Remove a file, a link or a folder."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def install(requirements: str, lock: int) -> None:
    """Install the list, and note that it is whole."""
    say(f"Installing {requirements}; the first time takes a minute …")
    # pip, killed between two files, takes the half package for a whole one later: then
    # nothing helps but a new environment.
    UNFINISHED.touch()
    quietly = ["--disable-pip-version-check", "--no-input"]
    status, output = run_quietly(
        [PYTHON, "-m", "pip", "install", *quietly, "-r", requirements], lock
    )
    if status:
        if "Installing collected packages" not in output:
            UNFINISHED.unlink()  # it changed nothing yet
        show(output)
        fail(reason(output, ""))
    for name, parts in REQUIREMENTS.items():
        if set(parts) <= set(REQUIREMENTS[requirements]):
            installed_file(name).write_text(fingerprint(name))
    UNFINISHED.unlink()


def run_quietly(command: list[str | Path], lock: int) -> tuple[int, str]:
    """Run a command and return its exit code and its output.

    It holds the lock too: if we are killed and it lives on, the next one waits for its end.
    """
    dropped = {"PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV"}
    done = subprocess.run(  # noqa: S603 - venv or pip
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=[lock],
        env={name: os.environ[name] for name in os.environ.keys() - dropped},
    )
    return done.returncode, done.stdout.decode("utf-8", "replace")


# ---- Commands of several programs


def run_tools(tools: list[list[str]]) -> int:
    """Run all of them, and return 1 if any complains."""
    os.environ["NEWSARCHIVE_ENV"] = "local"
    failed = False
    for name, *arguments in tools:
        program = ["manage.py"] if name == "manage" else ["-m", name]
        failed |= bool(call(*program, *arguments))
    return int(failed)


def call(*arguments: str | Path) -> int:
    """Run the environment's Python to its end and return its exit code."""
    flush()
    return subprocess.call([PYTHON, *arguments])  # noqa: S603 - our own programs


def run_benchmarks(names: list[str]) -> int:
    """Run the scripts and packages of these names in benchmarks/, or every one."""
    packages = [path.parent for path in ROOT.glob("benchmarks/*/__main__.py")]
    scripts = sorted([*ROOT.glob("benchmarks/*.py"), *packages])
    if names:
        scripts = [script for script in scripts if script.stem in names]
    if not scripts:
        say("There is no benchmark yet.")
    os.environ["NEWSARCHIVE_ENV"] = "local"
    failed = False
    for script in scripts:
        say(f"# {script.name}")
        failed |= bool(call(script))
    return int(failed)


# ---- What the user sees


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    flush()


def show(output: str) -> None:
    """Print the last lines of a program that failed."""
    sys.stderr.write("\n".join(output.strip().splitlines()[-8:]) + "\n")


def flush() -> None:
    """Say all of it before another process says more."""
    sys.stdout.flush()
    sys.stderr.flush()


def reason(output: str, otherwise: str) -> str:
    """Return the line that says why a program failed."""
    patterns = [*REASONS[:-1], ("", otherwise or REASONS[-1][1])]
    line = next(line for pattern, line in patterns if re.search(pattern, output))
    return line.format(VENV)


def fail(line: str) -> NoReturn:
    """End with one clear line."""
    sys.exit("newsarchive: " + line)


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show Chinese must not end us over the name of a folder.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        fail(f"cannot use {error.filename or ROOT}: {error.strerror}")
