"""The hand-out holds no solution, and a class of odd hand-ins is graded as it deserves."""

import ast
import csv
import json
import os
import re
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time
import tracemalloc
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import psutil
import pytest

from clipkit.classroom import __main__ as command
from clipkit.classroom import (
    grading,
    handout,
    marks,
    needed,
    process,
    report,
    roster,
    sandbox,
    wire,
)
from clipkit.exercises.engine import EXERCISES, Result

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))
from hand_ins import (  # noqa: E402
    AUROC,
    CHOOSE,
    HONEST,
    HOSTILE,
    NO_NOTEBOOKS,
    PREPARED,
    PROBES,
    RIGHT,
    STUBS,
    WRONG,
    code,
    exercise,
    markdown,
    notebook,
    probe,
    submission,
)

NAMES = [CHOOSE, AUROC]
SURVIVOR = f"survivor{os.getpid()}"[:15]  # what a process calls itself that means to outlive us
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
FENCE = re.compile(r"```python\n(.*?)```", re.DOTALL)
BUBBLEWRAP = sandbox.find()
if os.environ.get("CLIPKIT_REQUIRE_SANDBOX") == "1" and not BUBBLEWRAP:
    pytest.fail("CLIPKIT_REQUIRE_SANDBOX is set, and bubblewrap does not work here")
confined = pytest.mark.skipif(not BUBBLEWRAP, reason="bubblewrap does not work here")


def fold(summary, text):
    return f"<details><summary>{summary}</summary>\n\n{text}\n\n</details>"


