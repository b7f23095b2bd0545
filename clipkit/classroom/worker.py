"""Run what a hand-in's exercises need, and call its functions when the grader asks.

Started by `clipkit.classroom.process` in a process of its own, never imported by it. It holds no
check and no reference, and decides nothing: it reads the hand-in, runs the statements that `needed`
keeps, takes the object that is passed to ``check``, and answers calls of it.
"""

import ast
import asyncio
import contextlib
import importlib.util
import inspect
import json
import linecache
import os
import signal
import sys
import textwrap
import types
from pathlib import Path
from typing import Any, BinaryIO

PACKAGES = Path(__file__).resolve().parents[2]
SAID = 500  # characters of an error that are passed on


def by_path(name: str) -> Any:
    """Import one module of clipkit without its package, which would import the checks."""
    path = PACKAGES.joinpath("clipkit", *name.split(".")).with_suffix(".py")
    spec = importlib.util.spec_from_file_location(f"_{name.split('.')[-1]}", path)
    assert spec and spec.loader, "a path that ends in .py has a loader"
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def limit(seconds: int, files: int, processes: int | None) -> None:
    """Limit this process and its children for good; a limit that does not hold is an error."""
    try:
        import resource
    except ImportError:  # Windows, where only one's own notebook is checked
        return
    for what, amount in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, files),
        (resource.RLIMIT_CORE, 0),
        *([(resource.RLIMIT_NPROC, processes)] if processes else []),
    ):
        resource.setrlimit(what, (amount, amount))


def private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keep the pipes to the grader, and give the hand-in's prints and inputs nothing."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    return requests, replies


def code_cells(data: bytes) -> list[tuple[int, str, object]]:
    """Return the code cells of a notebook's bytes, each as (number, source, exercise or None)."""
    notebook = json.loads(data)
    if notebook.get("nbformat", 4) < 4:
        import nbformat

        notebook = nbformat.convert(nbformat.reads(json.dumps(notebook), nbformat.NO_CONVERT), 4)
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    found = []
    for number, cell in enumerate(cells, start=1):
        source = plain_python(encodable("".join(cell["source"])))
        found.append((number, source, cell.get("metadata", {}).get("exercise")))
    return found


def encodable(source: str) -> str:
    """Put a question mark for half a character, which a broken editor leaves behind."""
    return source.encode("utf-8", "replace").decode()


def plain_python(source: str) -> str:
    """Turn magics and the like into Python, as IPython does; most cells are Python already."""
    try:
        ast.parse(source)
    except SyntaxError:
        from IPython.core.inputtransformer2 import TransformerManager

        return TransformerManager().transform_cell(source)
    except (ValueError, RecursionError, MemoryError):  # the parser gave up: this cell is left out
        pass
    return source


def broken(cells: list[tuple[int, str, object]], functions: dict[str, str]) -> dict[str, str]:
    """Return the exercises whose cell is no Python, each with what is wrong."""
    found: dict[str, str] = {}
    for number, source, marked in cells:
        try:
            ast.parse(source)
        except SyntaxError as error:
            said = f"code cell {number}, line {error.lineno}: {error.msg}"
        except (ValueError, RecursionError, MemoryError) as error:
            said = f"code cell {number}: {error or 'it is nested too deeply'}"
        else:
            continue
        found |= {name: said[:SAID] for name in functions if name == marked or name in source}
    return found


