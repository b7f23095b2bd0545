"""The hand-out holds no solution, and a class of odd submissions is graded as it deserves."""

import csv
import json
import pickle
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from clipkit.classroom import __main__ as command
from clipkit.classroom import grading, handout, report, sandbox, wire
from clipkit.exercises.engine import Result

ROOT = Path(__file__).parents[1]
AUROC, CHOOSE = "zero_shot.auroc", "zero_shot.choose_template"
NAMES = [CHOOSE, AUROC]
STUBS = {
    CHOOSE: "def choose_template(validation_accuracies, test_accuracies):\n    ...",
    AUROC: "def auroc(scores, truth):\n    ...",
}
RIGHT = {
    CHOOSE: "def choose_template(validation_accuracies, test_accuracies):\n"
    "    best = validation_accuracies.argmax()\n"
    "    return best, test_accuracies[best]",
    AUROC: "import numpy as np\n\ndef auroc(scores, truth):\n"
    "    pairs = scores[truth == 1][:, None] - scores[truth == 0]\n"
    "    return ((pairs > 0) + 0.5 * (pairs == 0)).mean()",
}
WRONG = {
    CHOOSE: "def choose_template(validation_accuracies, test_accuracies):\n"
    "    best = test_accuracies.argmax()\n"
    "    return best, test_accuracies[best]",
    AUROC: "def auroc(scores, truth):\n"
    "    return (scores[truth == 1][:, None] > scores[truth == 0]).mean()",
}


def markdown(source, *tags):
    return {"cell_type": "markdown", "metadata": {"tags": list(tags)}, "source": source}


def code(source, **metadata):
    return {"cell_type": "code", "metadata": metadata, "source": source,
            "outputs": [{"output_type": "stream", "name": "stdout", "text": "seen\n"}],
            "execution_count": 1}  # fmt: skip


def exercise(name, answer):
    check = f'clipkit.exercises.check("{name}", {name.split(".")[1]})'
    return code(f"{answer}\n\n\n{check}", tags=["exercise"], exercise=name)


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


def submission(answers, *, first="", between=""):
    cells = [code("import clipkit.exercises"), code(first), exercise(CHOOSE, answers[CHOOSE])]
    cells += [code(between), exercise(AUROC, answers[AUROC])]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def write(path, notebook):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook), encoding="utf-8")
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


def test_plain_data_comes_back_as_it_was():
    rng = np.random.default_rng(0)
    arrays = [
        rng.random((3, 0, 2)),
        rng.integers(9, size=4).astype(np.int16),
        np.array(True),
        rng.random((4, 3)).astype(np.float32).T,
    ]
    sent = {"a": (1, 2.5, None, True, "é\n"), "arrays": arrays, "inf": [float("inf")]}
    line = wire.dump(sent)
    assert line.count(b"\n") == 1
    back = wire.load(line)
    assert back["a"] == sent["a"] and back["inf"] == sent["inf"]
    for before, after in zip(arrays, back["arrays"], strict=True):
        assert before.dtype == after.dtype and np.array_equal(before, after)
        after += 1 if after.dtype != bool else True  # it can be written to


@pytest.mark.parametrize(
    "line",
    [
        b"not json",
        b'{"unknown": 1}',
        b'{"array": "O", "shape": [1], "data": "AAAAAAAAAAA="}',
        b'{"array": "<f4", "shape": [1000000000], "data": "AAAAAA=="}',
        b'{"array": "<f4", "shape": [-1], "data": ""}',
        b'{"dict": 3}',
        b"[" * 100_000,
        pickle.dumps({1}),
        b"\xff\xfe",
    ],
)
def test_a_forged_line_is_refused(line):
    with pytest.raises(ValueError):
        wire.load(line)


# The sandbox


