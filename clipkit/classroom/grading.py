"""Judge hand-ins: the checks run here, the hand-ins' functions in a worker's process.

Of a hand-in only its bytes are taken, and passed on: this process never reads what a student wrote.
Which exercise asks for which function is read from the teacher's notebooks. A check draws inputs,
sends them to the worker, and judges what comes back.
"""

import ast
import hashlib
import importlib.metadata
import json
import os
import platform
import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from clipkit.classroom import roster, sandbox
from clipkit.classroom.process import (
    BUSY,
    EXERCISE,
    PATIENCE,
    START,
    Cancelled,
    Limits,
    Stopped,
    Worker,
)
from clipkit.exercises.calling import SECONDS, Outcome
from clipkit.exercises.engine import EXERCISES, Result, judge

RESTARTS = 20  # how often a hand-in that dies is taken up again
ERRORS = 50  # messages that a grade keeps
TEXT = 2000  # characters of a message that a grade keeps


@dataclass
class Grade:
    """What became of one notebook that was handed in.

    Attributes
    ----------
    student, notebook : str
        Whose it is, and the file's name.
    results : dict from str to Result
        The verdict on each exercise that was reached.
    errors : list of str
        Needed cells that raised an error, such as ``"cell 4: NameError: ..."``.
    stopped : str or None
        Why and where the notebook was stopped, None if it ran to its end.
    forms : dict from str to str
        A digest of each answer's form, for comparing hand-ins; see `report.alike`.
    memory, seconds : float
        The most bytes seen in use, and the seconds computed.
    """

    student: str
    notebook: str
    results: dict[str, Result] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    stopped: str | None = None
    forms: dict[str, str] = field(default_factory=dict)
    memory: float = 0
    seconds: float = 0

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: str) -> "Grade":
        kept = json.loads(text)
        kept["results"] = {name: Result(**result) for name, result in kept["results"].items()}
        return cls(**kept)

    def keep(self, result: Result) -> None:
        """Keep the best of several answers to one exercise."""
        before = self.results.get(result.name)
        if before is None or ORDER.index(result.status) < ORDER.index(before.status):
            self.results[result.name] = result


ORDER = ("right", "wrong", "error", "too slow", "not started")


def notebooks(place: Path) -> list[Path]:
    """Return the notebooks in a folder, or the one notebook that `place` is."""
    place = Path(place)
    return [place] if place.is_file() else sorted(place.glob("*.ipynb"))


