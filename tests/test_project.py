"""The project's own files agree with each other."""

import re
from pathlib import Path

import pytest

import clipkit

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)", re.MULTILINE)


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def locked():
    lines = PINNED.findall((ROOT / "requirements.lock").read_text())
    return {normal(name): version for name, version in lines}


def required():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    return [*project["dependencies"], *extras]


@pytest.mark.parametrize("requirement", required())
def test_what_pyproject_asks_for_is_locked_at_a_version_that_it_admits(requirement):
    from packaging.requirements import Requirement

    wanted = Requirement(requirement)
    version = locked().get(normal(wanted.name))
    assert version, f"requirements.lock does not pin {wanted.name}"
    assert wanted.specifier.contains(version)


def test_environment_takes_its_versions_from_the_lock():
    text = (ROOT / "environment.yml").read_text()
    assert "--requirement requirements.lock" in text
    # A version of a package written here as well could disagree with the lock.
    named = re.findall(r"^\s+- ([a-z][\w-]*)(?:=([\w.]+))?$", text, re.MULTILINE)
    assert {name for name, _ in named} <= {"conda-forge", "python", "pip"}
    python = dict(named)["python"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    from packaging.specifiers import SpecifierSet

    assert SpecifierSet(project["requires-python"]).contains(python)
    assert f'python-version: "{python}"' in (ROOT / ".github/workflows/test.yml").read_text()


def test_no_lock_line_names_a_place():
    text = (ROOT / "requirements.lock").read_text()
    assert "://" not in text and " @ " not in text and "+cpu" not in text


def pages():
    patterns = ("*.md", "docs/*.md", "notebooks/*.ipynb")
    return [page for pattern in patterns for page in sorted(ROOT.glob(pattern))]


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_no_link_points_nowhere_inside_the_repository(page):
    links = re.findall(r"\]\(([^)\s]+)\)|(?:src|href)=\\?\"([^\"\\]+)", page.read_text())
    for link in {a or b for a, b in links}:
        if re.match(r"[a-z]+:|#|attachment:|data:", link):
            continue
        assert (page.parent / link.split("#")[0]).exists(), f"{page.name} links to {link}"


@pytest.mark.parametrize("name", clipkit.__all__)
def test_every_name_that_clipkit_lists_exists(name):
    assert getattr(clipkit, name) is not None