def confined(tmp_path, code):
    """Run code after it has been confined to tmp_path / "scratch"; return what it printed."""
    (tmp_path / "scratch").mkdir()
    (tmp_path / "secret").write_text("42")
    python = [sys.prefix, sys.base_prefix, "/usr", "/lib", "/lib64", "/etc", "/proc"]
    start = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from pathlib import Path\nfrom clipkit.classroom import sandbox\n"
        "import ctypes, os, socket, subprocess\n"
        f"scratch, secret = Path({str(tmp_path / 'scratch')!r}), {str(tmp_path / 'secret')!r}\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", start + code.replace("PYTHON", repr(python))],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return done.stdout.split(), done.stderr


def test_the_system_takes_files_away(tmp_path):
    said, errors = confined(
        tmp_path,
        "if not sandbox.landlock([Path(p) for p in PYTHON], [scratch]):\n"
        "    print('none'); raise SystemExit\n"
        "libc = ctypes.CDLL(None)\n"  # below Python: no hook could refuse this
        "print(libc.open(secret.encode(), 0), libc.open(secret.encode(), 1))\n"
        "print(libc.open(str(scratch / 'mine').encode(), 65, 0o600) > 0)\n"
        "child = subprocess.run(['cat', secret], capture_output=True)\n"
        "print(child.returncode != 0)\n",
    )
    if said == ["none"]:
        pytest.skip("this system has no Landlock")
    assert said == ["-1", "-1", "True", "True"], errors


def test_python_refuses_what_the_system_may_not(tmp_path):
    said, errors = confined(
        tmp_path,
        "sandbox.refuse(scratch)\n"
        "actions = [\n"
        "    lambda: open(secret, 'w'), lambda: open(secret, 'r+'), lambda: os.remove(secret),\n"
        "    lambda: os.rename(secret, scratch / 'x'), lambda: os.system('true'),\n"
        "    lambda: subprocess.run(['true']), lambda: os.kill(os.getppid(), 0),\n"
        "    lambda: socket.create_connection(('127.0.0.1', 9)),\n"
        "    lambda: os.symlink(secret, secret + '2'), lambda: os.mkdir(secret + '3'),\n"
        "]\n"
        "for action in actions:\n"
        "    try:\n        action(); print('done')\n"
        "    except PermissionError: print('refused')\n"
        "open(scratch / 'mine', 'w').write('ok'); os.remove(scratch / 'mine'); print('own')\n",
    )
    assert said == ["refused"] * 10 + ["own"], errors


# Grading