def teachers():
    """A teacher's notebook with two exercises."""
    cells = [markdown("# A lesson"), code("import clipkit.exercises")]
    for name in NAMES:
        cells += [
            markdown(f"### {name}\n\n★, 3 minutes"),
            exercise(name, STUBS[name]),
            markdown(fold("First hint", "Look at it."), "hint"),
            markdown(fold("Second hint", "Look again."), "hint"),
            markdown(fold("Solution", f"```python\n{RIGHT[name]}\n```"), "solution"),
        ]
    cells.append(markdown("A question. " + fold("Answer", "Because.")))
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def write(path, made):
    """Write a notebook, or the bytes of a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(made if isinstance(made, bytes) else json.dumps(made).encode())
    return path


# The hand-out


@pytest.mark.parametrize("hints", [True, False])
@pytest.mark.parametrize("outputs", [True, False])
def test_the_handout_holds_what_was_asked_for_and_no_solution(tmp_path, hints, outputs):
    write(tmp_path / "full" / "01.ipynb", teachers())
    arguments = ["--notebooks", str(tmp_path / "full"), "handout", str(tmp_path / "out")]
    arguments += [] if hints else ["--no-hints"]
    arguments += ["--keep-outputs"] if outputs else []
    assert command.main(arguments) == 0
    text = (tmp_path / "out" / "01.ipynb").read_text()
    assert "argmax" not in text and "Solution" not in text
    assert ("Look at it." in text) == hints
    assert ("seen" in text) == outputs
    assert "Because." in text, "other folds stay"
    cells = json.loads(text)["cells"]
    assert [cell["metadata"]["exercise"] for cell in cells if "exercise" in cell["metadata"]] == [
        CHOOSE,
        AUROC,
    ]
    assert all("".join(cell["source"]).strip() for cell in cells)


def test_hints_and_solution_may_share_a_cell():
    together = "Think.\n\n" + fold("Hint", "A.") + "\n" + fold("Solution", "```python\nx\n```")
    (cell,) = handout.strip({"cells": [markdown(together)], "metadata": {}})["cells"]
    assert "".join(cell["source"]) == "Think.\n\n" + fold("Hint", "A.")


def test_the_workbooks_handout_holds_no_solution(tmp_path):
    if not list((ROOT / "notebooks").glob("*.ipynb")):
        pytest.skip("there is no notebook yet")
    for path in handout.write(ROOT / "notebooks", tmp_path / "out"):
        for cell in json.loads(path.read_text())["cells"]:
            source = "".join(cell["source"])
            assert "<summary>Solution" not in source
            if cell["cell_type"] == "code":
                assert cell["outputs"] == []


def test_a_handout_replaces_nothing(tmp_path, capsys):
    write(tmp_path / "full" / "01.ipynb", teachers())
    write(tmp_path / "out" / "01.ipynb", {"mine": 1})
    assert command.main(["--notebooks", str(tmp_path / "full"), "handout",
                         str(tmp_path / "out")]) == 1  # fmt: skip
    assert "exists already" in capsys.readouterr().err
    assert json.loads((tmp_path / "out" / "01.ipynb").read_text()) == {"mine": 1}


def test_no_notebooks_is_said(tmp_path, capsys):
    assert command.main(["--notebooks", str(tmp_path), "handout", str(tmp_path / "out")]) == 1
    assert "there is no notebook in" in capsys.readouterr().err


# The wire


def sent(message):
    """A function that takes bytes from a message, as from a pipe."""
    import io

    return io.BytesIO(message).read


def test_plain_data_comes_back_as_it_was():
    rng = np.random.default_rng(0)
    arrays = [
        rng.random((3, 0, 2)),
        rng.integers(9, size=4).astype(np.int16),
        np.array(True),
        rng.random((4, 3)).astype(np.float32).T,
        np.array(["p1", "", "é\n"]),
    ]
    value = {"a": (1, 2.5, None, True, "é\n"), "arrays": arrays, "inf": [float("inf")]}
    take = sent(wire.dump(value) + wire.dump([1]))
    back = wire.read(take)
    assert back["a"] == value["a"] and back["inf"] == value["inf"]
    for before, after in zip(arrays, back["arrays"], strict=True):
        assert before.dtype == after.dtype and np.array_equal(before, after)
        assert after.flags.writeable
    assert wire.read(take) == [1]
    with pytest.raises(EOFError):
        wire.read(take)


def frame(text, data=b"", lengths=None):
    return struct.pack(">II", *(lengths or (len(text), len(data)))) + text + data


@pytest.mark.parametrize(
    "line",
    [
        b"\x00",
        frame(b"not json"),
        frame(b'{"unknown": 1}'),
        frame(b'{"array": "O", "shape": [1]}', bytes(8)),
        frame(b'{"array": "<f4", "shape": [1000000000]}', bytes(4)),
        frame(b'{"array": "<f4", "shape": [-1]}'),
        frame(b'{"array": "<f4", "shape": [Infinity]}', bytes(4)),
        frame(b'{"array": "<f4", "shape": [1.0]}', bytes(4)),
        frame(b'{"array": "<f4", "shape": [true]}', bytes(4)),
        frame(b'{"array": "<f4", "shape": [' + b"1," * 40 + b"1]}", bytes(4)),
        frame(b'{"array": "(1000000,)<f4", "shape": [1]}', bytes(4)),
        frame(b'{"array": ["<f4"], "shape": [1]}', bytes(4)),
        frame(b'{"array": "<f4", "shape": [1]}', bytes(8)),
        frame(b'{"texts": [1]}'),
        frame(b'{"texts": ["' + b"x" * 100_000 + b'"' + b',""' * 100_000 + b"]}"),
        frame(b'{"dict": 3}'),
        frame(b'{"tuple": "ab"}'),
        frame(b'{"tuple": [], "dict": {}}'),
        frame(b"[" * 100_000),
        frame(b"[" + b"[]," * 300_000 + b"[]]"),
        frame(b"1" * 5000),
        frame(b"\xff\xfe"),
        frame(b"[1]", lengths=(2**31, 0)),
        frame(b"[1]", lengths=(3, 2**31)),
        frame(b"[1]", lengths=(30, 0)),
    ],
)
def test_a_forged_message_is_refused(line):
    with pytest.raises(ValueError):
        wire.read(sent(line))


def test_the_largest_message_takes_little_memory():
    tracemalloc.start()
    try:
        wire.read(sent(frame(b"[" + b"[]," * 124_000 + b"[]]")))
        assert tracemalloc.get_traced_memory()[1] < 50 * 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("value", [[0] * 300_000, "x" * 5 * 2**20, np.zeros(2**24)])
def test_what_is_too_large_is_not_sent(value):
    with pytest.raises(ValueError):
        wire.dump(value)


@pytest.mark.parametrize("value", [object(), np.array([None]), 1j, np.zeros(1, complex)])
def test_what_is_not_plain_is_not_sent(value):
    with pytest.raises(TypeError):
        wire.dump(value)


# The statements that are needed


@pytest.mark.parametrize(
    ("cells", "kept"),
    [
        (["import a", "import b", "def f(x): return a.g(x)", "check('e', f)"], [0, 2, 3]),
        (["pictures = load()", "def f(pictures): return pictures", "check('e', f)"], [1, 2]),
        (["f = 1", "for f in load(): pass", "def f(x): return x", "check('e', f)"], [2, 3]),
        (["def f(x): return k * x", "k = 1", "k += 1", "check('e', f)"], [0, 1, 2, 3]),
        (["k = []", "k.append(1)", "print(k)", "def f(): k", "check('e', f)"], [0, 1, 3, 4]),
        (["import np", "np.seed(0)", "np.show()", "def f(): np.x", "check('e', f)"], [0, 1, 3, 4]),
        (["k = {}", "k['a'] = 1", "if a: k = 2", "f = g(k)", "check('e', f)"], [0, 1, 2, 3, 4]),
        (["def g():\n  global k\n  k = 1", "g()", "def f(): k", "check('e', f)"], [0, 1, 2, 3]),
        (["from a import *", "exec('k = 1')", "f = 1", "check('e', f)"], [0, 1, 2, 3]),
        (["f = 1", "check('e', f)", "f = 2", "check('other', f)"], [0, 1]),
        (["def f(x): return [row for row in x]", "row = load()", "check('e', f)"], [0, 2]),
        (["def f(x", "f = 1", "check('e', f)"], [0, 1]),
        (["def g(): k.a = 1", "g()", "def f(): k", "check('e', f)"], [0, 1, 2, 3]),
        (["def g(): np.seed(0)", "g()", "import np", "f = np.x", "check('e', f)"], [2, 3, 4]),
        (["def push(): pass", "push()", "def f(): pass", "check('e', f)"], [2, 3]),
        (["net = load()", "net.eval()", "def f(): pass", "check('e', f)"], [2, 3]),
        (["k = 1", "def f(): eval('k + 1')", "def g(): pass", "check('e', f)"], [0, 1, 3]),
        (["def g(): pass", "f = shell.run_line_magic('time', 'g()')", "check('e', f)"], [0, 1, 2]),
    ],
)  # fmt: skip
def test_what_an_exercise_needs_is_kept_and_no_more(cells, kept):
    made = needed.statements_of(enumerate(cells, start=1), ["e"])
    answers = [i for i, found in enumerate(made) if "e" in found.names]
    assert needed.needed(made, answers) == kept


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_of_the_workbook_imports_and_functions_alone_are_needed(path):
    cells = [cell for cell in with_solutions(path)["cells"] if cell["cell_type"] == "code"]
    made = needed.statements_of(enumerate(map(source, cells), start=1), list(EXERCISES))
    kept = needed.needed(made, [i for i, found in enumerate(made) if found.names])
    kinds = {type(made[i].tree) for i in kept if not made[i].names}
    assert kinds <= {ast.Import, ast.ImportFrom, ast.FunctionDef}


def source(cell):
    return re.sub(r"^[%!].*$", "", "".join(cell["source"]), flags=re.MULTILINE)


def with_solutions(path):
    """The hand-out of one of the workbook's notebooks, with the model answers filled in."""
    full = json.loads(path.read_text(encoding="utf-8"))
    solutions, name = {}, None
    for cell in full["cells"]:
        name = cell["metadata"].get("exercise", name)
        if cell["cell_type"] == "markdown" and (found := FENCE.search("".join(cell["source"]))):
            solutions.setdefault(name, found[1])
    stripped = handout.strip(full)
    for cell in stripped["cells"]:
        if name := cell["metadata"].get("exercise"):
            cell["source"] = exercise(name, solutions[name])["source"]
    return stripped


