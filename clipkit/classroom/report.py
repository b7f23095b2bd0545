"""What comes of grading: a table for the teacher and a page for each student."""

import csv
import hashlib
import html
import re
from pathlib import Path

from clipkit.classroom.grading import ORDER, Grade
from clipkit.exercises.engine import Result

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem }
section { border-left: 4px solid #bbb; padding-left: 1rem; margin: 1.2rem 0 }
section.right { border-color: #009e73 } section.wrong, section.error { border-color: #d55e00 }
section.too.slow { border-color: #d55e00 }
pre { background: #f4f4f4; padding: .6rem; white-space: pre-wrap; overflow-wrap: anywhere }
h2 { font-size: 1.1rem; margin: 0 }
"""


def by_student(grades: list[Grade]) -> dict[str, list[Grade]]:
    """Group the notebooks of each student, in the order of their names."""
    students = {}
    for grade in sorted(grades, key=lambda grade: (grade.student, grade.notebook)):
        students.setdefault(grade.student, []).append(grade)
    return students


def verdict(notebooks: list[Grade], name: str) -> Result | None:
    """Return the best verdict on an exercise over a student's notebooks, None if it is missing."""
    found = [grade.results[name] for grade in notebooks if name in grade.results]
    return min(found, key=lambda result: ORDER.index(result.status), default=None)


def remarks(notebooks: list[Grade]) -> str:
    """Say in one line what went wrong around the exercises."""
    said = []
    for grade in notebooks:
        if grade.stopped:
            said.append(f"{grade.notebook} {grade.stopped}")
        if grade.errors:
            said.append(f"{grade.notebook}: {len(grade.errors)} cells raised an error")
    return "; ".join(said)


def write_table(path: Path, grades: list[Grade], names: list[str]) -> None:
    """Write a CSV file: a row a student, a column an exercise, points, remarks."""
    with Path(path).open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["student", "points", "of", *names, "remarks"])
        for student, notebooks in by_student(grades).items():
            verdicts = [verdict(notebooks, name) for name in names]
            states = [result.status if result else "missing" for result in verdicts]
            texts = [_cell(student), states.count("right"), len(names), *states]
            rows.writerow([*texts, _cell(remarks(notebooks))])


def _cell(text):
    """Keep a spreadsheet from taking a student's text for a formula."""
    return f"'{text}" if text.startswith(tuple("=+-@\t\r")) else text


def write_pages(folder: Path, grades: list[Grade], names: list[str]) -> None:
    """Write an HTML page for each student: every exercise, with the hint where a check failed."""
    folder.mkdir(parents=True, exist_ok=True)
    for student, notebooks in by_student(grades).items():
        file = folder / f"{_file_name(student)}.html"
        file.write_text(page(student, notebooks, names), encoding="utf-8")


def _file_name(student):
    """Return a name that every system takes; different students get different ones."""
    safe = re.sub(r"[^-. \w]", "_", student)
    return safe if safe == student else f"{safe}-{hashlib.sha256(student.encode()).hexdigest()[:6]}"


def page(student: str, notebooks: list[Grade], names: list[str]) -> str:
    """Return one student's page."""
    results = {name: verdict(notebooks, name) for name in names}
    right = sum(result is not None and result.status == "right" for result in results.values())
    parts = [
        "<!doctype html><html lang='en'><meta charset='utf-8'>",
        f"<title>{html.escape(student)}</title><style>{STYLE}</style>",
        f"<h1>{html.escape(student)}</h1><p>{right} of {len(names)} exercises are right.</p>",
    ]
    for grade in notebooks:
        if grade.stopped:
            parts.append(f"<p>{html.escape(grade.notebook)} {html.escape(grade.stopped)}.</p>")
    parts += [_section(name, result) for name, result in results.items()]
    for grade in notebooks:
        if grade.errors:
            items = "".join(f"<li>{html.escape(error)}</li>" for error in grade.errors)
            parts.append(f"<h2>Errors in {html.escape(grade.notebook)}</h2><ul>{items}</ul>")
    return "\n".join(parts)


def _section(name, result):
    if result is None:
        reason = "Its cell was deleted, or not reached."
        return f"<section><h2>{name}: missing</h2><p>{reason}</p></section>"
    lines = [f"<section class='{result.status}'><h2>{name}: {result.status}</h2>"]
    first, _, rest = result.message.partition("\n")
    lines.append(f"<p>{html.escape(first)}</p>")
    details = [("", rest), ("tried", result.tried), ("returned", result.returned),
               ("printed", result.printed)]  # fmt: skip
    shown = "\n".join(f"{label} {text}".strip() for label, text in details if text)
    if shown and result.status != "right":
        lines.append(f"<pre>{html.escape(shown)}</pre>")
    if result.hint:
        lines.append(f"<p><b>Hint.</b> {html.escape(result.hint)}</p>")
    return "".join(lines) + "</section>"
