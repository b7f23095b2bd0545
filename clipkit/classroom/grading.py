"""Run submissions in processes of their own, and judge them here.

Of a submission only the sources of its code cells are taken. Which exercise asks for which
function is read from the teacher's notebooks. The strict checks run in this process: they draw
inputs, send them to the worker, and judge what comes back.
"""

import ast
import contextlib
import hashlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from clipkit.classroom import sandbox, wire
from clipkit.exercises.calling import SECONDS, Outcome
from clipkit.exercises.engine import EXERCISES, Result, judge

WORKER = Path(__file__).with_name("worker.py")
START = 60  # seconds of computing until a process is ready for the first cell
PATIENCE = 10  # seconds of computing that a process may be late before it is ended from outside
BUSY = 4  # how much slower the clock may show a process to be that shares the machine


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Attributes
    ----------
    memory : int
        Bytes.
    seconds : float
        For the whole notebook, on the clock.
    cell_seconds : float
        Of computing, for one cell.
    readable : tuple of str
        Folders, besides Python and clipkit, that a submission may read: data sets and models.
    """

    memory: int = 2 * 10**9
    seconds: float = 600
    cell_seconds: float = 60
    readable: tuple[str, ...] = ()


@dataclass
class Grade:
    """What became of one submitted notebook.

    Attributes
    ----------
    student, notebook : str
        Whose it is, and the file's name.
    results : dict from str to Result
        The verdict on each exercise that was reached.
    errors : list of str
        Cells that raised an error, such as ``"cell 4: NameError: ..."``.
    stopped : str or None
        Why and where the notebook was stopped, None if it ran to its end.
    """

    student: str
    notebook: str
    results: dict[str, Result] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    stopped: str | None = None

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: str) -> "Grade":
        kept = json.loads(text)
        kept["results"] = {name: Result(**result) for name, result in kept["results"].items()}
        return cls(**kept)


class Cancelled(BaseException):
    """Grading was interrupted: no grade comes of this run."""


class Stopped(Exception):
    """The worker is gone, or had to be ended; the message says why."""


def read_notebook(path: Path) -> list[dict]:
    """Return the cells of a notebook, each with "type", "source" and "metadata".

    Raises
    ------
    ValueError
        If the file is not a notebook.
    """
    try:
        cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
        return [
            {
                "type": cell["cell_type"],
                "source": "".join(cell["source"]),
                "metadata": dict(cell.get("metadata", {})),
            }
            for cell in cells
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} is not a notebook that can be read: {error}") from error


def notebooks(place: Path) -> list[Path]:
    """Return the notebooks in a folder, or the one notebook that `place` is."""
    place = Path(place)
    return [place] if place.is_file() else sorted(place.glob("*.ipynb"))


def asked_for(place: Path) -> dict[str, str]:
    """Return, from the teacher's notebooks, the function that each exercise asks for.

    Raises
    ------
    ValueError
        If there is no exercise in them.
    """
    functions = {}
    for path in notebooks(place):
        for cell in read_notebook(path):
            if "exercise" in cell["metadata"]:
                call = ast.parse(cell["source"].rstrip().splitlines()[-1]).body[0].value
                functions[cell["metadata"]["exercise"]] = call.args[1].id
    unknown = functions.keys() - EXERCISES.keys()
    if unknown or not functions:
        what = f"asks for unknown exercises: {', '.join(unknown)}" if unknown else "has no exercise"
        raise ValueError(f"{place} {what}")
    return functions


def submissions(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield (student, notebook): ``student.ipynb``, or any notebook in a folder ``student``.

    The folder of a course platform (Moodle, nbgrader) has the second form.
    """
    folder = Path(folder)
    for path in sorted(folder.rglob("*.ipynb")):
        inside = path.relative_to(folder).parts
        if not any(part.startswith(".") for part in inside):
            yield (inside[0] if len(inside) > 1 else path.stem), path


def tasks_of(cells: list[dict], functions: dict[str, str]) -> list[list[str]]:
    """Return for each code cell the exercises that it answers.

    A cell answers an exercise if it carries its name, in its metadata or in a call of check: some
    course platforms throw metadata away.
    """
    return [
        [
            name
            for name in functions
            if cell["metadata"].get("exercise") == name or f'check("{name}"' in cell["source"]
        ]
        for cell in cells
    ]


