"""Call a learner's function with care.

A learner's function may raise, never end, print a page, change what it is given, or return
anything at all. `call` turns each of these into an `Outcome`, a plain record that a check can
judge in the same process or in another one.
"""

import contextlib
import ctypes
import io
import linecache
import signal
import sysconfig
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

SECONDS = 5.0  # for one call; a check makes about ten, each of a few milliseconds
PRINTED = 400  # characters of the learner's own printing that are kept
LARGEST = 8 * 2**20  # bytes of an answer that are looked at; a right one has a few thousand
ENTRY = 80  # bytes that an entry of a list or dict counts
DIGITS = 300  # of a whole number; a longer one is no float either


@dataclass(frozen=True)
class Outcome:
    """What came of one call.

    Attributes
    ----------
    value : object
        What the function returned, made plain by `plain`.
    problem : str or None
        ``None``, ``"error"``, ``"too slow"``, ``"too large"`` or ``"not callable"``.
    detail : str
        The learner's error at the learner's line, or the type of what cannot be called.
    printed : str
        The beginning of what the function printed.
    after : tuple
        The inputs as the function left them, made plain; whoever sent them can compare.
    """

    value: object = None
    problem: str | None = None
    detail: str = ""
    printed: str = ""
    after: tuple = ()


class TimeLimit(BaseException):
    """Raised inside a call that takes too long; not an `Exception`, so that few swallow it."""


class TooLarge(Exception):
    """Raised where an answer is larger than `LARGEST`."""


def is_blank(answer: object) -> bool:
    """Tell whether `answer` is a stub as it came: nothing but a docstring and ``...``.

    >>> def stub(a):
    ...     "Return twice `a`."
    ...     ...
    >>> is_blank(stub), is_blank(None), is_blank(lambda a: 2 * a)
    (True, True, False)
    """
    if answer is None or answer is Ellipsis:
        return True
    code = getattr(answer, "__code__", None)
    if code is None or code.co_code not in _BLANK:
        return False
    return all(constant in (None, answer.__doc__) for constant in code.co_consts)


def _documented() -> None:
    "A stub with a docstring."  # noqa: D401
    ...


def _undocumented() -> None: ...


# A stub compiles to the same few bytes whatever its name, arguments and docstring.
_BLANK = {_documented.__code__.co_code, _undocumented.__code__.co_code}


def plain(value: object, depth: int = 3) -> object:
    """Turn what a learner returned into numpy arrays, lists, tuples, dicts, numbers and texts.

    Anything else becomes a text such as ``"<DataFrame>"``, which no check mistakes for a number.

    >>> plain([np.float64(0.5), (1, None)])
    [0.5, (1, None)]

    Raises
    ------
    TooLarge
        If it takes more than `LARGEST` bytes.
    """
    return _plain(value, depth, _Room())


class _Room:
    """The bytes that are left for an answer."""

    def __init__(self) -> None:
        self.left = LARGEST

    def take(self, amount: int) -> None:
        self.left -= amount
        if self.left < 0:
            raise TooLarge


def _plain(value: Any, depth: int, room: _Room) -> object:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, int) and abs(value) >= 10**DIGITS:
        return f"<whole number of more than {DIGITS} digits>"
    if isinstance(value, str):
        room.take(len(value))
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if hasattr(value, "detach"):  # a torch tensor, without importing torch here
        value = _from_torch(value)
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufU":
        room.take(value.nbytes)
        return value
    if isinstance(value, list | tuple | dict) and depth:
        room.take(ENTRY * len(value))
        if isinstance(value, dict):
            return {str(key): _plain(item, depth - 1, room) for key, item in value.items()}
        items = [_plain(item, depth - 1, room) for item in value]
        return items if isinstance(value, list) else tuple(items)
    return f"<{type(value).__name__}>"


def _from_torch(tensor: Any) -> np.ndarray:
    try:
        return tensor.detach().cpu().numpy()
    except TypeError:  # bfloat16, which numpy does not know
        return tensor.detach().cpu().float().numpy()


