"""Sixty hand-ins for `test_classroom`: honest ones in many idioms, and hostile ones of many kinds.

Each is graded on two exercises, CHOOSE and AUROC, or is a full hand-out of the workbook (those are
made from the notebooks by the test). A hostile one comes with wrong answers, so that "right" would
mean that it got through.
"""

# ruff: noqa: E501 (data: lines of code in strings)
import codecs
import json
import textwrap

AUROC, CHOOSE = "zero_shot.auroc", "zero_shot.choose_template"
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


def check(name, function=None):
    return f'clipkit.exercises.check("{name}", {function or name.split(".")[1]})'


def exercise(name, answer):
    return code(f"{answer}\n\n\n{check(name)}", tags=["exercise"], exercise=name)


def notebook(*cells):
    cells = [code(cell) if isinstance(cell, str) else cell for cell in cells]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def submission(answers, *, first="", between=""):
    """A hand-in of both exercises, with a cell before each."""
    return notebook("import clipkit.exercises", first, exercise(CHOOSE, answers[CHOOSE]),
                    between, exercise(AUROC, answers[AUROC]))  # fmt: skip


def dedent(text):
    return textwrap.dedent(text).strip()


# Honest: (notebook or bytes, states of CHOOSE and AUROC)

BOTH = ["right", "right"]
IMPORT = "import clipkit"
IGNORES = dedent("""
    import signal
    def ignore():
        for number in range(1, 65):
            try: signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError): pass
""")

