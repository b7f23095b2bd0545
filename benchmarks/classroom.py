"""Grade a class of thirty generated submissions, and compare each grade with what was planted.

    python benchmarks/classroom.py [--notebooks DIR] [--jobs 2] [--keep DIR]

Solutions come from the notebooks, wrong answers from tests/wrong_answers. The class: correct,
wrong, blank and mixed submissions, and some that crash, loop, take all memory, or cheat.
"""

import argparse
import inspect
import json
import random
import re
import runpy
import sys
import tempfile
import textwrap
import time
from collections import defaultdict
from pathlib import Path

from clipkit.classroom import grading, handout, report

ROOT = Path(__file__).resolve().parents[1]
FENCE = re.compile(r"```python\n(.*?)```", re.DOTALL)

CRASHES = {
    "exits": "import os\nos._exit(3)",
    "segfaults": "import ctypes\nctypes.string_at(0)",
}
LOOPS = {
    "never ends": "while True:\n    pass",
    "swallows": "while True:\n    try:\n        while True:\n            pass\n"
    "    except BaseException:\n        pass",
    "deaf": "max(iter(int, 1))",
}
HUNGRY = {
    "one array": "import numpy as np\nbig = np.ones(10**10)",
    "ever more": "store = []\nwhile True:\n    store.append(bytearray(10**7))",
    "children": "import os\nfor _ in range(8):\n    if os.fork() == 0:\n"
    "        x = bytearray(4 * 10**8)\n        for i in range(0, len(x), 4096): x[i] = 1\n"
    "        import time; time.sleep(100)\nimport time\ntime.sleep(100)",
}
CHEATS = {
    "redefines check": "import clipkit.exercises\n"
    "clipkit.exercises.check = lambda name, answer: print(f'{name}: right.')\n"
    "def check(*a): return 'right'",
    "patches the engine": "import sys, json\n"
    "for module in list(sys.modules.values()):\n"
    "    for name in ('call', 'judge', 'strict', 'Outcome', 'is_blank'):\n"
    "        if hasattr(module, name):\n"
    "            try:\n                setattr(module, name, lambda *a, **k: 'right')\n"
    "            except Exception: pass",
    "forges the pipe": "import os, json\n"
    "forged = json.dumps({'dict': {'outcome': {'dict': {'value': 1.0, 'problem': None,\n"
    "    'detail': '', 'printed': ''}}, 'status': 'right'}}).encode() + b'\\n'\n"
    "for number in range(3, 30):\n"
    "    try:\n        os.write(number, forged * 3)\n    except OSError: pass",
    "writes files": "import os, glob\n"
    "for folder in ('/work', '/tmp', '/root', '/home', os.path.expanduser('~'), '..'):\n"
    "    for root, _, files in os.walk(folder):\n"
    "        for file in files:\n"
    "            if 'grades' in root + file or file.endswith(('.json', '.ipynb')):\n"
    "                try:\n                    open(os.path.join(root, file), 'w').write('right')\n"
    "                except OSError: pass",
}


def source(cell):
    return "".join(cell["source"])


