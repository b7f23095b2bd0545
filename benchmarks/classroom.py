"""Grade a class of thirty generated hand-ins, and compare each verdict with what was planted.

    python benchmarks/classroom.py [--notebook notebooks/01_similarity.ipynb] [--jobs 2]

Solutions come from the notebook, wrong answers from tests/wrong_answers. The class: ten with all
answers right, ten mixed, four wrong, two blank, and four whose needed cells crash, loop, take all
memory or cannot be interrupted. Reported are the time on the clock and the seconds of computing: on
a machine that does other things as well, only the second says anything.
"""

import argparse
import json
import random
import re
import runpy
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from clipkit.classroom import grading, handout, marks, process, roster, sandbox

ROOT = Path(__file__).resolve().parents[1]
FENCE = re.compile(r"```python\n(.*?)```", re.DOTALL)
HARD = {  # a cell, and `needed` in an answer that uses what it binds
    "crashes": "import os\nneeded = os._exit(3)",
    "loops": "needed = 1\nwhile True: needed = 1",
    "hungry": "needed = []\nwhile True: needed.append(bytearray(10**7))",
    "deaf": "needed = max(iter(int, 1))",
}


class Class:
    """Makes hand-ins and remembers what each exercise of each must be graded as."""

    def __init__(self, notebook: Path, folder: Path, seed: int = 0):
        self.folder, self.name = folder, notebook.name
        self.random = random.Random(seed)
        full = json.loads(notebook.read_text(encoding="utf-8"))
        self.blank = handout.strip(full)
        self.solutions = _solutions(full["cells"])
        self.wrong = _wrong_answers()
        self.planted = {}

    def add(self, student: str, kinds: list[str], before: str = "") -> None:
        """Write one hand-in, whose answers are drawn from `kinds`, with a cell at its start."""
        made = json.loads(json.dumps(self.blank))
        if before:
            made["cells"].insert(0, {"cell_type": "code", "metadata": {}, "source": before,
                                     "outputs": [], "execution_count": None})  # fmt: skip
        planted = self.planted[student] = {}
        for cell in made["cells"]:
            if name := cell["metadata"].get("exercise"):
                planted[name] = kind = self.random.choice(kinds)
                if kind != "not started":
                    choices = [self.solutions[name]] if kind == "right" else self.wrong[name]
                    cell["source"] = _cell(name, self.random.choice(choices), bool(before))
        (self.folder / student).mkdir(parents=True)
        (self.folder / student / self.name).write_text(json.dumps(made), encoding="utf-8")

    def all_thirty(self) -> None:
        """Write the class."""
        for number in range(10):
            self.add(f"right {number}", ["right"])
            self.add(f"mixed {number}", ["right", "wrong", "not started"])
        for number in range(4):
            self.add(f"wrong {number}", ["wrong"])
        for number in range(2):
            self.add(f"blank {number}", ["not started"])
        for student, cell in HARD.items():
            self.add(student, ["right"], cell)


def _cell(name, answer, needing):
    """Make the cell of an exercise; `needing` makes it use what the first cell binds."""
    imports = "import clipkit.exercises\nimport numpy as np\nimport torch\n"
    uses = "def uses():\n    return needed\n\n" if needing else ""
    check = f'clipkit.exercises.check("{name}", {name.split(".")[1]})'
    return f"{imports}\n{uses}{answer}\n\n{check}" + " or uses" * needing


def _solutions(cells):
    solutions, name = {}, None
    for cell in cells:
        name = cell["metadata"].get("exercise", name)
        found = FENCE.search("".join(cell["source"])) if cell["cell_type"] == "markdown" else None
        if name and found:
            solutions.setdefault(name, found[1])
    return solutions


def _wrong_answers():
    """Return for each exercise the sources of wrong answers: a module of them, and which it is."""
    answers = defaultdict(list)
    for path in sorted((ROOT / "tests" / "wrong_answers").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        for name, _, function in runpy.run_path(str(path))["WRONG_ANSWERS"]:
            answers[name].append(f"{text}\n\n{name.split('.')[1]} = {function.__name__}")
    return answers


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    first = sorted((ROOT / "notebooks").glob("*.ipynb"))[0]
    parser.add_argument("--notebook", type=Path, default=first)
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        functions = grading.asked_for(arguments.notebook)
        group = Class(arguments.notebook, folder / "in")
        group.all_thirty()
        work, _ = roster.hand_ins(folder / "in")
        begin, own = time.perf_counter(), time.process_time()
        grades = []
        for done in grading.grade_all(work, functions, process.Limits(), sandbox.required(),
                                      folder / "kept", arguments.jobs):  # fmt: skip
            grades.append(done)
            print(f"{time.perf_counter() - begin:6.1f} s  {done.student:12} {done.seconds:6.1f} s "
                  f"{done.memory / 1e9:4.1f} GB  {done.stopped or ''}", flush=True)  # fmt: skip
        clock, own = time.perf_counter() - begin, time.process_time() - own
    differ = 0
    for done in grades:
        for name, planted in group.planted[done.student].items():
            result = marks.best([done], name)
            if result is None or result.status != planted:
                differ += 1
                print(f"DIFFERS {done.student}, {name}: planted {planted}, graded {result}")
    computing = sum(done.seconds for done in grades) + own
    print(f"{len(work)} hand-ins of {arguments.notebook.name}, "
          f"{sum(map(len, group.planted.values()))} answers, {differ} graded otherwise than "
          f"planted; {clock:.0f} s with {arguments.jobs} at once, {computing:.0f} s of computing, "
          f"{own:.0f} of them the grader's own")  # fmt: skip
    return int(differ > 0)


if __name__ == "__main__":
    sys.exit(main())