# What is allowed where


def test_nothing_is_graded_unconfined_unless_it_is_said(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(sandbox, "find", lambda: None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    with pytest.raises(sandbox.Unconfined, match="--unsafe"):
        sandbox.required()
    assert sandbox.required(unsafe=True) is None
    teachers_notebook(tmp_path)
    write(tmp_path / "in" / "s.ipynb", submission(RIGHT))
    assert command.main(arguments(tmp_path, "--unsafe")) == 0
    assert "Without bubblewrap" in capsys.readouterr().out
    assert rows(tmp_path)["s"]["points"] == "2"
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    for unsafe in (False, True):
        with pytest.raises(sandbox.Unconfined, match="as root"):
            sandbox.required(unsafe)
    assert command.main(["grade", str(tmp_path / "in"), "--unsafe"]) == 1
    assert "as root" in capsys.readouterr().err


# A class


class Outside:
    """What stands outside of the sandbox, for hostile hand-ins to reach for."""

    def __init__(self, folder):
        self.folder = folder / "teacher"
        self.folder.mkdir()
        self.listener, self.datagrams = socket.socket(), socket.socket(type=socket.SOCK_DGRAM)
        self.listener.bind(("127.0.0.1", 0))
        self.datagrams.bind(self.listener.getsockname())
        self.local, self.abstract = (socket.socket(socket.AF_UNIX) for _ in range(2))
        name = f"clipkit-test-{os.getpid()}-{folder.name}"
        self.local.bind(str(self.folder / "socket"))
        self.abstract.bind(f"\0{name}")
        self.sockets = [self.listener, self.local, self.abstract]
        for waiting in self.sockets:
            waiting.listen()
        self.shared = Path("/dev/shm", name)
        self.shared.write_bytes(b"teacher's")
        with sqlite3.connect(self.folder / "database") as database:
            database.execute("create table t as select 42")
        (self.folder / "secret").write_text("42")
        (self.folder / "victim").write_text("as it was")
        self.sleeper = subprocess.Popen([sys.executable, "-c", "input()", name],
                                        stdin=subprocess.PIPE)  # fmt: skip
        self.places = {
            "folder": self.folder, "shm": name, "abstract": name, "marker": name,
            "port": self.listener.getsockname()[1], "checkout": ROOT, "pid": self.sleeper.pid,
            **{name: self.folder / name for name in ("secret", "victim", "database", "socket")},
        }  # fmt: skip
        self.before = self.state()

    def fill(self, source):
        for name, place in self.places.items():
            source = source.replace(f"{{{name}}}", str(place))
        return source.replace("{{p}}", "{p}")

    def state(self):
        """All that a hand-in could change."""
        files = sorted(self.folder.iterdir())
        about = [(str(path), path.stat().st_mode, path.stat().st_mtime_ns) for path in files]
        return about, (self.folder / "victim").read_text(), self.shared.read_bytes()

    def calls(self):
        """The sockets on which somebody has called."""
        import select

        return select.select([*self.sockets, self.datagrams], [], [], 0)[0]

    def close(self):
        self.sleeper.kill()
        self.sleeper.wait()
        self.shared.unlink()
        for opened in [*self.sockets, self.datagrams]:
            opened.close()


ODD = {  # entries that are no notebooks of this student's: (student, what the remark says)
    "link": "is a link",
    "dangling": "is a link",
    "folder.ipynb": "has no notebook in it",
    "pipe": "is no regular file",
    "huge": "has more than 48 MB",
}


def odd_entries(folder):
    """Write what only a file system can hold."""
    (folder / "link.ipynb").symlink_to(folder / "plain" / "01.ipynb")
    (folder / "dangling.ipynb").symlink_to(folder / "nowhere")
    (folder / "folder.ipynb").mkdir()
    os.mkfifo(folder / "pipe.ipynb")
    with (folder / "huge.ipynb").open("wb") as file:
        file.truncate(2**30)
    for name in (os.fsdecode(b"J\xfcrgen"), "l" * 252, ".hidden", "=cheat()"):
        write(folder / name / "01.ipynb", submission(RIGHT))
    write(folder / "twin.ipynb", submission(RIGHT))
    write(folder / "twin" / "01.ipynb", submission(WRONG))
    (folder / "copied").mkdir()
    (folder / "copied" / "02.ipynb").symlink_to(folder / "plain" / "01.ipynb")


def teachers_notebook(folder):
    return write(folder / "full" / "01.ipynb", teachers())


def arguments(folder, *more):
    return ["--notebooks", str(folder / "full"), "grade", str(folder / "in"), "--out",
            str(folder / "grades.csv"), "--cell-time", "2", "--time", "60", *more]  # fmt: skip


def survivors():
    return [found for found in psutil.process_iter(["name"]) if found.info["name"] == SURVIVOR]


def rows(folder, name="grades.csv"):
    with (folder / name).open(encoding="utf-8") as file:
        return {row["student"].lstrip("'"): row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Grade the class once; return the folder, what was printed, and what stands outside."""
    folder = tmp_path_factory.mktemp("class")
    teachers_notebook(folder)
    outside = Outside(folder)
    for student, (made, _) in HONEST.items():
        write(folder / "in" / student / "01.ipynb", made)
    for student, made in NO_NOTEBOOKS.items():
        write(folder / "in" / student / "01.ipynb", made)
    for student, lines in {**PROBES, **PREPARED}.items():
        write(folder / "in" / student / "01.ipynb", probe(outside.fill(lines)))
    for student, (first, between, answers) in HOSTILE.items():
        made = submission(answers, first=first, between=between.replace("survivor", SURVIVOR))
        write(folder / "in" / student / "01.ipynb", made)
    odd_entries(folder / "in")
    environment = {**os.environ, "TEACHERS_SECRET": "42", "PYTHONPATH": f"{ROOT}{os.pathsep}"}
    call = [sys.executable, "-m", "clipkit.classroom", *arguments(folder, "--memory", "500MB")]
    grader = subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              env=environment, cwd=outside.folder)  # fmt: skip
    said, errors = grader.communicate()
    assert grader.returncode == 0, errors
    outside.grader = grader.pid
    yield folder, said, outside
    outside.close()


@confined
@pytest.mark.parametrize("student", HONEST)
def test_an_honest_hand_in_gets_what_it_deserves(graded, student):
    row = rows(graded[0])[student]
    assert [row[name] for name in NAMES] == HONEST[student][1], row


@confined
@pytest.mark.parametrize("student", [*NO_NOTEBOOKS, *ODD])
def test_what_is_no_notebook_becomes_a_remark(graded, student):
    row = rows(graded[0])[student]
    assert [row[name] for name in NAMES] == ["missing", "missing"]
    assert ODD.get(student, "") in row["remarks"] and row["remarks"]


@confined
@pytest.mark.parametrize("student", [*PROBES, *PREPARED])
def test_nothing_outside_is_reached(graded, student):
    row = rows(graded[0])[student]
    assert [row[name] for name in NAMES] == ["right", "wrong"], row


@confined
@pytest.mark.parametrize("student", HOSTILE)
def test_a_hostile_hand_in_gets_nothing(graded, student):
    row = rows(graded[0])[student]
    assert row["points"] == "0"
    assert row[CHOOSE] == "wrong", "it loses what it has attacked with, and no more"


@confined
def test_nothing_outside_was_changed_and_nobody_called(graded):
    outside = graded[2]
    assert outside.state() == outside.before
    assert outside.calls() == []
    assert outside.sleeper.poll() is None
    assert survivors() == []
    assert list(Path("/sys/fs/cgroup").glob(f"*/clipkit-{outside.grader}-*")) == []


@confined
def test_the_probes_reach_what_they_are_for(tmp_path):
    """Where nothing confines them, all succeed: or their failure would say nothing."""
    outside = Outside(tmp_path)
    try:
        run = "\n".join(
            f"try:\n    names = {{}}\n    exec({chr(10).join(lines.splitlines()[:-1])!r}, names)\n"
            f"    print({name!r} if eval({lines.splitlines()[-1]!r}, names) else '')\n"
            "except BaseException as error:\n    print(repr(error))"
            for name, lines in ((name, outside.fill(text)) for name, text in PROBES.items())
        )
        done = subprocess.run(
            [sys.executable, "-c", run], capture_output=True, text=True,
            env={**os.environ, "TEACHERS_SECRET": "42"},
        )  # fmt: skip
        assert done.stdout.split("\n")[:-1] == list(PROBES), done.stderr
        assert outside.state() != outside.before and len(outside.calls()) == 4
    finally:
        outside.close()


@confined
def test_students_are_not_mixed_up(graded):
    table, said = rows(graded[0]), graded[1]
    assert table["twin.ipynb"]["points"] == "2" and table["twin/"]["points"] == "0"
    assert "twin and twin.ipynb" in said or "twin/ and twin.ipynb" in said
    assert table["Jürgen"]["points"] == table["l" * 252]["points"] == "2"
    assert table["copied"]["points"] == "0" and "is a link" in table["copied"]["remarks"]
    assert ".hidden was passed over" in said and ".hidden" not in table
    same = [line for line in said.splitlines() if "handed in the same file" in line]
    assert len([line for line in same if "Jürgen" in line]) == 1  # of many who did, one line


@confined
def test_what_went_wrong_is_named(graded):
    folder = graded[0]
    table = rows(folder)
    assert table["plain"]["remarks"] == table["crashes elsewhere"]["remarks"] == ""
    assert "stopped in code cell 4: the process ended itself" in table["crashes in need"]["remarks"]
    assert f"in exercise {CHOOSE}" in table["dies in an answer"]["remarks"]
    assert "not a notebook that can be read" in table["torn"]["remarks"]
    page = folder / "grades.reports"
    assert "returns more than 8 MB" in (page / "large.html").read_text()
    assert "whole number of more than 300 digits" in (page / "digits.html").read_text()
    assert "changes argument 1" in (page / "in place.html").read_text()
    assert "changes argument 1" in (page / "patches the worker.html").read_text()
    assert "it ran for more than 2 seconds" in (page / "loops in need.html").read_text()
    assert "code cell 3, line 1: expected" in (page / "no Python.html").read_text()
    text = (page / "wrong.html").read_text()
    assert "You let the test split choose." in text and "A tie counts one half" in text
    assert "0 of 2 exercises are right" in text


@confined
def test_every_student_has_a_page_and_no_page_tells_of_the_teacher(graded):
    folder = graded[0]
    pages = list((folder / "grades.reports").iterdir())
    assert len(pages) == len(rows(folder))
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "REACHED" not in text and str(ROOT) not in text and sys.prefix not in text
        assert len(page.name.encode()) <= 255


@confined
@pytest.mark.parametrize("student", ["eats memory", "eats memfd", "crashes in need", "is deaf"])
def test_a_hand_in_that_had_to_be_stopped_says_so(graded, student):
    assert "stopped in code cell 4" in rows(graded[0])[student]["remarks"]


@confined
def test_a_fork_bomb_is_stopped_sooner_or_later(graded):
    # In its cell, if time runs out there; or in the exercise, if no process may be added before
    # that: then every fork goes on, and they all answer at once.
    assert "stopped in" in rows(graded[0])["forks"]["remarks"]


@confined
def test_a_name_is_no_formula(graded):
    lines = (graded[0] / "grades.csv").read_text().splitlines()
    assert "'=cheat()" in [line.split(",")[0] for line in lines]


def test_a_page_holds_no_markup_of_a_students():
    text = "<script>"
    grade = grading.Grade(text, text, {AUROC: Result(AUROC, "wrong", text, None, text, text)},
                          [text], text)  # fmt: skip
    (made,) = marks.mark([grade], dict.fromkeys(NAMES, marks.Weight()), {}, [], {})
    made.comments[AUROC] = text
    assert text not in report.page(made, NAMES)


@confined
def test_grading_goes_on_where_it_stood(tmp_path, monkeypatch):
    teachers_notebook(tmp_path)
    for student in ("a", "b"):
        write(tmp_path / "in" / f"{student}.ipynb", submission(RIGHT))
    started = []

    class Watched(process.Worker):
        def __init__(self, *arguments):
            started.append(1)
            super().__init__(*arguments)

    monkeypatch.setattr(grading, "Worker", Watched)
    assert command.main(arguments(tmp_path)) == 0
    before = (tmp_path / "grades.csv").read_text()
    assert len(started) == 2
    assert command.main(arguments(tmp_path)) == 0
    assert (tmp_path / "grades.csv").read_text() == before and len(started) == 2
    write(tmp_path / "in" / "b.ipynb", submission(WRONG))
    assert command.main(arguments(tmp_path)) == 0
    assert len(started) == 3 and rows(tmp_path)["b"]["points"] == "0"
    assert command.main(arguments(tmp_path, "--regrade", "a")) == 0
    assert len(started) == 4
    monkeypatch.setattr(grading, "package_version", lambda: "another")
    assert command.main(arguments(tmp_path)) == 0
    assert len(started) == 6, "another version of the package grades anew"


@confined
def test_an_interrupt_ends_the_worker_and_gives_no_grade(tmp_path):
    sleeping = submission({**RIGHT, AUROC: "auroc = __import__('time').sleep(60)"})
    path = write(tmp_path / "s.ipynb", sleeping)
    functions = {name: name.split(".")[1] for name in NAMES}
    cancel = threading.Event()
    threading.Timer(2, cancel.set).start()
    with pytest.raises(grading.Cancelled):
        grading.grade(roster.HandIn("s", path, "s.ipynb"), functions, process.Limits(), BUBBLEWRAP,
                      cancel)  # fmt: skip


def test_a_slow_exercise_takes_no_time_of_the_others(tmp_path, monkeypatch):
    """Nor does one that has to be killed; told by a clock of our own."""
    clock = [0.0]

    class Scripted:
        memory = computing = 0.0

        def __init__(self, task, limits, deadline, *_):
            assert clock[0] < deadline, "there is time left"
            self.deadline = deadline
            answers = {name: "" for name in task["wanted"]}
            self.messages = [{"ready": True}, {"broken": {}}, {"statement": 0, "cell": 1},
                             {"error": None, "answers": answers}, {"end": True}]  # fmt: skip
            self.asked = None

        def send(self, message):
            self.asked = message.get("call")

        def receive(self, seconds):
            assert clock[0] < self.deadline
            if self.asked == NAMES[0]:
                clock[0] += 100
                raise process.Stopped("it did not answer")
            return {"blank": True} if self.asked else self.messages.pop(0)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

    monkeypatch.setattr(grading, "Worker", Scripted)
    monkeypatch.setattr(grading, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    path = write(tmp_path / "s.ipynb", submission(RIGHT))
    functions = {name: name.split(".")[1] for name in NAMES}
    grade = grading.grade(
        roster.HandIn("s", path, "s.ipynb"), functions, process.Limits(seconds=10), None
    )
    assert {name: result.status for name, result in grade.results.items()} == {
        NAMES[0]: "error", NAMES[1]: "not started",
    }, grade.stopped  # fmt: skip


@confined
def test_what_was_killed_leaves_nothing_behind(tmp_path):
    teachers_notebook(tmp_path)
    deaf = HOSTILE["outlives"][1].replace("survivor", SURVIVOR) + "\n" + HOSTILE["is deaf"][1]
    use = WRONG[AUROC].replace("return", "number; started; return")
    write(tmp_path / "in" / "s.ipynb", submission({**WRONG, AUROC: use}, between=deaf))
    grader = subprocess.Popen([sys.executable, "-m", "clipkit.classroom", *arguments(tmp_path)],
                              env={**os.environ, "PYTHONPATH": str(ROOT)})  # fmt: skip

    def within(seconds, condition):
        late = time.monotonic() + seconds
        while not condition() and time.monotonic() < late:
            time.sleep(0.05)
        return condition()

    try:
        assert within(60, survivors), "it has come to where it cannot be interrupted"
        grader.send_signal(signal.SIGKILL)
        grader.wait()
        assert within(20, lambda: not survivors())
    finally:
        for left in survivors():
            left.kill()


@confined
def test_full_hand_outs_are_graded_fully(tmp_path):
    """The model answers in every hand-out get full marks by the defaults, and blank ones none."""
    for path in NOTEBOOKS:
        write(tmp_path / "in" / "model" / path.name, with_solutions(path))
        write(tmp_path / "in" / "blank" / path.name, handout.strip(json.loads(path.read_text())))
    out = str(tmp_path / "grades.csv")
    assert command.main(["grade", str(tmp_path / "in"), "--out", out]) == 0
    table = rows(tmp_path)
    assert table["model"]["points"] == table["model"]["of"]
    assert int(table["model"]["of"]) == len(grading.asked_for(ROOT / "notebooks"))
    assert table["blank"]["points"] == "0"
    assert table["model"]["remarks"] == table["blank"]["remarks"] == ""


@confined
def test_a_student_can_check_a_notebook(tmp_path, capsys):
    made = write(tmp_path / "my.ipynb", submission({**RIGHT, CHOOSE: WRONG[CHOOSE]}))
    assert command.main(["check", str(made)]) == 0
    said = capsys.readouterr().out
    assert f"{AUROC}: right" in said and f"{CHOOSE}: not yet" in said and "1 of 2" in said
    assert "zero_shot.prompts: missing" in said and "similarity" not in said
    assert command.main(["check", str(tmp_path / "none.ipynb")]) == 1


def test_own_work_is_checked_without_a_sandbox_too(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sandbox, "find", lambda: None)
    assert command.main(["check", str(write(tmp_path / "my.ipynb", submission(RIGHT)))]) == 0
    assert "2 of 2 exercises are right" in capsys.readouterr().out


# Who, and how many points


def test_who_handed_in_what(tmp_path):
    for name in ("ann.ipynb", "ben/01.ipynb", "ben/02.ipynb", "cat/ps1/01.ipynb",
                 "cat/.ipynb_checkpoints/01.ipynb", "dan.IPYNB"):  # fmt: skip
        write(tmp_path / name, submission(STUBS))
    write(tmp_path / "notes.txt", b"")
    work, remarks = roster.hand_ins(tmp_path)
    assert [(item.student, item.name) for item in work] == [
        ("ann", "ann.ipynb"), ("ben", "01.ipynb"), ("ben", "02.ipynb"), ("cat", "ps1/01.ipynb"),
        ("dan", "dan.IPYNB"),
    ]  # fmt: skip
    assert remarks == ["notes.txt was passed over: it is not a notebook"]


def test_two_ways_to_write_one_name_are_kept_apart(tmp_path):
    for name in ("Zo\u00eb", "Zoe\u0308"):
        write(tmp_path / name / "01.ipynb", submission(STUBS))
    if len(list(tmp_path.iterdir())) < 2:
        pytest.skip("this file system takes both for one name")
    work, (remark,) = roster.hand_ins(tmp_path)
    assert {item.student for item in work} == {"Zo\u00eb/ (1)", "Zo\u00eb/ (2)"}
    assert "claim the name Zo\u00eb; they are kept apart" in remark


def test_a_class_in_a_wrapper_is_not_taken_for_one_student(tmp_path):
    for name in ("ann.ipynb", "ben.ipynb"):
        write(tmp_path / "class" / name, submission(STUBS))
    work, _ = roster.hand_ins(tmp_path)
    with pytest.raises(ValueError, match="all is in one folder, class"):
        roster.check_wrapped(work, ["01.ipynb"])
    roster.check_wrapped(work, ["ann.ipynb", "ben.ipynb"])


def test_the_roster_knows_the_names_of_platforms(tmp_path):
    table = "Student,ID,deadline\n    Points Possible,,\nAnn Lee,12,2026-03-01\nBen Ito,34,\n"
    entries = roster.read_roster(write(tmp_path / "class.csv", ("\ufeff" + table).encode()))
    assert [entry.student for entry in entries] == ["Ann Lee", "Ben Ito"]
    names = ["leeann_LATE_12_99_01", "itoben_34_98_ann_12_7_x", "Ben Ito_777_assignsubmission_file",
             "Ann Lee", "Ann Leeson", "annlee_13_2_01"]  # fmt: skip
    work = [roster.HandIn(name, Path(name), name) for name in names]
    matched, strangers = roster.match(work, entries)
    assert [item.student for item in matched] == ["Ann Lee", "Ben Ito", "Ben Ito", "Ann Lee",
                                                  "Ann Leeson", "annlee_13_2_01"]  # fmt: skip
    assert strangers == ["Ann Leeson is not on the roster", "annlee_13_2_01 is not on the roster"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name\nann\n", "has no column 'student'"),
        ("student\nann\nann\n", "line 3: ann is there twice"),
        ("student,deadline\nann,soon\n", "line 2: 'soon' is no time"),
        ("student\n", "there is no student"),
    ],
)
def test_an_odd_roster_is_refused(tmp_path, text, said):
    with pytest.raises(ValueError, match=said):
        roster.read_roster(write(tmp_path / "class.csv", text.encode()))


def test_points_have_weights_penalties_and_overrides(tmp_path):
    weights = marks.read_weights(
        write(tmp_path / "w.csv", f"exercise;points;partial\n{AUROC};4;1,5\n".encode()), NAMES
    )
    overrides = marks.read_overrides(
        write(
            tmp_path / "o.csv", f"student,exercise,points,comment\nb,{CHOOSE},0.5,tried\n".encode()
        ),
        NAMES,
    )
    due = datetime(2026, 3, 1).astimezone()
    entries = [roster.Entry(name, {}, due) for name in "abc"]
    wrong, right = Result(AUROC, "wrong"), Result(AUROC, "right")
    grades = [
        grading.Grade("a", "1", {AUROC: right}),
        grading.Grade("b", "1", {AUROC: wrong}),
        grading.Grade("b", "2", {AUROC: Result(AUROC, "error")}),
    ]
    times = {"a": due + timedelta(hours=25), "b": due - timedelta(hours=1)}
    a, b, c = marks.mark(grades, weights, overrides, entries, times, penalty=0.1)
    assert (a.of, a.total, a.kept) == (5, 3.2, 0.8) and "late by 25 h 0 min" in a.remarks()
    assert (b.total, b.points[CHOOSE], b.comments) == (2, 0.5, {CHOOSE: "tried"})
    assert (c.total, c.remarks()) == (0, "nothing was handed in")
    assert "Points by hand.</b> tried" in report.page(b, NAMES)
    assert "80% of the points are counted" in report.page(a, NAMES)
    assert "Nothing was handed in" in report.page(c, NAMES)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("exercise,points\nnone,1\n", "no exercise is called 'none'"),
        (f"exercise,points\n{AUROC},much\n", "'much' is no number of points"),
        (f"exercise,points\n{AUROC},nan\n", "'nan' is no number of points"),
        ("exercise\n", "has no column 'points'"),
    ],
)
def test_odd_weights_are_refused(tmp_path, text, said):
    with pytest.raises(ValueError, match=said):
        marks.read_weights(write(tmp_path / "w.csv", text.encode()), NAMES)


@confined
def test_a_term_from_roster_to_export(tmp_path, capsys):
    teachers_notebook(tmp_path)
    write(tmp_path / "in" / "ann" / "01.ipynb", submission(RIGHT))
    write(tmp_path / "in" / "zoe" / "01.ipynb", submission(WRONG))
    table = "student,Student,ID,Email address,deadline\nann,\"Lee, Ann\",12,a@x.org,2000-01-01\n" \
            "ben,\"Ito, Ben\",34,b@x.org,2000-01-01\n"  # fmt: skip
    given = write(tmp_path / "class.csv", table.encode())
    call = arguments(tmp_path, "--roster", str(given), "--late-penalty", "1")
    assert command.main(call) == 0
    said = capsys.readouterr().out
    assert "ben has handed nothing in" in said and "zoe is not on the roster" in said
    assert rows(tmp_path)["ann"]["points"] == "0" and rows(tmp_path)["zoe"]["points"] == "0"
    assert command.main(arguments(tmp_path, "--roster", str(given))) == 0
    canvas = list(csv.reader((tmp_path / "grades.canvas.csv").open(encoding="utf-8")))
    assert canvas == [
        ["Student", "ID", "zero_shot choose_template", "zero_shot auroc"],
        ["Points Possible", "", "1", "1"],
        ["Lee, Ann", "12", "1", "1"],
        ["Ito, Ben", "34", "0", "0"],
    ]  # fmt: skip
    moodle = list(csv.reader((tmp_path / "grades.moodle.csv").open(encoding="utf-8")))
    assert moodle[0] == ["Email address", *canvas[0][2:], "Feedback comments"]
    assert moodle[2] == ["b@x.org", "0", "0", "nothing was handed in"]


def test_who_handed_in_the_same_file_is_one_group(tmp_path):
    for name in "cabd":
        (tmp_path / f"{name}.ipynb").write_text("another" if name == "d" else "one")
    assert report.same_files(roster.hand_ins(tmp_path)[0]) == [["a", "b", "c"]]


def test_answers_that_two_alone_share_are_reported():
    def graded_as(student, **forms):
        results = {name: Result(name, "right") for name in forms}
        return grading.Grade(student, "1", results, forms=forms)

    grades = [graded_as("a", x="1", y="2", z="0"), graded_as("b", x="1", y="2", z="0"),
              graded_as("c", x="3", y="4", z="0"), graded_as("d", x="3", y="5")]  # fmt: skip
    assert report.alike(grades) == [("a", "b", 2, 3), ("c", "d", 1, 2)]


@confined
def test_the_form_of_an_answer_is_without_names(tmp_path):
    renamed = RIGHT[AUROC].replace("pairs", "differences").replace("auroc", "area")
    renamed = renamed.replace("\n    differences", '\n    "Return the area."\n    differences', 1)
    functions = {name: name.split(".")[1] for name in NAMES}
    forms = []
    for made in (submission(RIGHT), submission({**RIGHT, AUROC: renamed + "\nauroc = area"}),
                 submission(WRONG)):  # fmt: skip
        item = roster.HandIn("s", write(tmp_path / "s.ipynb", made), "s.ipynb")
        forms.append(grading.grade(item, functions, process.Limits(), BUBBLEWRAP).forms[AUROC])
    assert forms[0] and forms[0] == forms[1] != forms[2]


# The command line


@pytest.mark.parametrize("text", ["much", "2 TB", "", "GB"])
def test_an_odd_amount_of_memory_is_refused(text):
    with pytest.raises(command.argparse.ArgumentTypeError, match="write one as 2GB"):
        command.amount(text)


@pytest.mark.parametrize("options", [["--readable", "nowhere"], ["--late-penalty", "2"]])
def test_an_odd_option_is_refused(tmp_path, options, capsys):
    with pytest.raises(SystemExit):
        command.main(arguments(tmp_path, *options))
    assert "no folder" in (said := capsys.readouterr().err) or "no share" in said


@confined
def test_an_empty_folder_is_said(tmp_path, capsys):
    teachers_notebook(tmp_path)
    (tmp_path / "in").mkdir()
    assert command.main(arguments(tmp_path)) == 1
    assert "there is no notebook in" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ({"cells": [markdown("x")]}, "has no exercise"),
        (notebook(code("check('x', f)", exercise="x")), "asks for unknown exercises: x"),
        (notebook(code("pass", exercise=AUROC)), "has no call such as check"),
        ({"cells": 1}, "is not a notebook that can be read"),
    ],
)
def test_odd_notebooks_of_the_teacher_are_said(tmp_path, made, said):
    write(tmp_path / "01.ipynb", made)
    with pytest.raises(ValueError, match=said):
        grading.asked_for(tmp_path)


def test_one_notebook_can_be_chosen(tmp_path):
    chosen = write(tmp_path / "full" / "01.ipynb", teachers())
    write(tmp_path / "full" / "02.ipynb", teachers())
    assert list(grading.asked_for(chosen)) == NAMES
    assert [path.name for path in handout.write(chosen, tmp_path / "out")] == ["01.ipynb"]


@confined
def test_what_is_to_be_read_may_lie_below_the_scratch_folder():
    with tempfile.TemporaryDirectory(dir=sandbox.SCRATCH) as place:
        Path(place, "library.py").write_text("is here")
        command = sandbox.confined(BUBBLEWRAP, ["cat", f"{place}/library.py"], [Path(place)])
        run = subprocess.run(command, capture_output=True, text=True)
    assert run.stdout == "is here", run.stderr
