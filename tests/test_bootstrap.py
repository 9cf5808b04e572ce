"""What make does before anything is installed, in a project of a few small files."""

import os
import shutil
import signal
import subprocess
import sys

import pytest

from tests.embedded import PROJECT, wait_until

SERVE = "import sys\nprint('serving with', sys.prefix)\nsys.exit(7)\n"
# Nothing to fetch, so that no network is needed.
NO_REQUIREMENTS = "# none\n"
UNREACHABLE = "--index-url http://127.0.0.1:9/simple\nno-such-package==1.0\n"


class Project:
    """The Makefile and bootstrap.py, with requirements and a command of the test's own."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "newsarchive").mkdir(parents=True)
        (folder / "newsarchive" / "__init__.py").touch()
        shutil.copy(PROJECT / "newsarchive" / "bootstrap.py", folder / "newsarchive")
        shutil.copy(PROJECT / "Makefile", folder)
        self.write("requirements.txt", NO_REQUIREMENTS)
        self.write("requirements-dev.txt", "-r requirements.txt\n")
        self.write("newsarchive/serve.py", SERVE)

    def write(self, name, text):
        (self.folder / name).write_text(text, encoding="utf-8")

    def begin(self, target="run", python=sys.executable):
        """Start make as a newcomer types it, without what pytest has set."""
        env = {
            k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "MAKE"))
        }
        return subprocess.Popen(
            ["make", "--no-print-directory", target, f"PYTHON={python}"],
            cwd=self.folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, start_new_session=True,
        )  # fmt: skip

    def make(self, target="run", **begin):
        """Run make to its end; return what it printed."""
        process = self.begin(target, **begin)
        output = process.communicate(timeout=120)[0]
        assert process.returncode != 0 or target == "help"
        return output


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path / "我的 报纸" / "档案 '1'")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Give a project with its environment, which takes seconds, and what building it printed."""
    project = Project(tmp_path_factory.mktemp("built") / "我的 报纸" / "档案 '1'")
    return project, project.make()


def test_it_builds_the_environment_once_in_a_folder_with_blanks_and_chinese(built):
    project, first = built
    assert "Creating the virtual environment" in first
    assert f"serving with {project.folder / '.venv'}" in first
    assert "Error 7" in first  # make says how the command ended
    second = project.make()
    assert second.splitlines()[0] == f"serving with {project.folder / '.venv'}"


def test_other_requirements_are_installed_without_a_new_environment(built):
    project, _first = built
    project.write("requirements.txt", "# other\n")
    output = project.make()
    assert "Installing requirements.txt" in output
    assert "Creating" not in output


def test_a_moved_project_still_works(built):
    project, _first = built
    before = project.folder
    project.folder = before.rename(before.with_name("moved"))
    assert f"serving with {project.folder / '.venv'}" in project.make()
    project.folder = project.folder.rename(before)


def test_an_installation_that_was_killed_is_begun_anew(project):
    killed = project.begin()
    unfinished = project.folder / ".venv" / "unfinished"
    wait_until(unfinished.exists, 30)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert unfinished.exists()
    output = project.make()
    assert "Creating the virtual environment" in output
    assert "serving with" in output
    assert not unfinished.exists()


def test_a_broken_environment_is_made_anew(project):
    (project.folder / ".venv" / "bin").mkdir(parents=True)
    (project.folder / ".venv" / "bin" / "python").symlink_to("/nowhere/python")
    assert "serving with" in project.make()


def test_without_a_network_it_says_so_in_one_line(project):
    project.write("requirements.txt", UNREACHABLE)
    output = project.make()
    assert "Traceback" not in output
    line = next(line for line in output.splitlines() if line.startswith("newsarchive:"))
    assert "is there a network?" in line
    project.write("requirements.txt", NO_REQUIREMENTS)
    assert "serving with" in project.make()  # and goes on when there is one


def test_a_python_in_a_folder_with_blanks_and_chinese_may_be_named(project):
    elsewhere = project.folder / "某处 python"
    elsewhere.symlink_to(sys.executable)
    assert "serving with" in project.make(python=elsewhere)


def test_help_names_the_targets_without_installing_anything(project):
    output = project.make("help")
    for target in ("run", "test", "lint"):
        assert any(line.split()[:1] == [target] for line in output.splitlines())
    assert not (project.folder / ".venv").exists()


def test_an_older_python_is_named(tmp_path):
    source = (PROJECT / "newsarchive" / "bootstrap.py").read_text(encoding="utf-8")
    newer = source.replace("(3, 11)", "(3, 99)")  # for which this Python is too old
    assert newer != source
    (tmp_path / "bootstrap.py").write_text(newer, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, tmp_path / "bootstrap.py", "run"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed" in done.stderr
    assert len(done.stderr.splitlines()) == 1
