"""Who handed in what: the folder of hand-ins and the class's roster.

Nothing is merged and nothing vanishes on a guess: links are not followed, two entries that claim
one name are kept apart, and whatever is passed over is said.
"""

import csv
import io
import os
import re
import stat
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

LARGEST = 48 * 2**20  # bytes of a notebook; with its pictures, one of ours has up to 4 MB
MOST = 12  # notebooks of one student
SILENT = {".ipynb_checkpoints", ".DS_Store", "__MACOSX"}  # what programs leave behind
# Canvas names a download <name>[_LATE]_<user's ID>_<number>_<file>, Moodle a folder
# <name>_<number>_assignsubmission_file.
CANVAS = re.compile(r"[^_]+_(?:LATE_)?(?P<id>\d+)_\d+_")
MOODLE = re.compile(r"(?P<name>[^_]+)_\d+_assignsubmission")


@dataclass(frozen=True)
class HandIn:
    """One notebook that was handed in.

    Attributes
    ----------
    student : str
        Whose it is.
    path : Path
        The file.
    name : str
        The file's name, with the folders between it and the student's.
    problem : str or None
        Why it cannot be read, None if it may be tried.
    """

    student: str
    path: Path
    name: str
    problem: str | None = None

    def read(self) -> bytes:
        """Return the bytes of the file, without following a link and without waiting.

        Raises
        ------
        ValueError
            If it is no regular file, cannot be read, or has more than `LARGEST` bytes.
        """
        if self.problem:
            raise ValueError(f"{self.name or 'the hand-in'} {self.problem}")
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        try:
            handle = os.open(self.path, flags | getattr(os, "O_BINARY", 0))
        except OSError as error:
            reason = "is a link" if self.path.is_symlink() else "cannot be opened"
            raise ValueError(f"{self.name} {reason}") from error
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise ValueError(f"{self.name} is no regular file")
        with os.fdopen(handle, "rb") as file:
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise ValueError(f"{self.name} has more than {LARGEST / 2**20:g} MB")
        return data


def clean(text: str, most: int = 10_000) -> str:
    """Return a text that can be written and shown: no broken characters, none of your paths.

    >>> clean("a\\ud800b\\x1b[31m\\x00c")
    'a\ufffdb[31mc'
    """
    text = text[: 2 * most]
    for folder in (sys.prefix, sys.base_prefix, str(Path(__file__).parents[2]), str(Path.home())):
        if len(folder) > 3:
            text = text.replace(folder, "...")
    return "".join(_printable(character) for character in text)[:most]


def _printable(character: str) -> str:
    if character in "\n\t":
        return character
    category = unicodedata.category(character)
    return "\ufffd" if category == "Cs" else "" if category in ("Cc", "Cf") else character


def shown(name: str) -> str:
    """Return a file's name as a text, also of a disk that was written with Latin-1.

    >>> shown(os.fsdecode(b"J\\xfcrgen"))
    'Jürgen'
    """
    try:
        name.encode()
    except UnicodeEncodeError:
        name = os.fsencode(name).decode("latin-1")
    return " ".join(unicodedata.normalize("NFC", clean(name, 255)).split()) or "?"


def hand_ins(folder: Path) -> tuple[list[HandIn], list[str]]:
    """Return what was handed in, and remarks on what was passed over or kept apart.

    A student is a notebook ``student.ipynb``, or a folder ``student`` with notebooks in it, as
    Moodle and nbgrader have it.

    Raises
    ------
    ValueError
        If there is nothing in the folder, or it is no folder.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ValueError(f"{folder} is not a folder of hand-ins")
    found: dict[Path, list[HandIn]] = {}
    remarks: list[str] = []
    for path in sorted(folder.iterdir()):
        name = shown(path.name)
        if path.name in SILENT:
            continue
        if path.name.startswith("."):
            remarks.append(f"{name} was passed over: its name starts with a full stop")
        elif path.is_dir() and not path.is_symlink():
            found[path] = _of_folder(path, name, remarks)
        elif path.suffix.lower() == ".ipynb":
            problem = "is a link" if path.is_symlink() else None
            found[path] = [HandIn(shown(path.stem), path, name, problem)]
        elif path.is_symlink():
            found[path] = [HandIn(name, path, name, "is a link")]
        else:
            remarks.append(f"{name} was passed over: it is not a notebook")
    if not found:
        raise ValueError(f"there is no notebook in {folder}")
    return _kept_apart(found, remarks), remarks


def _of_folder(folder: Path, student: str, remarks: list[str]) -> list[HandIn]:
    """Return the notebooks in a student's folder."""
    found = []
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in SILENT)
        for name in [*folders, *sorted(files)]:
            path = Path(here, name)
            inside = shown(str(path.relative_to(folder)))
            if path.is_symlink():
                found.append(HandIn(student, path, inside, "is a link"))
            elif name.startswith(".") and name not in SILENT:
                remarks.append(f"{student}/{inside} was passed over: a full stop comes first")
            elif path.suffix.lower() == ".ipynb":
                problem = "is a folder, not a notebook" if name in folders else None
                found.append(HandIn(student, path, inside, problem))
        folders[:] = [name for name in folders if not name.startswith(".")]  # links are not walked
    if len(found) > MOST:
        remarks.append(f"{student} has {len(found)} notebooks; the first {MOST} are graded")
    return found[:MOST] or [HandIn(student, folder, "", "has no notebook in it")]