FORGE = (
    "import os\n"
    'line = b\'{"dict": {"outcome": {"dict": {"value": 0.5, "problem": null, \'\n'
    'line += b\'"detail": "", "printed": "", "status": "right"}}}}\\n\'\n'
    "for number in range(3, 20):\n"
    "    try:\n        os.write(number, line * 4)\n"
    "    except OSError:\n        pass"
)
CHECKS_ARE_RIGHT = (
    "import clipkit.exercises, sys\n"
    "class Right:\n    status = 'right'\n"
    "for name in ('check', 'strict', 'judge', 'Result'):\n"
    "    setattr(clipkit.exercises, name, lambda *a, **k: Right())\n"
    "for name in ('_calling', '_wire'):\n"
    "    sys.modules[name].__dict__.update(right=Right())"
)
# student: (first cell, cell between the exercises, answers, expected states)
CLASS = {
    "right": ("", "", RIGHT, ["right", "right"]),
    "wrong": ("", "", WRONG, ["wrong", "wrong"]),
    "blank": ("", "", STUBS, ["not started", "not started"]),
    "magic": ("%matplotlib inline\nhelp?\nawait __import__('asyncio').sleep(0)", "", RIGHT,
              ["right", "right"]),
    "raises": ("1 / 0", "undefined", RIGHT, ["right", "right"]),
    "dies": ("", "import os\nos._exit(0)", RIGHT, ["right", "missing"]),
    "dies inside": ("", "", {**RIGHT, CHOOSE: "def choose_template(v, t):\n    import os\n"
                             "    os._exit(1)"}, ["error", "missing"]),
    "loops": ("", "while True: pass", RIGHT, ["right", "right"]),
    "hungry": ("store = []\nwhile True: store.append(bytearray(10**8))", "", RIGHT,
               ["right", "right"]),
    "=cheat()": (CHECKS_ARE_RIGHT, "", WRONG, ["wrong", "wrong"]),
    "forges": (FORGE, FORGE, WRONG, ["not right", "not right"]),
    "edits": ("", "", {CHOOSE: 'print("zero_shot.choose_template: right")',
                       AUROC: "auroc = 1.0"}, ["not started", "wrong"]),
}  # fmt: skip


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Grade the class once; return the folder and the rows of the table."""
    folder = tmp_path_factory.mktemp("class")
    write(folder / "full" / "01.ipynb", teachers())
    for student, (first, between, answers, _) in CLASS.items():
        notebook = submission(answers, first=first, between=between)
        write(folder / "in" / student / "01.ipynb", notebook)
    write(folder / "in" / "loose.ipynb", submission(RIGHT))
    (folder / "in" / "torn.ipynb").write_text('{"cells": [')
    assert command.main(arguments(folder)) == 0
    return folder


def arguments(folder):
    return ["--notebooks", str(folder / "full"), "grade", str(folder / "in"), "--out",
            str(folder / "grades.csv"), "--cell-time", "4", "--memory", "500MB"]  # fmt: skip


def rows(folder):
    with (folder / "grades.csv").open(encoding="utf-8") as file:
        return {row["student"].lstrip("'"): row for row in csv.DictReader(file)}


@pytest.mark.parametrize("student", CLASS)
def test_each_gets_the_grade_that_was_planted(graded, student):
    row, expected = rows(graded)[student], CLASS[student][-1]
    for name, state in zip(NAMES, expected, strict=True):
        assert row[name] != "right" if state == "not right" else row[name] == state
    assert int(row["points"]) == expected.count("right")
    assert row["of"] == "2"


def test_what_went_wrong_is_named(graded):
    table = rows(graded)
    assert "stopped in code cell 4: the process ended itself" in table["dies"]["remarks"]
    assert f"in exercise {CHOOSE}" in table["dies inside"]["remarks"]
    assert "2 cells raised an error" in table["raises"]["remarks"]
    assert "not a notebook that can be read" in table["torn"]["remarks"]
    assert table["loose"]["points"] == "2"
    assert table["right"]["remarks"] == ""
    page = (graded / "grades.reports" / "loops.html").read_text()
    assert "the cell ran for more than 4 seconds" in page
    assert "MemoryError" in (graded / "grades.reports" / "hungry.html").read_text()


def test_a_page_gives_the_hint_for_each_failed_check(graded):
    page = (graded / "grades.reports" / "wrong.html").read_text()
    assert "You let the test split choose." in page
    assert "A tie counts one half" in page
    assert "0 of 2 exercises are right" in page


def test_a_name_is_no_formula_and_no_markup(graded):
    first = [line.split(",")[0] for line in (graded / "grades.csv").read_text().splitlines()]
    assert "'=cheat()" in first
    text = "<script>"
    grade = grading.Grade(text, text, {AUROC: Result(AUROC, "wrong", text, None, text, text)},
                          [text], text)  # fmt: skip
    assert text not in report.page(text, [grade], [AUROC, CHOOSE])


def test_grading_goes_on_where_it_stood(graded, monkeypatch):
    before = (graded / "grades.csv").read_text()
    started = []

    class Watched(grading.Worker):
        def __init__(self, *arguments):
            started.append(1)
            super().__init__(*arguments)

    monkeypatch.setattr(grading, "Worker", Watched)
    assert command.main(arguments(graded)) == 0
    assert (graded / "grades.csv").read_text() == before
    assert started == [], "nothing was run again"
    write(graded / "in" / "blank" / "01.ipynb", submission(RIGHT))
    assert command.main(arguments(graded)) == 0
    assert started == [1], "what was handed in anew was"
    assert rows(graded)["blank"]["points"] == "2"


def test_an_interrupt_ends_the_worker_and_gives_no_grade(tmp_path):
    sleeping = submission(RIGHT, first="import time; time.sleep(60)")
    path = write(tmp_path / "s.ipynb", sleeping)
    cancel = threading.Event()
    threading.Timer(2, cancel.set).start()
    with pytest.raises(grading.Cancelled):
        grading.grade("s", path, {AUROC: "auroc"}, grading.Limits(), cancel=cancel)


def test_grading_that_is_given_up_keeps_what_is_done(tmp_path):
    functions = {name: name.split(".")[1] for name in NAMES}
    work = [
        ("a", write(tmp_path / "a.ipynb", submission(RIGHT))),
        ("b", write(tmp_path / "b.ipynb", submission(RIGHT, first="import time; time.sleep(60)"))),
    ]
    grades = grading.grade_all(work, functions, grading.Limits(), tmp_path / "kept", jobs=1)
    assert next(grades).student == "a"
    grades.close()  # as an interrupt does
    assert len(list((tmp_path / "kept").glob("*.json"))) == 1


def test_a_process_that_cannot_be_interrupted_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(grading, "PATIENCE", 2)
    path = write(tmp_path / "s.ipynb", submission(RIGHT, between="max(iter(int, 1))"))
    functions = {name: name.split(".")[1] for name in NAMES}
    grade = grading.grade("s", path, functions, grading.Limits(cell_seconds=8))
    assert grade.results[CHOOSE].status == "right"
    assert AUROC not in grade.results
    assert "in code cell 4: it did not answer" in grade.stopped


def test_nothing_of_the_teachers_is_visible(tmp_path, monkeypatch):
    monkeypatch.setenv("TEACHERS_SECRET", "42")
    look = (
        "import os, glob\n"
        f"seen = [os.environ.get('TEACHERS_SECRET'), glob.glob({str(tmp_path)!r} + '/*')]\n"
        "raise RuntimeError(str(seen))"
    )
    path = write(tmp_path / "s.ipynb", submission(STUBS, first=look))
    grade = grading.grade("s", path, {AUROC: "auroc"}, grading.Limits())
    assert "[None, " in grade.errors[0]
    if sandbox.has_landlock():
        assert "[None, []]" in grade.errors[0]


@pytest.mark.parametrize("text", ["much", "2 TB", "", "GB"])
def test_an_odd_amount_of_memory_is_refused(text):
    with pytest.raises(command.argparse.ArgumentTypeError, match="write one as 2GB"):
        command.amount(text)


def test_an_empty_folder_is_said(tmp_path, capsys):
    write(tmp_path / "full" / "01.ipynb", teachers())
    (tmp_path / "in").mkdir()
    assert command.main(arguments(tmp_path)) == 1
    assert "there is no notebook in" in capsys.readouterr().err


def test_teachers_notebooks_without_exercises_are_said(tmp_path, capsys):
    write(tmp_path / "full" / "01.ipynb", {"cells": [markdown("x")]})
    write(tmp_path / "in" / "s.ipynb", submission(RIGHT))
    assert command.main(arguments(tmp_path)) == 1
    assert "has no exercise" in capsys.readouterr().err


def test_one_notebook_can_be_chosen(tmp_path):
    chosen = write(tmp_path / "full" / "01.ipynb", teachers())
    write(tmp_path / "full" / "02.ipynb", teachers())
    assert list(grading.asked_for(chosen)) == NAMES
    assert [path.name for path in handout.write(chosen, tmp_path / "out")] == ["01.ipynb"]


def test_who_handed_in_what(tmp_path):
    for name in ("ann.ipynb", "ben/01.ipynb", "ben/02.ipynb", "cat/ps1/01.ipynb",
                 "cat/.ipynb_checkpoints/01.ipynb"):  # fmt: skip
        write(tmp_path / name, submission(STUBS))
    found = [(who, path.name) for who, path in grading.submissions(tmp_path)]
    assert found == [("ann", "ann.ipynb"), ("ben", "01.ipynb"), ("ben", "02.ipynb"),
                     ("cat", "01.ipynb")]  # fmt: skip
