"""The promises of README and settings, kept true."""

import ast
import fcntl
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
from django.urls import resolve

ROOT = Path(__file__).resolve().parent.parent
READMES = [ROOT / "README.md", ROOT / "README.zh.md"]
PYTHON_FILES = [*ROOT.glob("newsarchive/**/*.py"), *ROOT.glob("articles/**/*.py")]


def variables_of(readme):
    return re.findall(
        r"^\| `([A-Z_]+)` \|", readme.read_text(encoding="utf-8"), re.MULTILINE
    )


def variables_in_code():
    """Return the environment variables that the code reads by a literal name."""
    found = set()
    for path in PYTHON_FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=owner, attr=attr),
                    args=[ast.Constant(str(name)), *_],
                ):
                    if attr in {
                        "getenv",
                        "flag",
                        "whole_number",
                        "words",
                        "required",
                    } or (
                        attr == "get"
                        and ast.unparse(owner) in {"os.environ", "environ"}
                    ):
                        found.add(name)
                case ast.Subscript(
                    value=ast.Attribute(attr="environ"), slice=ast.Constant(str(name))
                ):
                    found.add(name)
    return {name for name in found if name.isupper()}


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_every_setting_is_in_the_readme_and_the_other_way_round(readme):
    # What the environment itself or our own supervisor says, and no operator sets.
    ours = {
        "DJANGO_SETTINGS_MODULE", "NEWSARCHIVE_SUPERVISED", "PATH", "HOME", "XDG_RUNTIME_DIR",
        "TMPDIR", "XDG_DATA_HOME",
    }  # fmt: skip
    documented = variables_of(readme)
    assert len(documented) == len(set(documented))
    assert set(documented) == variables_in_code() - ours


def test_both_readmes_say_the_same():
    english, chinese = (path.read_text(encoding="utf-8") for path in READMES)
    for pattern in (r"^#+ ", r"^\| ", r"^```", r"^!\["):
        counts = [
            len(re.findall(pattern, text, re.MULTILINE)) for text in (english, chinese)
        ]
        assert counts[0] == counts[1], pattern
    commands = [
        re.findall(r"`((?:make|manage\.py|\.venv|gunicorn)[^`]*)`", t)
        for t in (english, chinese)
    ]
    assert sorted(commands[0]) == sorted(commands[1])
    assert variables_of(READMES[0]) == variables_of(READMES[1])


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_the_files_and_targets_that_the_readme_names_are_there(readme):
    text = readme.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / target).exists(), target
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"\bmake ([a-z]+)\b", text):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for fixture in re.findall(r"fixtures/[\w.-]+", text):
        assert (ROOT / fixture).is_file(), fixture


def test_the_commands_of_the_readme_exist():
    text = READMES[0].read_text(encoding="utf-8")
    for name in set(re.findall(r"manage\.py (\w+)", text)):
        command = load_command_class(get_commands()[name], name)
        assert command.create_parser("manage.py", name).format_help(), name


@pytest.mark.parametrize("address", ["/", "/healthz", "/admin/"])
def test_addresses_resolve(address):
    assert resolve(address)


def run_manage(*arguments, **environment):
    env = {
        k: v
        for k, v in os.environ.items()
        # The last is that of the tests in a browser (conftest.py).
        if k
        not in {
            "DJANGO_SETTINGS_MODULE",
            "NEWSARCHIVE_ENV",
            "SECRET_KEY",
            "DJANGO_ALLOW_ASYNC_UNSAFE",
        }
    }
    return subprocess.run(
        [sys.executable, "-W", "error", "manage.py", *arguments],
        cwd=ROOT, env=env | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


PRODUCTION = {
    "NEWSARCHIVE_ENV": "production",
    "SECRET_KEY": "k" * 25 + "0123456789abcdefghijklmnop",
    "DATABASE_URL": "postgres://user:password@127.0.0.1:5432/name",
    "ALLOWED_HOSTS": "archive.example",
}


def test_check_deploy_is_clean_with_production_settings():
    done = run_manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert (done.returncode, done.stderr) == (0, "")
    assert "no issues" in done.stdout


@pytest.mark.parametrize("missing", ["SECRET_KEY", "DATABASE_URL"])
def test_production_does_not_start_without(missing):
    done = run_manage("check", **PRODUCTION | {missing: ""})
    assert done.returncode != 0
    assert f"{missing} is not set" in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "nonsense"), ("DATABASE_URL", "mysql://u:hidden@h/n"),
        ("DATABASE_URL", "postgres://u:hidden@h:port/n"), ("DATABASE_URL", "postgres://u:hidden@h/"),
        ("DEBUG", "maybe"), ("LANGUAGE_CODE", "fr"), ("SEARCH_TIMEOUT_MS", "-1"),
        ("NEWSARCHIVE_ENV", "test"),
    ],
)  # fmt: skip
def test_a_setting_that_makes_no_sense_is_named_and_no_password_shown(name, value):
    done = run_manage("check", **PRODUCTION | {name: value})
    assert done.returncode != 0
    last_line = done.stderr.strip().splitlines()[-1]
    assert name in last_line
    assert "hidden" not in last_line


def test_a_second_test_run_is_refused(tmp_path):
    with (tmp_path / "tests.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(
            [sys.executable, "-m", "pytest", __file__], cwd=ROOT, capture_output=True, text=True,
            env={**os.environ, "NEWSARCHIVE_VAR": str(tmp_path)}, check=False,
        )  # fmt: skip
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "other tests are running in this folder" in done.stderr


def test_nothing_marks_text_as_safe():
    for path in PYTHON_FILES:
        assert "mark_safe" not in path.read_text(encoding="utf-8"), path


def test_views_read_parameters_through_forms_only():
    views = sorted((ROOT / "articles" / "views").glob("*.py"))
    views += [ROOT / "articles" / name for name in ("feeds.py", "refining.py")]
    text = "".join(path.read_text(encoding="utf-8") for path in views)
    reads = re.findall(r"request\.GET[.\[]\w*", text)
    # The search box shows again what was typed; addresses of other sorts repeat the query.
    assert sorted(set(reads)) == [
        "request.GET.copy",
        "request.GET.get",
        "request.GET.urlencode",
    ]
    posted = re.findall(r"\w*\(?request\.POST[.\[)]", text)
    assert posted == ["ReadingForm(request.POST)"]