def _kept_apart(found: dict[Path, list[HandIn]], remarks: list[str]) -> list[HandIn]:
    """Return all hand-ins; entries that claim one name get names of their own."""
    claims = defaultdict(list)
    for path, items in found.items():
        claims[items[0].student].append(path)
    for student, paths in claims.items():
        if len(paths) > 1:
            names = [shown(path.name) + "/" * path.is_dir() for path in paths]
            if len(set(names)) < len(names):  # one name written in two ways
                names = [f"{name} ({number})" for number, name in enumerate(names, start=1)]
            remarks.append(f"{' and '.join(names)} claim the name {student}; they are kept apart")
            for path, name in zip(paths, names, strict=True):
                found[path] = [replace(item, student=name) for item in found[path]]
    return [item for items in found.values() for item in items]


def handed_in_at(work: Iterable[HandIn]) -> dict[str, datetime]:
    """Return when each student's last file was written, as far as the disk tells."""
    times: dict[str, datetime] = {}
    for item in work:
        try:
            when = datetime.fromtimestamp(item.path.lstat().st_mtime).astimezone()
        except OSError:  # gone in the meantime
            continue
        times[item.student] = max(when, times.get(item.student, when))
    return times


def check_wrapped(work: Iterable[HandIn], names: Iterable[str]) -> None:
    """Refuse what looks like a whole class inside of one folder.

    Parameters
    ----------
    work : iterable of HandIn
        What `hand_ins` finds.
    names : iterable of str
        The names of the teacher's notebooks.

    Raises
    ------
    ValueError
        If all is in one folder, under names that one student's would not have.
    """
    work = list(work)
    tops = {item.name.split("/")[0] for item in work}
    one = len({item.student for item in work}) == 1
    if one and len(tops) > 1 and not tops <= set(names):
        raise ValueError(
            f"all is in one folder, {work[0].student}: if it holds the class, name that folder; "
            "if it is one student's, say so with a roster"
        )


@dataclass(frozen=True)
class Entry:
    """One student of the roster.

    Attributes
    ----------
    student : str
        The name under which the student hands in.
    columns : dict from str to str
        The row, as it stands in the file.
    deadline, submitted : datetime or None
        When the work was due, and when it came, if columns of these names say so.
    """

    student: str
    columns: dict[str, str] = field(default_factory=dict)
    deadline: datetime | None = None
    submitted: datetime | None = None

    def column(self, name: str) -> str:
        """Return an entry of the row, whatever the case of the column's name; "" if none."""
        if name in self.columns:
            return self.columns[name]
        found = [text for key, text in self.columns.items() if key.casefold() == name.casefold()]
        return found[0] if found else ""


def read_table(path: Path, columns: Iterable[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line, row) of a CSV file that has at least these columns, in any case.

    Raises
    ------
    ValueError
        If it cannot be read, or a column is missing.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} cannot be read as a CSV file in UTF-8: {error}") from error
    dialect: type[csv.Dialect] = csv.excel
    if (
        ";" in text.partition("\n")[0] and "," not in text.partition("\n")[0]
    ):  # as Excel may save it
        dialect = type("semicolons", (csv.excel,), {"delimiter": ";"})
    rows = csv.DictReader(io.StringIO(text), dialect=dialect)
    have = {(name or "").strip().casefold(): name for name in rows.fieldnames or ()}
    if missing := [name for name in columns if name not in have]:
        raise ValueError(f"{path} has no column {missing[0]!r}; it has: {', '.join(have)}")
    for row in rows:
        named = {key.strip(): (text or "").strip() for key, text in row.items() if key is not None}
        yield rows.line_num, named


def read_roster(path: Path) -> list[Entry]:
    """Read the class: a column ``student``; ``deadline``, ``submitted`` and others as you like.

    The gradebook that Canvas exports can be used as it is.

    Raises
    ------
    ValueError
        If a student stands there twice, or a time is none.
    """
    entries = {}
    for line, row in read_table(path, ["student"]):
        entry = Entry("", row)
        student = unicodedata.normalize("NFC", entry.column("student"))
        if not student or student.casefold() == "points possible":
            continue
        if student in entries:
            raise ValueError(f"{path}, line {line}: {student} is there twice")
        times = [_time(path, line, entry.column(name)) for name in ("deadline", "submitted")]
        entries[student] = Entry(student, row, *times)
    if not entries:
        raise ValueError(f"there is no student in {path}")
    return list(entries.values())


def _time(path: Path, line: int, text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).astimezone()  # without a zone, this machine's
    except ValueError as error:
        raise ValueError(
            f"{path}, line {line}: {text!r} is no time; write it as 2026-03-01 23:59"
        ) from error


def match(work: list[HandIn], entries: list[Entry]) -> tuple[list[HandIn], list[str]]:
    """Give each hand-in the name that the roster has for its student, and say which have none.

    A name of the roster is found exactly, or in the form in which Canvas (by the column ``ID``) and
    Moodle write it before their numbers.
    """
    by_name = {entry.student: entry.student for entry in entries}
    by_id = {entry.column("ID"): entry.student for entry in entries if entry.column("ID")}
    named: list[HandIn] = []
    strangers: dict[str, str] = {}
    for item in work:
        canvas, moodle = CANVAS.match(item.student), MOODLE.match(item.student)
        student = by_name.get(item.student)
        if student is None and canvas:
            student = by_id.get(canvas["id"])
        if student is None and moodle:
            student = by_name.get(moodle["name"])
        if student is None:
            strangers[item.student] = f"{item.student} is not on the roster"
        named.append(replace(item, student=student or item.student))
    return named, list(strangers.values())
