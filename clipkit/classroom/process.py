"""The worker's process, seen from the grader: started, listened to, watched and ended."""

import contextlib
import itertools
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import psutil

from clipkit.classroom import sandbox, wire

EXERCISE = 60  # seconds on the clock for all calls of one exercise
START = 60  # seconds of computing until a process is ready for the first statement
PATIENCE = 10  # seconds of computing that a process may be late before it is ended from outside
BUSY = 4  # how much slower the clock may show a process to be that shares the machine
REPLY = 16 * 2**20  # bytes of arrays in a reply; twice what an answer may have
TICK = 0.5  # seconds between two looks at the process
OFTEN = 0.1  # the same, where nobody but the grader watches the memory
_numbers = itertools.count()


@dataclass(frozen=True)
class Limits:
    """What one hand-in may use.

    Attributes
    ----------
    memory : int
        Bytes, of the process and its children together.
    seconds : float
        For all statements of the notebook, on the clock; each exercise has `EXERCISE` besides.
    statement_seconds : float
        Of computing, for one statement outside of an exercise.
    readable : tuple of Path
        Folders, besides Python and clipkit, that it may read: data sets and models.
    """

    memory: int = 2 * 10**9
    seconds: float = 300
    statement_seconds: float = 60
    readable: tuple[Path, ...] = field(default=())


class Cancelled(BaseException):
    """Grading was interrupted: no grade comes of this run."""


class Stopped(Exception):
    """The worker is gone, or had to be ended; the message says why."""


class Worker:
    """A process that runs one hand-in; a context manager that ends it.

    Parameters
    ----------
    task : dict
        What the worker is sent first.
    limits : Limits
        What it may use.
    deadline : float
        When it is ended, on the clock of `time.monotonic`; it may be moved.
    bubblewrap : str or None
        What `sandbox.required` returns; None runs it unconfined.
    cancel : threading.Event
        Set to give up.

    Attributes
    ----------
    memory, computing : float
        The most bytes that were seen in use, and the seconds computed.
    """

    def __init__(
        self,
        task: dict,
        limits: Limits,
        deadline: float,
        bubblewrap: str | None,
        cancel: threading.Event,
    ):
        self.limits, self.cancel, self.deadline = limits, cancel, deadline
        self.memory = self.computing = 0.0
        self.stack = contextlib.ExitStack()
        name = f"clipkit-{os.getpid()}-{next(_numbers)}"
        self.group = self.stack.enter_context(sandbox.cgroup(limits.memory, name))
        if bubblewrap:
            worker = str(sandbox.INSIDE / "clipkit" / sandbox.WORKER[0])
            command = sandbox.confined(bubblewrap, [sys.executable, "-I", worker], limits.readable)
            variables, folder = sandbox.variables(), None
        else:
            scratch = self.stack.enter_context(
                tempfile.TemporaryDirectory(prefix="clipkit-", ignore_cleanup_errors=True)
            )
            command = [sys.executable, "-I", str(sandbox.PACKAGE / sandbox.WORKER[0])]
            variables, folder = sandbox.variables(scratch), scratch
        self.process: subprocess.Popen[bytes] = subprocess.Popen(
            self.group.inside(command),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            start_new_session=True, env=variables, cwd=folder,
        )  # fmt: skip
        assert self.process.stdin and self.process.stdout, "both are pipes"
        self.requests, self.replies = self.process.stdin, self.process.stdout
        self.messages: queue.Queue[object] = queue.Queue(maxsize=4)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.took_too_much, self.ended = False, threading.Event()
        self.watcher = threading.Thread(target=self._watch, daemon=True)
        self.watcher.start()
        processes = sandbox.PROCESSES if bubblewrap else None
        seconds = int(max(limits.seconds, 1)) + EXERCISE * len(task["functions"]) + PATIENCE
        self.send({**task, "limits": {"seconds": seconds, "files": sandbox.DISK,
                                      "processes": processes}})  # fmt: skip

    def _read(self) -> None:
        """Move messages from the pipe to the queue, so that waiting for one can have an end."""
        try:
            while True:
                self.messages.put(wire.read(self.replies.read, REPLY))
        except EOFError:
            self.messages.put(None)
        except (ValueError, OSError, MemoryError) as error:
            self.messages.put(error)

    def _watch(self) -> None:
        """Look at the process all the time, and end it when it takes too much."""
        while not self.ended.wait(TICK if self.group.folders else OFTEN):
            self._look()
            if self.memory > 1.3 * self.limits.memory:  # with the libraries that are shared
                self.took_too_much = True
                return self._kill()
            # A last resort, should this side wait in a write that the process never reads.
            if time.monotonic() > self.deadline + PATIENCE:
                return self._kill()

    def send(self, message: dict) -> None:
        """Send one message; a dead process is noticed when it is listened to."""
        with contextlib.suppress(OSError):
            self.requests.write(wire.dump(message))
            self.requests.flush()

    def receive(self, seconds: float) -> dict:
        """Return the next message, a dict.

        `seconds` of computing are allowed for it, and, since this machine may be busy with other
        things, several times as much on the clock.

        Raises
        ------
        Stopped
            If there is none, with the reason.
        """
        late = time.monotonic() + BUSY * seconds
        used = None  # most messages come before the first look
        while True:
            if self.cancel.is_set():
                raise Cancelled
            if time.monotonic() > self.deadline:
                raise Stopped(f"its {self.limits.seconds:g} seconds were used up")
            with contextlib.suppress(queue.Empty):
                message = self.messages.get(timeout=TICK)
                if message is None:
                    raise Stopped(self._end())
                if not isinstance(message, dict):
                    raise Stopped("its answer came in a form that cannot be read")
                return message
            used = self.computing if used is None else used
            if self.computing - used > seconds or time.monotonic() > late:
                raise Stopped("it did not answer, as in a loop that cannot be interrupted")

    def _too_much(self) -> str:
        return f"it used more than {self.limits.memory / 1e9:g} GB of memory"

    def _end(self) -> str:
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            return "it closed its connection to the grader"
        if self.took_too_much or self.group.ran_out():
            return self._too_much()
        number = -code if code < 0 else code - 128  # bubblewrap passes a signal on as 128 + n
        names = {9: "it was killed", 11: "a segmentation fault", 24: "its seconds were used up"}
        if number in names:
            return f"the process died ({names[number]})"
        return f"the process ended itself (exit code {code})"

    def _look(self) -> None:
        """Note the bytes in use and the seconds computed, of the process and its children."""
        memory = computing = 0
        for process in _family(self.process.pid):
            with contextlib.suppress(psutil.Error):
                memory += process.memory_info().rss
                computing += sum(process.cpu_times()[:4])  # with those of children that ended
        self.memory, self.computing = max(self.memory, memory), max(self.computing, computing)

    def _kill(self) -> None:
        for process in _family(self.process.pid):  # with bubblewrap's, the kernel ends all others
            with contextlib.suppress(psutil.Error):
                process.kill()

    def __enter__(self) -> "Worker":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.ended.set()
        self.watcher.join()
        self._look()
        self._kill()
        self.process.wait()
        with contextlib.suppress(OSError):
            self.requests.close()
        late = time.monotonic() + PATIENCE
        while self.reader.is_alive() and time.monotonic() < late:
            with contextlib.suppress(queue.Empty):  # it may wait for room in the queue
                self.messages.get(timeout=0.1)
        self.replies.close()
        self.stack.close()


def _family(pid: int) -> list[psutil.Process]:
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        return [*process.children(recursive=True), process]
    return []