def asked_for(place: Path) -> dict[str, str]:
    """Return, from the teacher's notebooks, the function that each exercise asks for.

    Raises
    ------
    ValueError
        If there is no exercise in them, one is unknown, or a file is not a notebook.
    """
    functions = {}
    for path in notebooks(place):
        try:
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            named = [cell for cell in cells if "exercise" in cell["metadata"]]
            for cell in named:
                name = cell["metadata"]["exercise"]
                functions[name] = _passed(name, "".join(cell["source"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{path} is not a notebook that can be read: {error}") from error
    unknown = functions.keys() - EXERCISES.keys()
    if unknown or not functions:
        what = f"asks for unknown exercises: {', '.join(unknown)}" if unknown else "has no exercise"
        raise ValueError(f"{place} {what}")
    return functions


def _passed(name: str, source: str) -> str:
    """Return the name of the function that a teacher's cell passes to check."""
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and len(node.args) == 2
            and isinstance(node.args[1], ast.Name)
        ):
            return node.args[1].id
    raise ValueError(f"the cell of {name} has no call such as check({name!r}, function)")


def grade(
    hand_in: roster.HandIn,
    functions: dict[str, str],
    limits: Limits,
    bubblewrap: str | None,
    cancel: threading.Event | None = None,
) -> Grade:
    """Run one hand-in and judge its exercises; whatever it does becomes a remark on it.

    Parameters
    ----------
    hand_in : HandIn
        Whose it is, and the file.
    functions : dict
        What `asked_for` returns.
    limits : Limits
        What it may use.
    bubblewrap : str or None
        What `sandbox.required` returns.
    cancel : threading.Event, optional
        Set it to give up, with `Cancelled`.
    """
    grade = Grade(hand_in.student, hand_in.name)
    try:
        data = hand_in.read()
        _Grading(grade, data, functions, limits, bubblewrap, cancel or threading.Event()).run()
    except Exception as error:
        said = str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
        grade.stopped = roster.clean(f"could not be graded: {said}", TEXT)
    return grade


class _Grading:
    """The grading of one hand-in: one worker, and another one after each that died."""

    def __init__(
        self,
        grade: Grade,
        data: bytes,
        functions: dict[str, str],
        limits: Limits,
        bubblewrap: str | None,
        cancel: threading.Event,
    ):
        self.grade, self.functions, self.limits = grade, functions, limits
        self.bubblewrap, self.cancel = bubblewrap, cancel
        self.notebook = np.frombuffer(data, np.uint8)
        self.deadline = time.monotonic() + limits.seconds
        self.judged: set[str] = set()
        self.skip: set[int] = set()
        self.place = "at its start"  # for the remark
        self.at: str | int | None = None  # the exercise or statement that would be left out next

    def run(self) -> None:
        stops: list[str] = []
        for _ in range(RESTARTS):
            try:
                self._once()
                break
            except Stopped as stopped:
                stops.append(f"stopped {self.place}: {stopped}")
            if self.at is None or time.monotonic() > self.deadline:
                break
            if isinstance(self.at, int):
                self.skip.add(self.at)
            else:
                self.judged.add(self.at)
                self._keep(Result(self.at, "error", f"Your function was {stops[-1]}."))
        if stops:
            self.grade.stopped = roster.clean("; ".join(dict.fromkeys(stops)), TEXT)

    def _once(self) -> None:
        self.place, self.at = "at its start", None
        task = {
            "notebook": self.notebook,
            "functions": self.functions,
            "wanted": sorted(self.functions.keys() - self.judged),
            "skip": sorted(self.skip),
            "seconds": self.limits.statement_seconds,
        }
        arguments = (task, self.limits, self.deadline, self.bubblewrap, self.cancel)
        worker = Worker(*arguments)
        try:
            with worker:
                self._listen(worker)
        finally:
            self.grade.memory = max(self.grade.memory, worker.memory)
            self.grade.seconds += worker.computing

    def _listen(self, worker: Worker) -> None:
        worker.receive(START)
        message = worker.receive(START)
        if "unreadable" in message:
            raise ValueError(f"it is not a notebook that can be read ({message['unreadable']})")
        for name, said in _dict(message, "broken").items():
            if name in self.functions:
                self._keep(Result(name, "error", f"The cell is not Python.\n{said}"))
        while True:
            message = worker.receive(START)
            if "end" in message:
                return
            self.at, cell = _whole(message, "statement"), _whole(message, "cell")
            self.place = f"in code cell {cell}"
            message = worker.receive(self.limits.statement_seconds + PATIENCE)
            if message.get("error") and len(self.grade.errors) < ERRORS:
                said = f"code cell {cell}: {message['error']}"
                if (said := roster.clean(said, TEXT)) not in self.grade.errors:
                    self.grade.errors.append(said)
            answers = _dict(message, "answers")
            for name in answers.keys() & self.functions.keys() - self.judged:
                self.place, self.at = f"in exercise {name}", name
                if isinstance(answers[name], str) and answers[name]:
                    form = answers[name].encode("utf-8", "replace")
                    self.grade.forms[name] = hashlib.sha256(form).hexdigest()[:16]
                self._judge(name, worker)
            if answers:
                worker.send({"go on": True})

    def _judge(self, name: str, worker: Worker) -> None:
        """Judge one exercise in a time of its own, so that a slow one takes none of the others'."""
        began = time.monotonic()
        worker.deadline = began + 3 * EXERCISE  # more than what its calls may take
        try:
            self._keep(_judge(name, worker))
        finally:
            self.deadline += time.monotonic() - began
            worker.deadline = self.deadline

    def _keep(self, result: Result) -> None:
        shown = {key: roster.clean(value, TEXT) for key, value in asdict(result).items()
                 if isinstance(value, str)}  # fmt: skip
        self.grade.keep(Result(**shown))


def _whole(message: dict[str, Any], name: str) -> int:
    value = message.get(name)
    if type(value) is not int:
        raise Stopped("its answer came in a form that cannot be read")
    return value


def _dict(message: dict[str, Any], name: str) -> dict[str, Any]:
    value = message.get(name)
    if not isinstance(value, dict):
        raise Stopped("its answer came in a form that cannot be read")
    return value


def _judge(name: str, worker: Worker) -> Result:
    """Judge one exercise; the learner's function is called in the worker."""
    late = time.monotonic() + EXERCISE

    def reach(inputs: tuple, given: str) -> Outcome:
        if time.monotonic() > late:
            return Outcome(problem="too slow")
        worker.send({"call": name, "inputs": inputs, "given": given, "seconds": BUSY * SECONDS})
        reply = worker.receive(BUSY * SECONDS + PATIENCE)
        if reply.get("blank") is True:
            raise _Blank
        return _outcome(reply, inputs)

    try:
        return judge(name, reach)
    except _Blank:
        return Result(name, "not started")
    except Stopped:
        raise
    except Exception:  # only a forged reply can be so odd that a check stumbles over it
        return Result(name, "wrong", "Your function returned something that cannot be judged.")


def _outcome(reply: dict[str, Any], inputs: tuple) -> Outcome:
    """Return the outcome in a reply, or raise an error if it is in no proper form."""
    outcome = Outcome(**reply["outcome"])
    texts = (outcome.detail, outcome.printed)
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("an outcome's detail and what was printed are texts")
    if outcome.problem not in (None, "error", "too slow", "too large", "not callable"):
        raise ValueError("an outcome's problem is one of a few")
    if outcome.problem is None and len(outcome.after) != len(inputs):
        raise ValueError("an outcome has every input")
    return outcome


class _Blank(Exception):
    """The learner's function is still the stub."""


def package_version() -> str:
    """Return a digest of what decides a grade besides the hand-in: our code, Python, libraries."""
    digest = hashlib.sha256(platform.python_version().encode())
    for library in ("numpy", "torch"):
        digest.update(importlib.metadata.version(library).encode())
    for folder in ("classroom", "exercises"):
        for path in sorted((sandbox.PACKAGE / folder).glob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def key(hand_in: roster.HandIn, functions: dict[str, str], limits: Limits, version: str) -> str:
    """Return a name for a hand-in that changes when it, or how it is graded, changes."""
    parts = [hand_in.student, hand_in.name, json.dumps(functions, sort_keys=True), repr(limits)]
    text = "\0".join([*parts, version]).encode("utf-8", "surrogateescape")
    try:
        data = hand_in.read()
    except ValueError as error:
        data = str(error).encode("utf-8", "replace")
    return hashlib.sha256(text + b"\0" + data).hexdigest()[:32]


def grade_all(
    work: list[roster.HandIn],
    functions: dict[str, str],
    limits: Limits,
    bubblewrap: str | None,
    kept: Path,
    jobs: int = 2,
    again: frozenset[str] = frozenset(),
) -> Iterator[Grade]:
    """Grade hand-ins, several at once, and yield each grade as soon as it is there.

    Parameters
    ----------
    work : list of HandIn
        What `roster.hand_ins` finds.
    functions : dict
        What `asked_for` returns.
    limits : Limits
        For each hand-in.
    bubblewrap : str or None
        What `sandbox.required` returns.
    kept : Path
        A folder where each grade is kept, so that interrupted grading goes on where it stood.
    jobs : int
        How many at once.
    again : frozenset of str
        Students who are graded again, whatever is kept.
    """
    kept.mkdir(parents=True, exist_ok=True)
    version = package_version()
    todo: queue.Queue[roster.HandIn] = queue.Queue()
    done: queue.Queue[Grade | Exception] = queue.Queue()
    for hand_in in work:
        todo.put(hand_in)
    stop = threading.Event()

    def run() -> None:
        while not stop.is_set():
            try:
                hand_in = todo.get_nowait()
            except queue.Empty:
                return
            try:
                file = kept / f"{key(hand_in, functions, limits, version)}.json"
                result = None if hand_in.student in again else _kept(file)
                if result is None:
                    result = grade(hand_in, functions, limits, bubblewrap, stop)
                    _write(file, result.to_json())
                done.put(result)
            except Cancelled:
                return
            except Exception as error:  # a full disk; raised where the grades are awaited
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


def _kept(file: Path) -> Grade | None:
    """Return the grade that is kept in a file, None if there is none that can be read."""
    try:
        return Grade.from_json(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(path: Path, text: str) -> None:
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)
