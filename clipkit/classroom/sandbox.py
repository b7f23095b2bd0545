"""Run a command where it reaches nothing of the teacher's: bubblewrap, a cgroup, limits.

The command sees a system of its own: read-only Python and libraries, clipkit without its checks,
a small scratch disk in memory, no network, no other processes. The kernel holds all of this, so
it does not matter what language an attack is written in. Nothing here replaces it: where
bubblewrap cannot run, `find` says why, and the caller decides.
"""

import contextlib
import os
import shutil
import site
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil

PACKAGE = Path(__file__).resolve().parents[1]
INSIDE = Path("/clipkit-packages")  # where a submission finds clipkit; the teacher's path is hidden
SCRATCH = "/tmp"
DISK = 256 * 2**20  # bytes of the scratch disk, which is memory
PROCESSES = 256  # processes and threads at once
# All that the command needs of clipkit's checks and of the grader.
WORKER = ("classroom/worker.py", "classroom/needed.py", "classroom/wire.py", "exercises/calling.py")
SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/etc/ld.so.cache", "/etc/fonts",
          "/etc/alternatives", "/etc/localtime")  # fmt: skip


class Unconfined(ValueError):
    """Raised where this system cannot confine what students wrote."""


def find() -> str | None:
    """Return the path of a bubblewrap that works here, None if there is none."""
    path = shutil.which("bwrap")
    if path is None:
        return None
    tried = subprocess.run([*_bubblewrap(path, ()), "true"], capture_output=True, timeout=60)
    return path if tried.returncode == 0 else None


def required(unsafe: bool = False) -> str | None:
    """Return the path of bubblewrap; None if `unsafe` allows to grade without it.

    Raises
    ------
    Unconfined
        If there is no bubblewrap that works and `unsafe` is False, or the user is root.
    """
    if path := find():
        return path
    what = (
        "bubblewrap does not work here" if shutil.which("bwrap") else "bubblewrap is not installed"
    )
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        raise Unconfined(
            f"{what}, and the notebooks of others are not run as root without it: install it "
            "(on Debian and Ubuntu, `apt-get install bubblewrap`), or grade as another user"
        )
    if not unsafe:
        raise Unconfined(
            f"{what}, so nothing would keep a notebook from your files: install it (Linux only; "
            "on macOS and Windows, grade in a virtual machine or in WSL), or grade with --unsafe, "
            "on a machine that holds nothing of value"
        )
    return None


def confined(bubblewrap: str, command: Sequence[str], readable: Sequence[Path] = ()) -> list[str]:
    """Return the command that runs `command` confined.

    Parameters
    ----------
    bubblewrap : str
        What `find` returns.
    command : sequence of str
        The program and its arguments.
    readable : sequence of Path
        Folders, besides Python and clipkit, that it may read, at their own paths.
    """
    return [*_bubblewrap(bubblewrap, readable), *command]


def _bubblewrap(path: str, readable: Sequence[Path]) -> list[str]:
    return [
        path, "--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent",
        "--new-session", "--uid", "65534", "--gid", "65534", "--hostname", "classroom",
        "--proc", "/proc", "--dev", "/dev",
        "--size", str(DISK), "--tmpfs", "/dev/shm", "--remount-ro", "/dev",
        "--remount-ro", "/proc",  # its settings are root's, and root may be who grades
        # First the scratch folder, then what is shown: Python or this checkout may lie below it.
        "--size", str(DISK), "--tmpfs", SCRATCH, *_shown(readable),
        "--remount-ro", "/", "--chdir", SCRATCH, "--",
    ]  # fmt: skip


