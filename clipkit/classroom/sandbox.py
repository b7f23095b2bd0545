"""Confine this process before it runs a learner's code.

What the system can forbid, the system forbids: on Linux, Landlock takes away all files but the
listed ones, signals to other processes, and TCP; a namespace of its own takes away the network.
Everywhere, an audit hook refuses sockets, other programs and writing outside the scratch
directory: enough against accidents, and against a learner who does not write C.

Landlock is called through ctypes, since Python has no function for it; see
https://docs.kernel.org/userspace-api/landlock.html.
"""

import contextlib
import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path

# Numbers of the system calls, the same on x86-64 and on ARM.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_READ, _LIST = 0b1101, 0b1000  # execute, read a file, list a folder; the last alone
_ALL = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
_FILE_ONLY = 0b1100000000000111  # rights that a file, not a folder, can have: x, w, r, ...
_NO_NEW_PRIVILEGES = 38  # prctl


class _Ruleset(ctypes.Structure):
    _fields_ = [("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = [("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32)]


def has_landlock() -> bool:
    """Tell whether this system has Landlock."""
    if not sys.platform.startswith("linux"):
        return False
    return ctypes.CDLL(None, use_errno=True).syscall(_CREATE_RULESET, None, 0, 1) >= 1


def landlock(readable: list[Path], writable: list[Path], listable: list[Path] = ()) -> bool:
    """Take away all files from this process but those beneath the given paths.

    Its children inherit this, and nothing gives the files back. From Linux 5.19, 6.7 and 6.12 on,
    moving files, TCP, and signals to processes outside are taken away as well.

    Parameters
    ----------
    readable, writable, listable : list of Path
        Folders or files; those that do not exist are passed over. Of a listable folder only the
        names can be seen.

    Returns
    -------
    bool
        False where the system has no Landlock; then nothing has changed.
    """
    if not has_landlock():
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(_CREATE_RULESET, None, 0, 1)
    handled = _ALL[max(known for known in _ALL if known <= version)]
    attributes = _Ruleset(handled, 0b11 if version >= 4 else 0, 0b11 if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
    rules = libc.syscall(_CREATE_RULESET, ctypes.byref(attributes), size, 0)
    if rules < 0:
        return False
    for paths, access in ((readable, _READ), (writable, handled), (listable, _LIST)):
        for path in paths:
            _allow(libc, rules, Path(path), access & handled)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    done = libc.syscall(_RESTRICT_SELF, rules, 0) == 0
    os.close(rules)
    return done


def _allow(libc, rules, path, access):
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    if not path.is_dir():
        access &= _FILE_ONLY
    rule = _Beneath(access, handle)
    libc.syscall(_ADD_RULE, rules, 1, ctypes.byref(rule), 0)
    os.close(handle)


def limit(memory: int, seconds: float, processes: int | None) -> None:
    """Limit this process's data to `memory` bytes and its computing to `seconds`.

    `processes` limits how many the user may have; None where the user is not alone. Where the
    system knows no such limits, the grader, which watches from outside, still does.
    """
    with contextlib.suppress(ImportError):  # Windows
        import resource

        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_DATA, (memory, memory + memory // 8))
        if processes is not None:
            resource.setrlimit(resource.RLIMIT_NPROC, (processes, processes))
        for what, amount in (
            (resource.RLIMIT_CPU, int(seconds) + 5),
            (resource.RLIMIT_FSIZE, 2**28),
            (resource.RLIMIT_CORE, 0),
        ):
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(what, (amount, amount))


@contextlib.contextmanager
def room():
    """Give, for a while, the eighth of the memory that `limit` holds back.

    So a notebook that has filled its memory can still be asked for what it defined.
    """
    try:
        import resource
    except ImportError:  # Windows
        yield
        return
    held, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    yield
    resource.setrlimit(resource.RLIMIT_DATA, (held, most))


def refuse(scratch: Path) -> None:
    """Refuse sockets, other programs and writing outside `scratch`, with a clear error.

    An audit hook cannot be taken off again.
    """
    inside = str(scratch.resolve()) + os.sep
    programs = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.startfile"}
    network = {"socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo"}
    # The event, and which of its arguments are paths that it changes.
    changes = {"os.remove": (0,), "os.rename": (0, 1), "os.rmdir": (0,), "os.mkdir": (0,),
               "os.truncate": (0,), "os.link": (0, 1), "os.symlink": (1,), "os.chmod": (0,),
               "shutil.rmtree": (0,)}  # fmt: skip

    def outside(path):
        if not isinstance(path, str | bytes | os.PathLike):
            return False  # a file that is open already
        path = os.path.abspath(os.fsdecode(path))
        return not (path + os.sep).startswith(inside) and not path.startswith("/dev/")

    def hook(event, arguments):
        if event == "open":
            path, mode, flags = arguments
            writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
            if writes and outside(path):
                raise PermissionError(f"a graded notebook cannot write to {path}")
        elif event in changes:
            for path in (arguments[number] for number in changes[event]):
                if outside(path):
                    raise PermissionError(f"a graded notebook cannot change {path}")
        elif event in network:
            raise PermissionError("a graded notebook has no network")
        elif event in programs:
            raise PermissionError("a graded notebook cannot start other programs")
        elif event == "os.kill" and arguments[0] != os.getpid():
            raise PermissionError("a graded notebook cannot end other processes")

    sys.addaudithook(hook)


def without_network() -> list[str]:
    """Return the command that runs another one without a network, [] if the system has none.

    With it go namespaces of its own for processes, so that nothing outlives the command.
    """
    unshare = shutil.which("unshare")
    if unshare is None:
        return []
    command = [unshare, "--user", "--map-current-user", "--net", "--pid", "--fork", "--kill-child"]
    for prefix in (command, [*command[:2], "--map-root-user", *command[3:]]):
        tried = subprocess.run([*prefix, "true"], capture_output=True, timeout=20)
        if tried.returncode == 0:
            return prefix
    return []