def call(
    function: object, inputs: tuple, given: str = "numpy", seconds: float | None = None
) -> Outcome:
    """Call ``function(*inputs)`` on copies of `inputs` and say what came of it.

    Parameters
    ----------
    function : callable
        The learner's function.
    inputs : tuple
        Numpy arrays, numbers, texts, and lists or dicts of these.
    given : {"numpy", "torch"}
        What arrays are handed over as.
    seconds : float, optional
        The time limit, `SECONDS` by default.
    """
    if not callable(function):
        return Outcome(problem="not callable", detail=type(function).__name__)
    handed = tuple(_hand_over(item, given) for item in inputs)
    printed = _Beginning()
    try:
        with contextlib.redirect_stdout(printed):
            value = plain(_within(SECONDS if seconds is None else seconds, function, handed))
        after = tuple(plain(item) for item in handed)
    except TimeLimit:
        return Outcome(problem="too slow", printed=printed.getvalue())
    except TooLarge:
        return Outcome(problem="too large", printed=printed.getvalue())
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit too: a learner's exit() must not end a notebook
        return Outcome(problem="error", detail=_at_their_line(error), printed=printed.getvalue())
    return Outcome(value, printed=printed.getvalue(), after=after)


class _Beginning(io.StringIO):
    """A text stream that keeps only its beginning: an endless loop may print for ever."""

    def write(self, text: str) -> int:
        room = PRINTED - self.tell()
        if room > 0:
            super().write(text[:room])
        return len(text)


def _hand_over(item: Any, given: str) -> Any:
    """Copy one input, arrays as the learner is used to see them."""
    if isinstance(item, np.ndarray):
        if given == "torch":
            import torch

            return torch.tensor(item)
        return item.copy()
    if isinstance(item, dict):
        return {key: _hand_over(entry, given) for key, entry in item.items()}
    if isinstance(item, list):
        return [_hand_over(entry, given) for entry in item]
    return item


def _within(seconds: float, function: Callable, inputs: tuple) -> object:
    """Run `function`, and raise `TimeLimit` in it after `seconds`."""
    if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
        return _within_alarm(seconds, function, inputs)
    return _within_thread(seconds, function, inputs)


def _within_alarm(seconds: float, function: Callable, inputs: tuple) -> object:
    def stop(signum: int, frame: object) -> None:
        raise TimeLimit

    handler = signal.signal(signal.SIGALRM, stop)
    # The alarm rings again: the first ring may be swallowed by a bare `except:`.
    others = signal.setitimer(signal.ITIMER_REAL, seconds, 0.5)
    try:
        return function(*inputs)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        if others[0]:  # somebody else's alarm was running, such as a test runner's
            signal.setitimer(signal.ITIMER_REAL, *others)


def _within_thread(seconds: float, function: Callable, inputs: tuple) -> object:
    """Do the same where there is no alarm: on Windows, and outside the main thread."""
    result: dict[str, Any] = {}

    def work() -> None:
        try:
            result["value"] = function(*inputs)
        except BaseException as error:
            result["error"] = error

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident or 0), ctypes.py_object(TimeLimit)
        )
        raise TimeLimit
    if "error" in result:
        raise result["error"]
    return result["value"]


_LIBRARIES = tuple(sysconfig.get_paths()[key] for key in ("stdlib", "purelib", "platlib"))


def _at_their_line(error: BaseException) -> str:
    """Format `error` with the lines of the learner's own cells, and nothing of ours or torch's."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename != __file__ and not frame.filename.startswith(_LIBRARIES)
    ]
    if isinstance(error, SyntaxError):
        frames = []
    lines = []
    for frame in frames:
        source = (frame.line or linecache.getline(frame.filename, frame.lineno or 0)).strip()
        lines.append(f"line {frame.lineno}: {source}" if source else f"line {frame.lineno}")
    said = "".join(traceback.format_exception_only(error)).strip()
    return "\n".join([*lines[-3:], said[:600]])