class Notebook:
    """The statements of a hand-in that its exercises need, and the names that they have bound.

    Parameters
    ----------
    data : bytes
        The file.
    functions : dict from str to str
        The function that each exercise asks for.
    """

    def __init__(self, data: bytes, functions: dict[str, str], needed: Any):
        self.functions = functions
        self.passed: dict[str, object] = {}
        cells = code_cells(data)
        self.statements = needed.statements_of([cell[:2] for cell in cells], functions)
        marked = {n: name for n, _, name in cells if isinstance(name, str) and name in functions}
        self.broken = broken(cells, functions)
        self.answers: dict[
            int, set[str]
        ] = {}  # from the number of a statement to the exercises that it answers
        for number, made in enumerate(self.statements):
            if made.names or made.checks:
                self.answers[number] = made.names
            elif functions.get(marked.get(made.cell, "")) in made.binds:
                self.answers[number] = {marked[made.cell]}
        for number, source, _ in cells:  # so that an error can show the line
            lines = source.splitlines(keepends=True)
            linecache.cache[f"<cell {number}>"] = (len(source), None, lines, f"<cell {number}>")
        self.main = types.ModuleType("__main__")
        self.names = vars(self.main)
        self.names.update(display=lambda *items, **options: None, get_ipython=self.shell)

    def plan(self, needed: Any, wanted: set[str], skip: set[int]) -> list[int]:
        """Return the numbers of the statements to run for the exercises `wanted`."""
        answers = [
            number
            for number, names in self.answers.items()
            if number not in skip and (not names or names & wanted)
        ]
        return [number for number in needed.needed(self.statements, answers) if number not in skip]

    def shell(self) -> Any:
        """Return an IPython shell on this notebook's names: only magics need one."""
        from IPython.core.interactiveshell import InteractiveShell
        from traitlets.config import Config

        quiet = Config({"HistoryManager": {"enabled": False}})
        shell: Any = InteractiveShell.instance(config=quiet, user_ns=self.names)
        shell.enable_gui = lambda gui=None: None
        self.names["get_ipython"] = self.shell
        return shell

    def run(self, number: int) -> None:
        """Run one statement."""
        made = self.statements[number]
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        tree = ast.Module([made.tree], type_ignores=[])
        code = compile(tree, f"<cell {made.cell}>", "exec", flags, dont_inherit=True)
        if code.co_flags & inspect.CO_COROUTINE:
            asyncio.run(types.FunctionType(code, self.names)())
        else:
            exec(code, self.names)

    def take(self, number: int) -> dict[str, object]:
        """Return the answers that a statement gave, from exercise to object.

        An exercise that it names without passing an object (its call failed, or a platform has
        dropped the call) is answered by the function that the exercise asks for.
        """
        answers, self.passed = self.passed, {}
        for name in self.answers.get(number, ()):
            if name not in answers and self.functions[name] in self.names:
                answers[name] = self.names[self.functions[name]]
        return {name: answer for name, answer in answers.items() if name in self.functions}

    def exercises(self) -> Any:
        """Make the module `clipkit.exercises` of this process: check only takes the object."""
        module: Any = types.ModuleType("clipkit.exercises")
        module.__path__ = []

        def check(name: object, answer: object = None) -> None:
            self.passed[str(name)] = answer

        module.check = check
        module.progress = lambda: None
        module.names = lambda: list(self.functions)
        return module


def run(notebook: Notebook, number: int, seconds: float, calling: Any) -> str | None:
    """Run one statement; return the text of its error, None if there was none."""

    def stop(signum: int, frame: object) -> None:
        raise calling.TimeLimit(f"it ran for more than {seconds:g} seconds")

    # Computing counts, since the machine may be busy; and, for one that sleeps, the clock.
    timers = [("ITIMER_PROF", "SIGPROF", seconds), ("ITIMER_REAL", "SIGALRM", 4 * seconds)]
    timers = [timer for timer in timers if hasattr(signal, timer[0])]
    for timer, name, amount in timers:
        signal.signal(getattr(signal, name), stop)
        signal.setitimer(getattr(signal, timer), amount, 1)
    try:
        notebook.run(number)
    except BaseException as error:  # a hand-in's exit() must not end the process
        return f"{type(error).__name__}: {error}"[:SAID]
    finally:
        for timer, _, _ in timers:
            signal.setitimer(getattr(signal, timer), 0)
    return None


def form(answer: Any) -> str:
    """Return the form of a function: its syntax without names and docstrings, for comparing."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(answer)))
    except (
        Exception
    ):  # a class with a source of its own, a builtin, a lambda in the middle of a line
        return ""
    for node in ast.walk(tree):
        for name in ("name", "id", "arg"):
            if isinstance(getattr(node, name, None), str):
                setattr(node, name, "")
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return ast.dump(tree)[:20_000]


def main() -> None:
    requests, replies = private_pipes()
    wire, calling, needed = map(
        by_path, ("classroom.wire", "exercises.calling", "classroom.needed")
    )
    task = wire.read(requests.read)
    limit(**task["limits"])

    def reply(message: dict) -> None:
        try:
            data = wire.dump(message)
        except (TypeError, ValueError):  # an answer that is small and yet cannot be sent
            data = wire.dump({"outcome": vars(calling.Outcome(problem="too large"))})
        replies.write(data)
        replies.flush()

    reply({"ready": True})
    try:
        notebook = Notebook(task["notebook"].tobytes(), task["functions"], needed)
        plan = notebook.plan(needed, set(task["wanted"]), set(task["skip"]))
    except Exception as problem:
        reply({"unreadable": f"{type(problem).__name__}: {problem}"[:SAID]})
        return
    reply({"broken": notebook.broken})
    sys.modules["clipkit.exercises"] = notebook.exercises()
    sys.modules["__main__"] = notebook.main
    sys.path[:0] = [os.getcwd(), str(PACKAGES)]
    for number in plan:
        reply({"statement": number, "cell": notebook.statements[number].cell})
        error = run(notebook, number, task["seconds"], calling)
        answers = notebook.take(number)
        reply({"error": error, "answers": {name: form(answers[name]) for name in answers}})
        while answers and "call" in (request := wire.read(requests.read)):
            answer = answers[request["call"]]
            if calling.is_blank(answer):
                reply({"blank": True})
            else:
                inputs, given = request["inputs"], request["given"]
                reply({"outcome": vars(calling.call(answer, inputs, given, request["seconds"]))})
    reply({"end": True})
    requests.read()  # until the grader has looked at what this process used, and ends it


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError, EOFError):
        main()