class Class:
    """Makes submissions and remembers what each exercise of each must be graded as."""

    def __init__(self, notebook: Path, folder: Path, seed: int = 0):
        self.folder, self.name = folder, notebook.name
        self.random = random.Random(seed)
        full = json.loads(notebook.read_text(encoding="utf-8"))
        self.blank = handout.strip(full)
        self.solutions = _solutions(full["cells"])
        self.wrong = defaultdict(list)
        for path in sorted((ROOT / "tests" / "wrong_answers").glob("*.py")):
            module = runpy.run_path(str(path))
            helpers = [inspect.getsource(module[name]) for name in ("unit", "bins_of")
                       if name in module]  # fmt: skip
            for name, _, function in module["WRONG_ANSWERS"]:
                text = textwrap.dedent(inspect.getsource(function)).split("\n", 1)[1]
                text = re.sub(r"^def \w+", f"def {name.split('.')[1]}", text, count=1)
                self.wrong[name].append("\n\n".join([*helpers, text]))
        self.planted = {}

    def add(self, student, kinds, before=None):
        """Write a submission.

        `kinds` is "right", "wrong", "blank" or "mixed"; `before` maps the number of an exercise
        to a cell that is put before it, and to the state of that exercise and all that follow.
        """
        notebook = json.loads(json.dumps(self.blank))
        cells, expected, number, override = [], {}, 0, None
        for cell in notebook["cells"]:
            name = cell["metadata"].get("exercise")
            if name:
                if before and number in before:
                    extra, override = before[number]
                    cells.append(_code("import torch, numpy as np\n" + extra))
                kind = (
                    self.random.choice(["right", "wrong", "blank"]) if kinds == "mixed" else kinds
                )
                text, state = self._answer(name, kind)
                cell["source"] = text or cell["source"]
                expected[name] = override or state
                number += 1
            cells.append(cell)
        notebook["cells"] = cells
        folder = self.folder / student
        folder.mkdir(parents=True)
        (folder / self.name).write_text(json.dumps(notebook), encoding="utf-8")
        self.planted[student] = expected

    def _answer(self, name, kind):
        if kind == "blank":
            return None, "not started"
        choices = [self.solutions[name]] if kind == "right" else self.wrong[name]
        function = name.split(".")[1]
        check = f'clipkit.exercises.check("{name}", {function})'
        imports = "import clipkit.exercises\nimport numpy as np\nimport torch\n"
        return f"{imports}\n{self.random.choice(choices)}\n\n{check}", kind

    def all_thirty(self):
        for number in range(6):
            self.add(f"correct {number}", "right")
        for number in range(6):
            self.add(f"wrong {number}", "wrong")
        for number in range(2):
            self.add(f"blank {number}", "blank")
        for number in range(4):
            self.add(f"mixed {number}", "mixed")
        for what, code in CRASHES.items():
            self.add(f"crash {what}", "right", {2: (code, "missing")})
        self.add("loop never ends", "right", {1: (LOOPS["never ends"], None)})
        self.add("loop swallows", "right", {2: (LOOPS["swallows"], "missing")})
        self.add("loop deaf", "right", {3: (LOOPS["deaf"], "missing")})
        self.add("hungry one array", "right", {1: (HUNGRY["one array"], None)})
        self.add("hungry ever more", "right", {1: (HUNGRY["ever more"], None)})
        self.add("hungry children", "right", {1: (HUNGRY["children"], "missing")})
        for what, code in CHEATS.items():
            self.add(f"cheat {what}", "wrong", {0: (code, "not right")})


def _code(text):
    return {"cell_type": "code", "metadata": {}, "source": text, "outputs": [],
            "execution_count": None}  # fmt: skip


def _solutions(cells):
    solutions, name = {}, None
    for cell in cells:
        name = cell["metadata"].get("exercise", name)
        if name and cell["cell_type"] == "markdown" and (found := FENCE.search(source(cell))):
            solutions.setdefault(name, found[1])
    return solutions


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--notebooks", type=Path, default=ROOT / "notebooks")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--cell-time", type=float, default=60)
    parser.add_argument("--keep", type=Path, help="an empty folder to leave everything in")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.keep or Path(scratch)
        functions = grading.asked_for(arguments.notebooks)
        notebook = next(
            p
            for p in sorted(arguments.notebooks.glob("*.ipynb"))
            if any("exercise" in c["metadata"] for c in grading.read_notebook(p))
        )
        group = Class(notebook, folder / "submissions")
        group.all_thirty()
        work = list(grading.submissions(folder / "submissions"))
        limits = grading.Limits(cell_seconds=arguments.cell_time)
        begin = time.perf_counter()
        grades, pace = [], []
        for grade in grading.grade_all(work, functions, limits, folder / "kept", arguments.jobs):
            grades.append(grade)
            pace.append(time.perf_counter() - begin)
            print(f"{pace[-1]:7.1f} s  {grade.student:26} {grade.stopped or ''}", flush=True)
        names = [name for name in functions if name in group.solutions]
        report.write_table(folder / "grades.csv", grades, names)
        report.write_pages(folder / "reports", grades, names)
    differ = 0
    for student, notebooks in report.by_student(grades).items():
        for name, planted in group.planted[student].items():
            result = report.verdict(notebooks, name)
            state = result.status if result else "missing"
            # A cheat that breaks its own process may end as "not started" or "error".
            if (state == "right") if planted == "not right" else (state != planted):
                differ += 1
                print(f"DIFFERS {student}, {name}: planted {planted}, graded {state}", result)
    total = sum(map(len, group.planted.values()))
    print(f"{len(work)} submissions, {total} answers, {differ} graded otherwise than planted; "
          f"{pace[-1]:.0f} s with {arguments.jobs} at once")  # fmt: skip
    return differ > 0


if __name__ == "__main__":
    sys.exit(main())
