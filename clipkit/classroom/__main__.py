"""The command line: ``python -m clipkit.classroom`` with ``handout``, ``grade`` or ``check``."""

import argparse
import os
import re
import sys
from pathlib import Path

from tqdm import tqdm

from clipkit.classroom import grading, handout, marks, process, report, roster, sandbox
from clipkit.exercises.engine import EXERCISES

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}


def amount(text: str) -> int:
    """Read an amount of memory.

    >>> amount("2GB"), amount("1.5 g"), amount("800M")
    (2000000000, 1500000000, 800000000)
    """
    match = re.fullmatch(r"([\d.]+)\s*([kmg]?)b?", text.strip().lower())
    if not match:
        raise argparse.ArgumentTypeError(f"{text!r} is no amount of memory; write one as 2GB")
    return int(float(match[1]) * UNITS[match[2]])


def parser() -> argparse.ArgumentParser:
    """Make the parser of the command line."""
    top = argparse.ArgumentParser(prog="python -m clipkit.classroom", description=__doc__)
    top.add_argument(
        "--notebooks",
        type=Path,
        default=NOTEBOOKS,
        metavar="PATH",
        help="the teacher's notebooks, with solutions: a folder or one file (default: %(default)s)",
    )
    commands = top.add_subparsers(dest="command", required=True)
    give = commands.add_parser("handout", help="write the notebooks without solutions")
    give.add_argument("out", type=Path, metavar="OUT")
    give.add_argument(
        "--hints", action=argparse.BooleanOptionalAction, default=True, help="keep the folded hints"
    )
    give.add_argument("--keep-outputs", action="store_true", help="keep the cells' outputs")
    take = commands.add_parser("grade", help="grade a folder of notebooks that were handed in")
    take.add_argument(
        "hand_ins",
        type=Path,
        metavar="HAND_INS",
        help="a folder with student.ipynb, or a folder a student with notebooks in it",
    )
    take.add_argument("--out", type=Path, default=Path("grades.csv"), metavar="CSV")
    take.add_argument(
        "--roster",
        type=Path,
        metavar="CSV",
        help="the class: student, and perhaps deadline, ID, ...",
    )
    take.add_argument("--weights", type=Path, metavar="CSV", help="exercise, points, partial")
    take.add_argument(
        "--overrides", type=Path, metavar="CSV", help="student, exercise, points, comment"
    )
    take.add_argument(
        "--late-penalty",
        type=share,
        default=0,
        metavar="SHARE",
        help="of the points, for each day begun after the roster's deadline (default: 0)",
    )
    take.add_argument(
        "--regrade", nargs="+", default=[], metavar="STUDENT", help="run these again in any case"
    )
    take.add_argument("--jobs", type=int, default=2, help="notebooks at once (default: 2)")
    take.add_argument("--memory", type=amount, default="2GB", help="for each (default: 2GB)")
    take.add_argument(
        "--time",
        type=float,
        default=300,
        metavar="SECONDS",
        help="for each notebook, on the clock (default: %(default)s)",
    )
    take.add_argument(
        "--cell-time",
        type=float,
        default=60,
        metavar="SECONDS",
        help="of computing, for each statement that an exercise needs (default: %(default)s)",
    )
    take.add_argument(
        "--readable",
        nargs="*",
        default=[],
        type=folder,
        metavar="DIR",
        help="folders of data or models that a notebook may read",
    )
    take.add_argument(
        "--unsafe",
        action="store_true",
        help="grade without bubblewrap: nothing keeps a notebook from your files",
    )
    look = commands.add_parser("check", help="check your own notebook before you hand it in")
    look.add_argument("notebook", type=Path, metavar="MY.ipynb")
    return top  # fmt: skip


def share(text: str) -> float:
    """Read a share from 0 to 1."""
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is no share; write one from 0 to 1, such as 0.1")
    return value


def folder(text: str) -> Path:
    """Read the path of a folder that exists."""
    path = Path(text)
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {text}")
    return path.resolve()