HONEST = {
    "plain": (submission(RIGHT), BOTH),
    "wrong": (submission(WRONG), ["wrong", "wrong"]),
    "blank": (submission(STUBS), ["not started", "not started"]),
    "half": (submission({**STUBS, AUROC: RIGHT[AUROC]}), ["not started", "right"]),
    "own name": (
        notebook(
            IMPORT,
            RIGHT[CHOOSE].replace("def choose_template", "def my_choice"),
            RIGHT[AUROC].replace("def auroc", "def area"),
            f"{check(CHOOSE, 'my_choice')}\n{check(AUROC, 'area')}",
        ),
        BOTH,
    ),
    "keywords": (
        notebook(
            "from clipkit import exercises",
            RIGHT[CHOOSE] + f"\nexercises.check(\n    answer=choose_template,\n    name='{CHOOSE}',\n)",
            RIGHT[AUROC] + f"\nexercises.check('{AUROC}', auroc)",
        ),
        BOTH,
    ),
    "loop": (
        notebook(
            "from clipkit.exercises import check as verify",
            RIGHT[CHOOSE],
            RIGHT[AUROC],
            f"answers = {{'{CHOOSE}': choose_template, '{AUROC}': auroc}}",
            "for name, function in answers.items():\n    verify(name, function)",
        ),
        BOTH,
    ),
    "looks up": (  # names that stand in texts alone, and a check by another name
        notebook(
            "from clipkit.exercises import check as verify, names",
            "def better(a, b):\n    return a > b",
            RIGHT[CHOOSE],
            RIGHT[AUROC].replace("(pairs > 0)", "globals()['better'](pairs, 0)"),
            "for name in names():\n    verify(name, eval(name.split('.')[1]))",
        ),
        BOTH,
    ),
    "own check": (
        notebook(
            IMPORT,
            "judge = lambda name, it: clipkit.exercises.check(f'zero_shot.{name}', it)\n"
            "def hand_in(function):\n    judge(function.__name__, function)",
            RIGHT[CHOOSE] + "\nhand_in(choose_template)",
            RIGHT[AUROC] + "\nhand_in(auroc)",
        ),
        BOTH,
    ),
    "registry": (  # a function that changes what another statement uses
        notebook(
            IMPORT,
            "answers = {}\ndef answer(function):\n    answers[function.__name__] = function",
            "@answer\n" + RIGHT[CHOOSE],
            "import numpy as np\n@answer\n" + RIGHT[AUROC].split("\n\n")[1],
            check(CHOOSE, "answers['choose_template']"),
            check(AUROC, "answers['auroc']"),
        ),
        BOTH,
    ),
    "trains elsewhere": (  # a seed in a function, and eval() that is a method, need nothing
        submission(RIGHT, first="import numpy as np\nseen = []\nclass Model:\n    eval = print\n"
                   "def train():\n    np.random.seed(0)\n    while True: seen.append(model)",
                   between="model = Model()\ntrain()\nmodel.eval()"), BOTH,
    ),
    "half a character": (submission({**RIGHT, CHOOSE: RIGHT[CHOOSE] + "  # \ud83d"}), BOTH),
    "too deep": (
        submission({**RIGHT, CHOOSE: RIGHT[CHOOSE] + "\n    " + "-" * 200_000 + "1"},
                   first="(" * 5000 + ")" * 5000), ["error", "right"],
    ),
    "objects": (
        notebook(
            IMPORT + "\nimport functools",
            "class Choice:\n    def __call__(self, v, t):\n        return v.argmax(), t[v.argmax()]",
            check(CHOOSE, "Choice()"),
            "def area(scores, truth, tie):\n    pairs = scores[truth == 1][:, None]"
            " - scores[truth == 0]\n    return ((pairs > 0) + tie * (pairs == 0)).mean()",
            check(AUROC, "functools.partial(area, tie=0.5)"),
        ),
        BOTH,
    ),
    "helpers": (  # bound by a star import, by exec, by a function, and changed in place
        notebook(
            IMPORT,
            "from numpy import *\nWEIGHTS = {}\nWEIGHTS['win'] = 1\nWEIGHTS.update(tie=0.5)",
            "def prepare():\n    global column\n    column = newaxis\nprepare()",
            "exec('def better(a, b): return a > b')\nglobals()['tied'] = lambda a, b: a == b",
            exercise(CHOOSE, "def choose_template(v, t):\n    best = int(argmax(v))\n"
                     "    return [best, float(t[best])]"),
            exercise(AUROC, "def auroc(scores, truth):\n"
                     "    pairs = scores[truth == 1][:, column], scores[truth == 0]\n"
                     "    return mean(WEIGHTS['win'] * better(*pairs) + WEIGHTS['tie'] * tied(*pairs))"),
        ),
        BOTH,
    ),
    "magic": (
        notebook(
            IMPORT,
            "%matplotlib inline\nhelp?\n!pip install nothing\nawait __import__('asyncio').sleep(0)",
            "%%writefile own.py\ndef first(values):\n    return values.argmax()",
            "%%time\nfrom own import first\n" + RIGHT[CHOOSE].replace(
                "validation_accuracies.argmax()", "first(validation_accuracies)"),
            check(CHOOSE),
            "%%time\n" + RIGHT[AUROC] + "\n" + check(AUROC),
        ),
        BOTH,
    ),
    "loops elsewhere": (submission(RIGHT, first="while True: pass", between="1 / 0"), BOTH),
    "crashes elsewhere": (
        submission(RIGHT, first="import ctypes\nctypes.string_at(0)",
                   between="store = [bytearray(10**9) for _ in range(100)]"), BOTH,
    ),
    "crashes in need": (
        submission(
            {**RIGHT, AUROC: RIGHT[AUROC].replace("0.5", "table.get('tie', 0.5)")},
            first="table = {}", between="import os\ntable['tie'] = os._exit(3)",
        ), BOTH,
    ),
    "loops in need": (
        submission({**RIGHT, AUROC: RIGHT[AUROC].replace("0.5", "tie")},
                   between="tie = 0.5\nwhile True: tie = 0.5"), BOTH,
    ),
    "dies in an answer": (
        submission({**RIGHT, CHOOSE: "def choose_template(v, t):\n    import os\n    os._exit(1)"}),
        ["error", "right"],
    ),
    "never answers": (
        submission({**RIGHT, CHOOSE: "def choose_template(v, t):\n    while True: pass"}),
        ["too slow", "right"],
    ),
    "is deaf in an answer": (
        submission({**RIGHT, CHOOSE: f"{IGNORES}\ndef choose_template(v, t):\n    ignore()\n"
                    "    while True: pass"}), ["error", "right"],
    ),
    "large": (
        submission({**RIGHT, CHOOSE: "import numpy as np\ndef choose_template(v, t):\n"
                    "    return np.zeros(4_500_000)"}), ["wrong", "right"],
    ),
    "digits": (
        submission({**RIGHT, CHOOSE: "def choose_template(v, t):\n    return 10**5000, 1"}),
        ["wrong", "right"],
    ),
    "surrogate": (
        submission({**RIGHT, CHOOSE: "def choose_template(v, t):\n    print('\\ud800')\n"
                    "    raise ValueError('\\udfff')"}), ["error", "right"],
    ),
    "in place": (
        submission({**RIGHT, AUROC: RIGHT[AUROC].replace("    pairs", "    scores -= 1\n    pairs", 1)}),
        ["right", "wrong"],
    ),
    "twice": (  # the better of two answers counts
        notebook(IMPORT, WRONG[CHOOSE] + "\n" + check(CHOOSE), RIGHT[CHOOSE] + "\n" + check(CHOOSE),
                 exercise(AUROC, RIGHT[AUROC])), BOTH,
    ),
    "no import": (  # the first cell was lost: the function's name is enough
        notebook(exercise(CHOOSE, RIGHT[CHOOSE]), exercise(AUROC, RIGHT[AUROC])), BOTH,
    ),
    "no Python": (
        submission({**RIGHT, CHOOSE: RIGHT[CHOOSE].replace("):", ")", 1)}), ["error", "right"],
    ),
    "mark": (codecs.BOM_UTF8 + json.dumps(submission(RIGHT)).encode(), BOTH),
    "version 3": (
        {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"metadata": {}, "cells": [
            {"cell_type": "code", "language": "python", "metadata": {}, "outputs": [],
             "collapsed": False, "input": source}
            for source in (IMPORT, RIGHT[CHOOSE] + "\n" + check(CHOOSE),
                           RIGHT[AUROC] + "\n" + check(AUROC))]}]}, BOTH,
    ),
}  # fmt: skip

