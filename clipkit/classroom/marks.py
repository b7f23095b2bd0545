"""From verdicts to points: weights, partial credit, late work, and what the teacher overrides.

Weights and overrides stand in CSV files of the teacher's own, which grading only reads: what was
overridden stays so when a class is graded again.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from clipkit.classroom import roster
from clipkit.classroom.grading import ORDER, Grade
from clipkit.exercises.engine import Result


@dataclass(frozen=True)
class Weight:
    """What an exercise is worth: for a right answer, and for one that runs and is wrong."""

    points: float = 1
    partial: float = 0


@dataclass(frozen=True)
class Override:
    """Points that the teacher gives instead of the check's, and why."""

    points: float
    comment: str


@dataclass
class Marks:
    """What one student has reached.

    Attributes
    ----------
    student : str
        Whose marks they are.
    results : dict from str to Result or None
        The best verdict on each exercise; None if it is missing.
    points, comments : dict
        Of each exercise, the points, and the comment of an override.
    late : timedelta
        By how much the work was late; zero if it was in time.
    kept : float
        The share of the points that is left after the penalty for late work.
    weights : dict from str to Weight
        What each exercise is worth.
    grades : list of Grade
        Of each notebook; [] if nothing was handed in.
    entry : Entry or None
        The student's row of the roster.
    """

    student: str
    results: dict[str, Result | None]
    points: dict[str, float]
    comments: dict[str, str] = field(default_factory=dict)
    late: timedelta = timedelta()
    kept: float = 1
    weights: dict[str, Weight] = field(default_factory=dict)
    grades: list[Grade] = field(default_factory=list)
    entry: roster.Entry | None = None

    @property
    def total(self) -> float:
        """The points reached, after the penalty for late work."""
        return round(self.kept * sum(self.points.values()), 2)

    @property
    def of(self) -> float:
        """The points that could be reached."""
        return sum(weight.points for weight in self.weights.values())

    def state(self, name: str) -> str:
        """Return the verdict on an exercise in a word."""
        result = self.results[name]
        return result.status if result else "missing"

    def remarks(self) -> str:
        """Say in one line what went wrong around the exercises."""
        said = [] if self.grades else ["nothing was handed in"]
        for grade in self.grades:
            if grade.stopped:
                said.append(f"{grade.notebook} {grade.stopped}")
            if grade.errors:
                count = len(grade.errors)
                cells = "1 needed cell" if count == 1 else f"{count} needed cells"
                said.append(f"{grade.notebook}: {cells} raised an error")
        if self.late:
            said.append(f"late by {spelled(self.late)}")
        return "; ".join(said)


def spelled(late: timedelta) -> str:
    """Spell a time out.

    >>> spelled(timedelta(hours=26, minutes=5)), spelled(timedelta(seconds=40))
    ('26 h 5 min', '0 h 1 min')
    """
    minutes = math.ceil(late.total_seconds() / 60)
    return f"{minutes // 60} h {minutes % 60} min"


def read_weights(path: Path | None, names: Collection[str]) -> dict[str, Weight]:
    """Read ``exercise, points, partial``; an exercise that is not listed is worth one point.

    Raises
    ------
    ValueError
        If an exercise is unknown or a number is none.
    """
    weights = dict.fromkeys(names, Weight())
    if path is None:
        return weights
    for line, row in roster.read_table(path, ["exercise", "points"]):
        entry = roster.Entry("", row)
        name = entry.column("exercise")
        _known(path, line, name, names)
        partial = _number(path, line, entry.column("partial") or "0")
        weights[name] = Weight(_number(path, line, entry.column("points")), partial)
    return weights


def read_overrides(path: Path | None, names: Collection[str]) -> dict[tuple[str, str], Override]:
    """Read ``student, exercise, points, comment``.

    Raises
    ------
    ValueError
        If an exercise is unknown or a number is none.
    """
    overrides: dict[tuple[str, str], Override] = {}
    if path is None:
        return overrides
    for line, row in roster.read_table(path, ["student", "exercise", "points"]):
        entry = roster.Entry("", row)
        name = entry.column("exercise")
        _known(path, line, name, names)
        points = _number(path, line, entry.column("points"))
        overrides[entry.column("student"), name] = Override(points, entry.column("comment"))
    return overrides


def _known(path: Path, line: int, name: str, names: Collection[str]) -> None:
    if name not in names:
        raise ValueError(
            f"{path}, line {line}: no exercise is called {name!r}; there are: {', '.join(names)}"
        )


def _number(path: Path, line: int, text: str) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = -1.0
    if not 0 <= value < math.inf:
        raise ValueError(f"{path}, line {line}: {text!r} is no number of points")
    return value


def mark(
    grades: list[Grade],
    weights: dict[str, Weight],
    overrides: dict[tuple[str, str], Override],
    entries: list[roster.Entry],
    handed_in: dict[str, datetime],
    penalty: float = 0,
) -> list[Marks]:
    """Return the marks of each student, in the order of their names.

    Parameters
    ----------
    grades : list of Grade
        Of all notebooks.
    weights, overrides : dict
        What `read_weights` and `read_overrides` return.
    entries : list of Entry
        The roster; [] if there is none.
    handed_in : dict from str to datetime
        When each student's last file was written, where the roster does not say it.
    penalty : float
        The share of the points that a day, begun, of being late costs.
    """
    students = {entry.student: entry for entry in entries}
    by_student: dict[str, list[Grade]] = {name: [] for name in students}
    for grade in sorted(grades, key=lambda grade: (grade.student, grade.notebook)):
        by_student.setdefault(grade.student, []).append(grade)
    marked = []
    for student, theirs in sorted(by_student.items()):
        results = {name: best(theirs, name) for name in weights}
        made = Marks(
            student, results, {}, weights=weights, grades=theirs, entry=students.get(student)
        )
        for name, weight in weights.items():
            made.points[name] = {"right": weight.points, "wrong": weight.partial}.get(
                made.state(name), 0
            )
            if override := overrides.get((student, name)):
                made.points[name], made.comments[name] = override.points, override.comment
        when = (made.entry and made.entry.submitted) or handed_in.get(student)
        if made.entry and made.entry.deadline and theirs and when:
            made.late = max(when - made.entry.deadline, timedelta())
            made.kept = max(0, 1 - penalty * math.ceil(made.late / timedelta(days=1)))
        marked.append(made)
    return marked


def best(grades: list[Grade], name: str) -> Result | None:
    """Return the best verdict on an exercise over a student's notebooks, None if it is missing."""
    found = [grade.results[name] for grade in grades if name in grade.results]
    return min(found, key=lambda result: ORDER.index(result.status), default=None)