def grade(arguments: argparse.Namespace) -> None:
    """Grade a folder, write what comes of it, and say where."""
    bubblewrap = sandbox.required(arguments.unsafe)
    functions = grading.asked_for(arguments.notebooks)
    weights = marks.read_weights(arguments.weights, functions)
    overrides = marks.read_overrides(arguments.overrides, functions)
    work, entries, remarks = handed_in(arguments)
    students = {item.student for item in work}
    for name in arguments.regrade:
        if name not in students:
            raise ValueError(
                f"{name} has handed nothing in; so have: {', '.join(sorted(students))}"
            )
    remarks += [
        f"the override for {student} changes nothing: nobody has this name"
        for student in dict.fromkeys(student for student, _ in overrides)
        if student not in students | {entry.student for entry in entries}
    ]
    limits = process.Limits(
        arguments.memory, arguments.time, arguments.cell_time, tuple(arguments.readable)
    )
    out = arguments.out
    if bubblewrap is None:
        print("Without bubblewrap: a notebook can read and change whatever you can.")
    with sandbox.cgroup(limits.memory, f"clipkit-{os.getpid()}-trial") as group:
        if not group.folders:
            print("Memory is watched rather than limited: this user can make no cgroup.")
    grades = []
    counted = tqdm(
        grading.grade_all(
            work, functions, limits, bubblewrap, out.with_name(f"{out.stem}.kept"),
            arguments.jobs, frozenset(arguments.regrade),
        ),
        total=len(work), unit="notebook", disable=not sys.stderr.isatty(),
    )  # fmt: skip
    try:
        for done in counted:
            grades.append(done)
            if counted.disable:
                print(f"{len(grades)} of {len(work)}: {done.student}", flush=True)
    except KeyboardInterrupt:
        print(f"interrupted after {len(grades)} of {len(work)}; the same command goes on there")
        return
    when = roster.handed_in_at(work)
    marked = marks.mark(grades, weights, overrides, entries, when, arguments.late_penalty)
    written(out, marked, work, grades, list(functions), remarks)


def handed_in(
    arguments: argparse.Namespace,
) -> tuple[list[roster.HandIn], list[roster.Entry], list[str]]:
    """Return the hand-ins, the roster, and remarks on what does not fit together."""
    work, remarks = roster.hand_ins(arguments.hand_ins)
    entries = roster.read_roster(arguments.roster) if arguments.roster else []
    if entries:
        work, strangers = roster.match(work, entries)
        remarks += strangers
        handed = {item.student for item in work}
        remarks += [
            f"{entry.student} has handed nothing in"
            for entry in entries
            if entry.student not in handed
        ]
    if not {item.student for item in work} & {entry.student for entry in entries}:
        names = [path.name for path in grading.notebooks(arguments.notebooks)]
        roster.check_wrapped(work, names)
    return work, entries, remarks


def written(
    out: Path,
    marked: list[marks.Marks],
    work: list[roster.HandIn],
    grades: list[grading.Grade],
    names: list[str],
    remarks: list[str],
) -> None:
    """Write the table, the exports and the pages, and print where they are and what was odd."""
    report.write_table(out, marked, names)
    print(f"{len(marked)} students: {out}")
    for platform in report.PLATFORMS:
        if report.knows(marked, platform):
            export = out.with_name(f"{out.stem}.{platform}.csv")
            report.write_export(export, marked, names, platform)
            print(f"to import in {platform.capitalize()}: {export}")
    pages = out.with_name(f"{out.stem}.reports")
    remarks += report.write_pages(pages, marked, names)
    print(f"a page for each student: {pages}")
    remarks += [
        f"{', '.join(group[:-1])} and {group[-1]} handed in the same file"
        for group in report.same_files(work)
    ]
    remarks += [
        f"{a} and {b}: {n} of {both} answers are alike, as nobody else's"
        for a, b, n, both in report.alike(grades)
    ]
    for remark in remarks:
        print(f"- {roster.clean(remark)}")
    most = max((grade.memory for grade in grades), default=0)
    longest = max((grade.seconds for grade in grades), default=0)
    print(f"a notebook took at most {most / 1e9:.1f} GB and {longest:.0f} s of computing")


def check(notebook: Path) -> int:
    """Print the verdict on each exercise of one's own notebook; return the exit status."""
    functions = {name: name.split(".")[1] for name in EXERCISES}
    item = roster.HandIn(notebook.stem, notebook, notebook.name)
    done = grading.grade(item, functions, process.Limits(), sandbox.find())
    lessons = {name.split(".")[0] for name in done.results}
    for name in functions:
        if name in done.results:
            print(done.results[name])
        elif name.split(".")[0] in lessons:
            print(f"{name}: missing")
    for remark in filter(None, [*done.errors, done.stopped]):
        print(f"- {remark}")
    right = sum(result.status == "right" for result in done.results.values())
    print(f"{right} of {len(done.results)} exercises are right")
    return 0 if done.results and done.stopped is None else 1


def main(words: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    arguments = parser().parse_args(words)
    try:
        if arguments.command == "check":
            return check(arguments.notebook)
        if arguments.command == "grade":
            grade(arguments)
        else:
            files = handout.write(
                arguments.notebooks, arguments.out, arguments.hints, arguments.keep_outputs
            )
            print(f"{len(files)} notebooks without solutions: {arguments.out}")
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