# Files that are no notebooks: bytes, all "missing"

NO_NOTEBOOKS = {
    "nested": b'{"cells": ' + b"[" * 200_000,
    "torn": b'{"cells": [',
    "empty": b"",
    "null": b"null",
    "odd cells": b'{"cells": 5}',
    "odd metadata": b'{"cells": [{"cell_type": "code", "source": "1", "metadata": [1]}]}',
    "odd version": b'{"nbformat": "x", "cells": []}',
    "binary": bytes(range(256)) * 40,
}

# Cells that reach for what is not theirs: the last expression is true if they got there. The test
# proves each by running it where nothing confines it. {secret} and the like are filled in.

PROBES = {
    "reads": "open('{secret}').read()",
    "reads in C": "import ctypes\nctypes.CDLL(None).open(b'{secret}', 0) >= 0",
    "reads by shell": "import subprocess\nsubprocess.run(['cat', '{secret}'], capture_output=True).stdout",
    "reads by sqlite": "import sqlite3\nsqlite3.connect('file:{database}?mode=ro', uri=True)"
                       ".execute('select * from t').fetchall()",
    "reads by handle": "import os\nos.open('secret', os.O_RDONLY, dir_fd=os.open('{folder}', os.O_RDONLY))",
    "reads by proc": "import glob\n[open(root + '{secret}').read() for root in glob.glob('/proc/[0-9]*/root')"
                      " if __import__('os').path.exists(root + '{secret}')]",
    # Python may live in the checkout's own .venv, which is then all that is to be seen of it.
    "lists": "import os\nset(os.listdir('{checkout}')) - {'.venv'}",
    "finds the checks": "import glob\nglob.glob('{checkout}/clipkit/exercises/zero_shot.py')",
    "changes": "open('{victim}', 'a').write('x')",
    "changes times": "import os\nos.utime('{victim}', (0, 0)) is None",
    "changes modes": "import os\nos.chmod('{victim}', 0o777) is None",
    "connects": "import socket\nsocket.create_connection(('127.0.0.1', {port}), 2)",
    "sends datagrams": "import socket, time\none = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
    "one.connect(('127.0.0.1', {port}))\none.send(b'x')\ntime.sleep(0.1)\none.send(b'x')",
    "talks to sockets": "import socket\nsocket.socket(socket.AF_UNIX).connect('{socket}') is None",
    "abstract sockets": "import socket\nsocket.socket(socket.AF_UNIX).connect('\\0{abstract}') is None",
    "shares memory": "open('/dev/shm/{shm}', 'r+b').write(b'x')",
    "sees others": "[p for p in __import__('os').listdir('/proc') if p.isdigit() and"
                   " b'{marker}' in open(f'/proc/{{p}}/cmdline', 'rb').read()]",
    "signals": "import os\nos.kill({pid}, 0) is None",
    "sees variables": "__import__('os').environ.get('TEACHERS_SECRET')",
}  # fmt: skip
PREPARED = {  # these change only the process; none may turn out true when it is confined
    "sysctl": "open('/proc/sys/kernel/domainname', 'w').write('x')",
    "mounts": "import ctypes\nctypes.CDLL(None).mount(b'none', b'/tmp', b'tmpfs', 0, None) == 0",
    "namespaces": "import ctypes\nctypes.CDLL(None).unshare(0x10000000) == 0",
    "reference": "import importlib.util as u, sys, os\n"
                 "path = os.path.join(os.path.dirname(sys.modules['_calling'].__file__), 'zero_shot.py')\n"
                 "os.path.exists(path)",
    "frames": "import gc\n[o for o in gc.get_objects() if type(o).__name__ in ('Exercise', 'Confusion')]",
}  # fmt: skip