def _shown(readable: Sequence[Path]) -> list[str]:
    """Return the options that show Python, clipkit without its checks, and `readable`."""
    python = {sys.prefix, sys.base_prefix, sys.exec_prefix, *site.getsitepackages()}
    if site.ENABLE_USER_SITE:
        python.add(site.getusersitepackages())
    python |= {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    outermost = [path for path in python if not any(str(up) in python for up in Path(path).parents)]
    options = []
    for folder in [*SYSTEM, *sorted(outermost), *map(str, readable)]:
        if Path(folder).is_symlink() and folder in SYSTEM:  # /lib is a link to /usr/lib
            options += ["--symlink", os.readlink(folder), folder]
        else:
            options += ["--ro-bind-try", folder, folder]
    for folder in site.getsitepackages():
        if (copy := Path(folder, "clipkit")).is_dir():  # one installed there holds the checks, too
            options += ["--tmpfs", str(copy)]
    options += ["--ro-bind", str(PACKAGE), str(INSIDE / "clipkit")]
    options += ["--ro-bind-try", str(PACKAGE.parent / "clipstudio"), str(INSIDE / "clipstudio")]
    for folder in ("classroom", "exercises"):
        options += ["--tmpfs", str(INSIDE / "clipkit" / folder)]
    for file in WORKER:
        options += ["--ro-bind", str(PACKAGE / file), str(INSIDE / "clipkit" / file)]
    for folder in ("classroom", "exercises"):
        options += ["--remount-ro", str(INSIDE / "clipkit" / folder)]
    return options


def variables(scratch: str = SCRATCH) -> dict[str, str]:
    """Return the environment of a submission: nothing of the teacher's but what runs Python."""
    kept = ("SYSTEMROOT", "PATHEXT", "COMSPEC")
    return {name: os.environ[name] for name in kept if name in os.environ} | {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "HOME": scratch,
        "USERPROFILE": scratch,
        "USER": "student",
        "LOGNAME": "student",
        "TMPDIR": scratch,
        "TEMP": scratch,
        "MPLCONFIGDIR": scratch,
        "MPLBACKEND": "agg",
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "CLIPKIT_PROGRESS": os.path.join(scratch, "progress.json"),
    }


# Memory


class Cgroup:
    """A group of processes whose memory and number the kernel limits together.

    Everything counts: memory of children, of shared memory, of files in memory. Both versions of
    the kernel's interface are known; see https://docs.kernel.org/admin-guide/cgroup-v2.html.

    Attributes
    ----------
    folders : list of Path
        The folders of the group, [] where this user may not make one.
    """

    ROOT = Path("/sys/fs/cgroup")

    def __init__(self, memory: int, name: str):
        self.folders: list[Path] = []
        for parent, limits in self._places(memory):
            for left in parent.glob("clipkit-*-*"):  # by a grader that was killed
                if not psutil.pid_exists(int(left.name.split("-")[1])):
                    with contextlib.suppress(OSError):
                        left.rmdir()
            with contextlib.suppress(OSError):
                folder = parent / name
                folder.mkdir()
                self.folders.append(folder)
                for file, amount in limits.items():
                    with contextlib.suppress(FileNotFoundError):  # no swap is accounted for
                        (folder / file).write_text(str(amount))
        if self.folders and subprocess.run(self.inside(["true"]), capture_output=True).returncode:
            self.remove()  # a user may make a group and yet not move a process into it
            self.folders = []

    def _places(self, memory: int) -> Iterator[tuple[Path, dict[str, int]]]:
        """Yield the folders in which a group can be made, each with its limits."""
        yield (
            self.ROOT / "memory",
            {
                "memory.limit_in_bytes": memory,
                "memory.memsw.limit_in_bytes": memory,
            },
        )
        yield self.ROOT / "pids", {"pids.max": PROCESSES}
        with contextlib.suppress(OSError, StopIteration, ValueError):
            lines = Path("/proc/self/cgroup").read_text().splitlines()
            own = next(line[4:] for line in lines if line.startswith("0::/"))
            parent = (self.ROOT / own).parent  # a group with processes in it takes no groups
            if "memory" in (parent / "cgroup.subtree_control").read_text().split():
                yield parent, {
                    "memory.max": memory, "memory.swap.max": 0, "pids.max": PROCESSES,
                    "memory.oom.group": 1,
                }  # fmt: skip

    def inside(self, command: Sequence[str]) -> list[str]:
        """Return the command that runs `command` in the group."""
        if not self.folders:
            return list(command)
        join = "".join(f'echo $$ > "{folder}/cgroup.procs" && ' for folder in self.folders)
        return ["/bin/sh", "-c", f'{join}exec "$@"', "sh", *command]

    def ran_out(self) -> bool:
        """Tell whether a process was killed since the group's memory was used up."""
        for folder in self.folders:
            for file in ("memory.oom_control", "memory.events"):
                with contextlib.suppress(OSError):
                    words = (folder / file).read_text().split()
                    if int(words[words.index("oom_kill") + 1]):
                        return True
        return False

    def remove(self) -> None:
        """Remove the group, whose processes are ending."""
        for folder in self.folders:
            for _ in range(50):
                try:
                    folder.rmdir()
                    break
                except OSError:
                    time.sleep(0.02)


@contextlib.contextmanager
def cgroup(memory: int, name: str) -> Iterator[Cgroup]:
    """Give a group of at most `memory` bytes, and remove it in the end."""
    group = Cgroup(memory, name)
    try:
        yield group
    finally:
        group.remove()
