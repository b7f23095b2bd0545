"""What comes of grading: a table, columns for course platforms, a page for each student.

All that a student wrote passes `roster.clean` before it is written, and each page is written by
itself: one that cannot be written does not hold up the others.
"""

import csv
import hashlib
import html
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from clipkit.classroom import roster
from clipkit.classroom.grading import Grade
from clipkit.classroom.marks import Marks, spelled

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem }
section { border-left: 4px solid #bbb; padding-left: 1rem; margin: 1.2rem 0 }
section.right { border-color: #009e73 } section.wrong, section.error { border-color: #d55e00 }
section.too.slow { border-color: #d55e00 }
pre { background: #f4f4f4; padding: .6rem; white-space: pre-wrap; overflow-wrap: anywhere }
h2 { font-size: 1.1rem; margin: 0 }
"""
LONGEST = 80  # characters of a page's name; a system takes 255 bytes
PLATFORMS = {  # the columns by which a platform knows a student, kept from the roster
    "canvas": ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"],
    "moodle": ["Username", "ID number", "Email address"],
}


def write_table(path: Path, marks: list[Marks], names: list[str]) -> None:
    """Write a CSV file: a row a student, with points, a state an exercise, and remarks."""
    rows = [["student", "points", "of", *names, "late", "remarks"]]
    for made in marks:
        states = [made.state(name) for name in names]
        late = spelled(made.late) if made.late else ""
        remarks = "; ".join(filter(None, [made.remarks(), *_comments(made)]))
        rows.append([made.student, f"{made.total:g}", f"{made.of:g}", *states, late, remarks])
    _write(path, rows)


def _comments(made: Marks) -> list[str]:
    return [f"{name}: {made.points[name]:g} points by hand, {text}".rstrip(", ")
            for name, text in made.comments.items()]  # fmt: skip


def knows(marks: list[Marks], platform: str) -> list[str]:
    """Return the roster's columns by which a course platform, "canvas" or "moodle", knows students.

    [] if it has none.
    """
    entries = [made.entry for made in marks if made.entry]
    columns = [name for name in PLATFORMS[platform] if any(entry.column(name) for entry in entries)]
    return columns if set(columns) - {"Student", "Section"} else []


def write_export(path: Path, marks: list[Marks], names: list[str], platform: str) -> None:
    """Write the points of each exercise as a gradebook of a course platform imports them.

    Parameters
    ----------
    path : Path
        The CSV file.
    marks : list of Marks
        Those of students on the roster are written, with the columns that `knows` returns.
    names : list of str
        The exercises.
    platform : {"canvas", "moodle"}
        Canvas takes a row of points possible, Moodle a column of feedback.
    """
    columns, moodle = knows(marks, platform), platform == "moodle"
    known = [made for made in marks if made.entry]
    titles = [name.replace(".", " ") for name in names]
    rows = [[*columns, *titles, *(["Feedback comments"] if moodle else [])]]
    if platform == "canvas":
        possible = [f"{known[0].weights[name].points:g}" for name in names]
        rows.append(["Points Possible", *[""] * (len(columns) - 1), *possible])
    for made in known:
        points = [f"{made.kept * made.points[name]:g}" for name in names]
        texts = [made.entry.column(name) if made.entry else "" for name in columns]
        rows.append([*texts, *points, *([made.remarks()] if moodle else [])])
    _write(path, rows)


def _write(path: Path, rows: list[list[str]]) -> None:
    with Path(path).open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([_cell(text) for text in row] for row in rows)


def _cell(text: str) -> str:
    """Keep a spreadsheet from taking a student's text for a formula."""
    text = roster.clean(text)
    return f"'{text}" if text.lstrip().startswith(tuple("=+-@|")) else text


def alike(grades: list[Grade]) -> list[tuple[str, str, int, int]]:
    """Return the pairs of students whose answers are alike in a way that few others' are.

    Two answers have one form if they differ in names and comments alone. A short answer has the
    same form with half the class; so a form counts if no third student has it.

    Returns
    -------
    list of (student, student, alike, both)
        The number of exercises in which the two share a form with nobody else, of those that both
        have answered; the most first.
    """
    forms: dict[tuple[str, str], set[str]] = defaultdict(set)
    answered: dict[str, set[str]] = defaultdict(set)
    for grade in grades:
        for name, form in grade.forms.items():
            if form and name in grade.results and grade.results[name].status != "not started":
                forms[name, form].add(grade.student)
                answered[grade.student].add(name)
    shared: dict[tuple[str, ...], int] = defaultdict(int)
    for students in forms.values():
        if len(students) == 2:
            shared[tuple(sorted(students))] += 1
    pairs = [(a, b, n, len(answered[a] & answered[b])) for (a, b), n in shared.items()]
    return sorted(pairs, key=lambda pair: (-pair[2], pair))


def same_files(work: Iterable[roster.HandIn]) -> list[list[str]]:
    """Return the groups of students who have handed in the same file, byte for byte."""
    owners: dict[bytes, set[str]] = defaultdict(set)
    for item in work:
        try:
            owners[hashlib.sha256(item.read()).digest()].add(item.student)
        except ValueError:
            continue
    return sorted(sorted(students) for students in owners.values() if len(students) > 1)


def write_pages(folder: Path, marks: list[Marks], names: list[str]) -> list[str]:
    """Write an HTML page for each student: every exercise, with the hint where a check failed.

    Returns
    -------
    list of str
        Remarks on pages that could not be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    failed: list[str] = []
    taken: set[str] = set()
    for made in marks:
        try:
            file = folder / f"{_file_name(made.student, taken)}.html"
            file.write_text(page(made, names), encoding="utf-8")
        except Exception as error:
            failed.append(f"the page of {made.student} could not be written: {error}")
    return failed


def _file_name(student: str, taken: set[str]) -> str:
    """Return a name that every system takes; different students get different ones."""
    safe = re.sub(r"[^-. \w]", "_", roster.clean(student)).strip(". ")
    if safe != student or len(safe) > LONGEST or safe.casefold() in taken:
        safe = f"{safe[:LONGEST]}-{hashlib.sha256(student.encode()).hexdigest()[:8]}"
    taken.add(safe.casefold())
    return safe


def page(made: Marks, names: list[str]) -> str:
    """Return one student's page."""
    right = sum(made.state(name) == "right" for name in names)
    parts = [
        "<!doctype html><html lang='en'><meta charset='utf-8'>",
        f"<title>{_text(made.student)}</title><style>{STYLE}</style>",
        f"<h1>{_text(made.student)}</h1>",
        f"<p>{right} of {len(names)} exercises are right; "
        f"{made.total:g} of {made.of:g} points.</p>",
    ]
    if made.late:
        cost = "" if made.kept == 1 else f"; {made.kept:.0%} of the points are counted"
        parts.append(f"<p>Handed in late, by {spelled(made.late)}{cost}.</p>")
    if not made.grades:
        parts.append("<p>Nothing was handed in.</p>")
    for grade in made.grades:
        if grade.stopped:
            parts.append(f"<p>{_text(grade.notebook)} {_text(grade.stopped)}.</p>")
    for name in names:
        parts.append(_section(name, made))
    for grade in made.grades:
        if grade.errors:
            items = "".join(f"<li>{_text(error)}</li>" for error in grade.errors)
            parts.append(f"<h2>Errors in {_text(grade.notebook)}</h2><ul>{items}</ul>")
    return "\n".join(parts)


def _text(text: str) -> str:
    return html.escape(roster.clean(text))


def _section(name: str, made: Marks) -> str:
    result, points, comment = made.results[name], made.points[name], made.comments.get(name)
    status, message = ("missing", "Its cell was deleted, or not reached.")
    if result is not None:
        status, message = result.status, result.message
    first, _, rest = message.partition("\n")
    reached = f"{points:g} of {made.weights[name].points:g}"
    lines = [f"<section class='{status}'><h2>{name}: {status} ({reached})</h2>"]
    if comment is not None:
        lines.append(f"<p><b>Points by hand.</b> {_text(comment)}</p>")
    lines.append(f"<p>{_text(first)}</p>")
    if result is not None and status != "right":
        details = [("", rest), ("tried", result.tried), ("returned", result.returned),
                   ("printed", result.printed)]  # fmt: skip
        if shown := "\n".join(f"{label} {text}".strip() for label, text in details if text):
            lines.append(f"<pre>{_text(shown)}</pre>")
        if result.hint:
            lines.append(f"<p><b>Hint.</b> {_text(result.hint)}</p>")
    return "".join(lines) + "</section>"