def probe(source):
    """A hand-in whose AUROC tells whether the probe got there: REACHED stands in the report."""
    *before, last = source.splitlines()
    cell = "\n".join(
        [
            "got = None",
            "try:",
            *(f"    {line}" for line in before),
            f"    got = {last}",
            "except BaseException:",
            "    pass",
        ]  # fmt: skip
    )
    answer = (
        "def auroc(scores, truth):\n    if got:\n        raise RuntimeError('REACHED')\n"
        "    return got and 1 or 0.5"
    )
    return submission({**RIGHT, AUROC: answer}, between=cell)


# Hostile in other ways: (cell before CHOOSE, cell before AUROC, answers)

FRAME = dedent("""
    import json, os, stat, struct
    def forge(text, data=b"", times=4):
        text = text if isinstance(text, bytes) else json.dumps(text).encode()
        frame = struct.pack(">II", len(text), len(data)) + text + data
        for number in range(3, 30):
            try:
                if stat.S_ISFIFO(os.fstat(number).st_mode):
                    os.write(number, frame * times)
            except OSError:
                pass
    def wrap(value):
        return {"dict": {"outcome": {"dict": {"value": value, "problem": None, "detail": "",
                "printed": "", "after": {"tuple": [0, 0]}}}}}
""")


def forging(line):
    """A hand-in that writes to the grader's pipe while a function is called."""
    answer = f"{FRAME}\ndef auroc(scores, truth):\n    {line}\n    return 0.5"
    return "", "", {**WRONG, AUROC: answer}