class Worker:
    """A process that runs one submission, confined; a context manager that ends it."""

    def __init__(self, task: dict, limits: Limits, prefix: list[str], cancel: threading.Event):
        self.limits, self.cancel = limits, cancel
        self.deadline = time.monotonic() + limits.seconds
        self.scratch = tempfile.TemporaryDirectory(prefix="clipkit-", ignore_cleanup_errors=True)
        _share_compiled(self.scratch.name)
        self.process = subprocess.Popen(
            [*prefix, sys.executable, "-I", str(WORKER)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            cwd=self.scratch.name, env=_environment(self.scratch.name),
            start_new_session=True,
        )  # fmt: skip
        # A last resort, should this side wait in a write that the process never reads.
        self.watchdog = threading.Timer(limits.seconds + 2 * PATIENCE, self._kill)
        self.watchdog.daemon = True
        self.watchdog.start()
        self.lines = queue.Queue(maxsize=4)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self._write(json.dumps(task).encode() + b"\n")

    def _read(self):
        """Move lines from the pipe to the queue, so that waiting for one can have an end."""
        with contextlib.suppress(OSError, ValueError):
            while line := self.process.stdout.readline(wire.LONGEST):
                self.lines.put(line)
        self.lines.put(b"")

    def _write(self, line):
        with contextlib.suppress(OSError):  # a dead process is noticed when it is listened to
            self.process.stdin.write(line)
            self.process.stdin.flush()

    def send(self, message: dict) -> None:
        self._write(wire.dump(message))

    def receive(self, seconds: float) -> dict:
        """Return the next message, or raise `Stopped` with the reason why there is none.

        `seconds` of computing are allowed for it, and, since this machine may be busy with other
        things, several times as much on the clock.
        """
        late = time.monotonic() + BUSY * seconds
        used = self._usage()[1]
        while True:
            with contextlib.suppress(queue.Empty):
                line = self.lines.get(timeout=0.5)
                if not line:
                    raise Stopped(self._end())
                try:
                    message = wire.load(line)
                except ValueError:
                    raise Stopped("it wrote to the grader's pipe") from None
                if not isinstance(message, dict):
                    raise Stopped("it wrote to the grader's pipe")
                return message
            if self.cancel.is_set():
                raise Cancelled
            memory, computing = self._usage()
            if memory > 1.3 * self.limits.memory:  # with the libraries that are shared
                raise Stopped(f"it used more than {self.limits.memory / 1e9:g} GB of memory")
            if time.monotonic() > self.deadline:
                raise Stopped(f"it ran for more than {self.limits.seconds:g} seconds")
            if computing - used > seconds or time.monotonic() > late:
                raise Stopped("it did not answer, as in a loop that cannot be interrupted")

    def _end(self):
        code = self.process.wait(PATIENCE)
        if code < 0 or code > 128:
            number = -code if code < 0 else code - 128
            names = {9: "killed", 11: "a segmentation fault", 24: "its computing time was used up"}
            return f"the process died ({names.get(number, f'signal {number}')})"
        return f"the process ended itself (exit code {code})"

    def _usage(self):
        """Return the bytes in use and the seconds computed, of the process and its children."""
        memory = computing = 0
        for process in _family(self.process.pid):
            with contextlib.suppress(psutil.Error):
                memory += process.memory_info().rss
                computing += sum(process.cpu_times()[:2])
        return memory, computing

    def __enter__(self):
        return self

    def _kill(self):
        for process in _family(self.process.pid):
            with contextlib.suppress(psutil.Error):
                process.kill()

    def __exit__(self, *error):
        self._kill()
        self.watchdog.cancel()
        self.process.wait()
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        late = time.monotonic() + PATIENCE
        while self.reader.is_alive() and time.monotonic() < late:
            with contextlib.suppress(queue.Empty):  # it may wait for room in the queue
                self.lines.get(timeout=0.1)
        self.scratch.cleanup()


def _family(pid):
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        return [*process.children(recursive=True), process]
    return []


def _environment(scratch):
    """Return the variables that a submission sees: none of the teacher's but what runs Python."""
    kept = ("SYSTEMROOT", "PATHEXT", "COMSPEC", "LANG", "LC_ALL")
    return {name: os.environ[name] for name in kept if name in os.environ} | {
        "PATH": os.defpath,
        "HOME": scratch,
        "USERPROFILE": scratch,
        "TMPDIR": scratch,
        "TEMP": scratch,
        "MPLCONFIGDIR": scratch,
        "MPLBACKEND": "agg",
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "NUMBA_CACHE_DIR": os.path.join(scratch, "numba"),
        "CLIPKIT_PROGRESS": os.path.join(scratch, "progress.json"),
    }


def _share_compiled(scratch):
    """Link what numba has compiled already, or each submission would wait for it anew.

    numba keeps the compiled functions of a folder under the folder's name and the SHA-1 of its
    path (numba.core.caching). A submission reads through the links and cannot write through them.
    """
    for kept in {path.parent for path in WORKER.parents[1].rglob("__pycache__/*.nbi")}:
        digest = hashlib.sha1(str(kept.parent).encode()).hexdigest()
        target = Path(scratch) / "numba" / f"{kept.parent.name}_{digest}"
        target.mkdir(parents=True)
        with contextlib.suppress(OSError):  # Windows lets only some users make links
            for path in kept.glob("*.nb[ic]"):
                (target / path.name).symlink_to(path)


def _readable(limits):
    """Return what a submission may read: the system's programs and Python, not the home."""
    system = ["/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/etc", "/proc", "/sys", "/opt"]
    checkout = str(WORKER.parents[2])  # its notebooks hold the solutions
    python = [sys.prefix, sys.base_prefix, *(path for path in sys.path[1:] if path != checkout)]
    return [*system, *python, *limits.readable]


def grade(
    student: str,
    path: Path,
    functions: dict[str, str],
    limits: Limits,
    prefix: list[str] = (),
    cancel: threading.Event | None = None,
) -> Grade:
    """Run one submission and judge its exercises.

    Parameters
    ----------
    student : str
        Whose it is.
    path : Path
        The notebook.
    functions : dict
        What `asked_for` returns.
    limits : Limits
        What the submission may use.
    prefix : list of str
        What `sandbox.without_network` returns.
    cancel : threading.Event, optional
        Set it to give up.
    """
    grade = Grade(student, path.name)
    try:
        cells = [cell for cell in read_notebook(path) if cell["type"] == "code"]
    except ValueError as error:
        grade.stopped = str(error)
        return grade
    exercises = tasks_of(cells, functions)
    task = {
        "cells": [cell["source"] for cell in cells],
        "exercises": exercises,
        "memory": limits.memory,
        "seconds": limits.seconds,
        "cell_seconds": limits.cell_seconds,
        "readable": _readable(limits),
        "processes": 256 if prefix else None,
    }
    place = "before its first cell"
    with Worker(task, limits, prefix, cancel or threading.Event()) as worker:
        try:
            worker.receive(START)
            for number, names in enumerate(exercises):
                place = f"in code cell {number + 1}"
                message = worker.receive(limits.cell_seconds + PATIENCE)
                if message.get("error"):
                    grade.errors.append(f"code cell {number + 1}: {str(message['error'])[:500]}")
                for name in names:
                    place = f"in exercise {name}"
                    _keep(grade, _judge(name, functions[name], worker))
                if names:
                    worker.send({"go on": True})
            worker.receive(PATIENCE)
        except Stopped as stopped:
            grade.stopped = f"stopped {place}: {stopped}"
            name = place.removeprefix("in exercise ")
            if name in functions:
                _keep(grade, Result(name, "error", f"Your function was {grade.stopped}."))
    return grade


def _judge(name, function, worker):
    """Judge one exercise; the learner's function is called in the worker."""
    missing = {}

    def reach(inputs, given):
        worker.send({"call": function, "inputs": inputs, "given": given, "seconds": BUSY * SECONDS})
        reply = worker.receive(BUSY * SECONDS + PATIENCE)
        if "outcome" in reply:
            return Outcome(**reply["outcome"])
        missing["missing"] = bool(reply.get("missing"))
        raise _Blank

    try:
        return judge(name, reach)
    except _Blank:
        missed = f"There is no function `{function}`." if missing["missing"] else ""
        return Result(name, "not started", missed)
    except Stopped:
        raise
    except Exception:  # only a forged reply can be so odd that a check stumbles over it
        return Result(name, "wrong", "Your function returned something that cannot be judged.")


class _Blank(Exception):
    """The learner's function is still the stub."""


ORDER = ("right", "wrong", "error", "too slow", "not started")


def _keep(grade, result):
    """Keep the best of several answers to one exercise."""
    before = grade.results.get(result.name)
    if before is None or ORDER.index(result.status) < ORDER.index(before.status):
        grade.results[result.name] = result


def key(student: str, path: Path, functions: dict[str, str], limits: Limits) -> str:
    """Return a name for a submission that changes when it, or how it is graded, changes."""
    parts = [student, path.name, json.dumps(functions, sort_keys=True), repr(limits)]
    digest = hashlib.sha256("\0".join(parts).encode() + path.read_bytes())
    return digest.hexdigest()[:32]


def grade_all(
    work: list[tuple[str, Path]],
    functions: dict[str, str],
    limits: Limits,
    kept: Path,
    jobs: int = 2,
) -> Iterator[Grade]:
    """Grade submissions, several at once, and yield each grade as soon as it is there.

    Parameters
    ----------
    work : list of (student, path)
        What `submissions` yields.
    functions : dict
        What `asked_for` returns.
    limits : Limits
        For each submission.
    kept : Path
        A folder where each grade is kept, so that interrupted grading goes on where it stood.
    jobs : int
        How many at once.
    """
    kept.mkdir(parents=True, exist_ok=True)
    prefix = sandbox.without_network()
    todo, done = queue.Queue(), queue.Queue()
    for student, path in work:
        todo.put((student, path))
    stop = threading.Event()

    def run():
        while not stop.is_set():
            try:
                student, path = todo.get_nowait()
            except queue.Empty:
                return
            try:
                file = kept / f"{key(student, path, functions, limits)}.json"
                if file.exists():
                    result = Grade.from_json(file.read_text(encoding="utf-8"))
                else:
                    result = grade(student, path, functions, limits, prefix, stop)
                    _write(file, result.to_json())
                done.put(result)
            except Cancelled:
                return
            except Exception as error:  # raised where the grades are awaited
                done.put(error)

    threads = [threading.Thread(target=run, daemon=True) for _ in range(jobs)]
    for thread in threads:
        thread.start()
    try:
        for _ in work:
            result = done.get()
            if isinstance(result, Exception):
                raise result
            yield result
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _write(path, text):
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)
