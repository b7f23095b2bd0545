"""The project's own files agree with each other."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

import clipkit

ROOT = Path(__file__).parents[1]
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)", re.MULTILINE)
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def lock():
    """Return the text of both locks."""
    names = ("requirements.lock", "requirements-torch.lock")
    return "".join((ROOT / name).read_text(encoding="utf-8") for name in names)


def locked():
    return {normal(name): version for name, version in PINNED.findall(lock())}


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def required():
    extras = [line for lines in project()["optional-dependencies"].values() for line in lines]
    return [*project()["dependencies"], *extras]


@pytest.mark.parametrize("requirement", required())
def test_what_pyproject_asks_for_is_locked_at_a_version_that_it_admits(requirement):
    wanted = Requirement(requirement)
    version = locked().get(normal(wanted.name))
    assert version, f"requirements.lock does not pin {wanted.name}"
    assert wanted.specifier.contains(version)


def test_environment_and_workflow_name_a_python_that_the_project_admits():
    environment = (ROOT / "environment.yml").read_text(encoding="utf-8")
    workflow = (ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8")
    versions = re.findall(r"python(?:-version)?[=:] *\[?(.*)", environment + workflow)
    found = set(re.findall(r"\b3\.\d+\b", " ".join(versions)))
    assert {"3.11", "3.12", "3.13"} <= found
    assert all(version in SpecifierSet(project()["requires-python"]) for version in found)


def test_every_line_of_the_lock_has_a_hash_and_none_names_a_place():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for entry in re.split(r"\n(?=[A-Za-z0-9])", text):
        if entry.startswith("#"):
            continue
        assert "--hash=sha256:" in entry, entry
    assert "://" not in lock() and " @ " not in lock() and "+cpu" not in lock()


def test_what_depends_on_the_machine_is_locked_apart():
    # Beside a CPU build of torch, the libraries of a GPU would be gigabytes for nothing.
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert not re.findall(r"^(?:torch|triton|nvidia|cuda)\b.*==", text, re.MULTILINE)
    apart = PINNED.findall((ROOT / "requirements-torch.lock").read_text(encoding="utf-8"))
    assert [name for name, _ in apart] == ["torch"]


def test_both_ways_of_installing_are_the_same():
    commands = [
        "pip install --no-deps --require-hashes -r requirements.lock",
        "pip install -r requirements-torch.lock",
        "pip install --no-deps --editable .",
    ]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").replace("$(PIP)", "pip install")
    for text in (makefile, *((ROOT / name).read_text() for name in ("README.md", "postBuild"))):
        assert all(command in text for command in commands)


def test_actions_are_pinned_by_their_commit():
    for path in (ROOT / ".github/workflows").glob("*.yml"):
        used = re.findall(r"uses: *(\S+)", path.read_text(encoding="utf-8"))
        assert used and all(re.search(r"@[0-9a-f]{40}$", action) for action in used)


def test_the_version_stands_once():
    assert "version" in project()["dynamic"] and "version" not in project()
    assert f"version: {clipkit.__version__}\n" not in (ROOT / "CITATION.cff").read_text()


def cells(path):
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def minutes(path):
    """Return how long a notebook says that it takes, with its exercises."""
    opening = " ".join("".join(cells(path)[0]["source"]).split())
    found = re.search(r"\*\*It takes\*\* about (\w+) (minutes|hours)", opening)
    assert found, f"{path.name} does not say in its first cell how long it takes"
    number = {"one": 1, "two": 2, "three": 3}.get(found[1]) or int(found[1])
    return number * (60 if found[2] == "hours" else 1)


def rows_of_the_readme():
    """Return the table of notebooks: file, title and minutes of each row."""
    row = re.compile(
        r"^\| (\d\d) \| \[([^\]]+)\]\(notebooks/([^)]+)\) \|.*\| (\d+) \|$", re.MULTILINE
    )
    return row.findall((ROOT / "README.md").read_text(encoding="utf-8"))


def test_the_readme_lists_the_notebooks_that_exist_and_how_long_each_takes():
    rows = rows_of_the_readme()
    assert [file for _, _, file, _ in rows] == [path.name for path in NOTEBOOKS]
    for (number, title, file, told), path in zip(rows, NOTEBOOKS, strict=True):
        heading = "".join(cells(path)[0]["source"]).splitlines()[0]
        assert file.startswith(number) and heading.startswith(f"# {int(number)} {title}"), heading
        assert int(told) == minutes(path), f"{file} says {minutes(path)} minutes"


def test_the_readme_counts_the_exercises():
    exercises = sum("exercise" in cell["metadata"] for path in NOTEBOOKS for cell in cells(path))
    assert f"The {exercises} exercises" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_a_page_speaks_of_no_notebook_that_does_not_exist():
    there = {path.name[:2] for path in NOTEBOOKS}
    for path in ROOT.glob("docs/*.md"):
        text = path.read_text(encoding="utf-8")
        named = re.findall(r"[Nn]otebooks? (\d\d)\b(?: (?:and|to) (\d\d)\b)?", text)
        named += re.findall(r"^\| \d\. [^|]*\|[^|]*?\b(\d\d)(?:, (\d\d))?\b[^|]*\|", text, re.M)
        assert {number for pair in named for number in pair if number} <= there, path.name


def test_the_readme_says_what_each_room_is_for():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| \[`(\w+)/`\]", text, re.MULTILINE))
    hidden = {"build", "dist"}
    rooms = {path.parent.name for path in ROOT.glob("*/*") if path.is_file()} - hidden
    rooms = {room for room in rooms if not room.startswith((".", "_")) and "." not in room}
    assert told == rooms


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