HOSTILE = {
    "forges a verdict": forging("forge(wrap(0.5) | {'status': 'right'})"),
    "forges an outcome": forging("forge(wrap({'array': '<f8', 'shape': []}), bytes(8))"),
    "forges infinity": forging("forge(wrap({'array': '<f8', 'shape': [float('inf')]}), bytes(8))"),
    "forges a type": forging("forge(wrap({'array': 'O8,(1e9,)<f4', 'shape': [1]}), bytes(8))"),
    "forges lists": forging("forge(b'[' + b'[],' * 11_000_000 + b'[]]', times=1)"),
    "forges a length": forging("forge(b'x' * 10, bytes(10)); os.write(4, b'\\xff' * 64)"),
    "forges entries": forging("forge(b'[' + b'[],' * 1_300_000 + b'[]]', times=1)"),
    "forges depth": forging("forge(b'[' * 3_000_000, times=1)"),
    "floods": forging("forge({'dict': {'statement': 0, 'cell': 0}}, times=20_000)"),
    "closes": forging("[os.close(n) for n in range(3, 30) if stat.S_ISFIFO(os.fstat(n).st_mode)]"),
    "prints": ("", "", {**WRONG, AUROC: "def auroc(s, t):\n    for _ in range(3000):\n"
                        "        print('right ' * 10_000)\n    return 0.5"}),
    "talks of itself": ("", "", {**WRONG, AUROC: "class E(Exception):\n    def __str__(self):\n"
                                 "        return 'x' * 10**8\ndef auroc(s, t):\n    raise E"}),
    "patches the worker": ("", dedent("""
        import sys
        for module in [m for n, m in sys.modules.items() if n.startswith('_c') or n == '_wire']:
            for name in ('_same', '_changed', 'TooLarge'):
                if hasattr(module, name):
                    setattr(module, name, lambda *a, **k: True)
        setattr(sys.modules['_calling'], '_hand_over', lambda item, given: item)
        lies = True
    """), {**WRONG, AUROC: RIGHT[AUROC].replace("    pairs", "    scores -= lies\n    pairs", 1)}),
    "patches numpy": ("import numpy as np\nsetattr(np, 'allclose', lambda *a, **k: True)",
                      "np.array_equal = lambda *a: True", WRONG),
    "equals all": ("", "", {**WRONG, AUROC: dedent("""
        class Any(float):
            def __eq__(self, other): return True
            def __sub__(self, other): return 0.0
            __rsub__ = __sub__
            __hash__ = float.__hash__
        def auroc(scores, truth): return Any(0.5)
    """)}),
    "redefines check": ("import clipkit.exercises\nclipkit.exercises.check = print\n"
                        "setattr(clipkit.exercises, 'check', lambda *a: 'right')", "", WRONG),
    "eats memory": ("", "store = [b'x']\nwhile True: store.append(bytearray(b'x') * 10**7)\n",
                    {**WRONG, AUROC: "store\n" + WRONG[AUROC].replace("return", "store; return")}),
    "eats memfd": ("", "import os\nhandles = []\nwhile True:\n    handles.append(os.memfd_create('x'))\n"
                   "    os.write(handles[-1], bytes(10**8))",
                   {**WRONG, AUROC: WRONG[AUROC].replace("return", "handles; return")}),
    "eats shared memory": ("", "n = 0\nwhile True:\n    open(f'/dev/shm/{n}', 'wb').write(bytes(10**8)); n += 1",
                           {**WRONG, AUROC: WRONG[AUROC].replace("return", "n; return")}),
    "eats the disk": ("", "n = 0\nwhile True:\n    open(f'{n}', 'wb').write(bytes(10**8)); n += 1",
                      {**WRONG, AUROC: WRONG[AUROC].replace("return", "n; return")}),
    "forks": ("", "import os\nn = 0\nwhile True:\n    n = os.fork()",
              {**WRONG, AUROC: WRONG[AUROC].replace("return", "n; return")}),
    "outlives": ("", dedent("""
        import ctypes, os, time
        def start():
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    ctypes.CDLL(None).prctl(15, b'survivor', 0, 0, 0)
                    while True: time.sleep(1)
                os._exit(0)
        started = start()
    """), {**WRONG, AUROC: WRONG[AUROC].replace("return", "started; return")}),
    "ends all": ("", "import os\nended = os.kill(-1, 9)",
                 {**WRONG, AUROC: WRONG[AUROC].replace("return", "ended; return")}),
    "is deaf": ("", f"{IGNORES}\nnumber = ignore() or max(iter(int, 1))",
                {**WRONG, AUROC: WRONG[AUROC].replace("return", "number; return")}),
}  # fmt: skip
