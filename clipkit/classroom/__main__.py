"""The command line: ``python -m clipkit.classroom handout`` and ``... grade``."""

import argparse
import re
import sys
from pathlib import Path

from tqdm import tqdm

from clipkit.classroom import grading, handout, report, sandbox

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
    take = commands.add_parser("grade", help="grade a folder of submitted notebooks")
    take.add_argument(
        "submissions",
        type=Path,
        metavar="SUBMISSIONS",
        help="student.ipynb, or a folder a student with notebooks in it",
    )
    take.add_argument("--out", type=Path, default=Path("grades.csv"), metavar="CSV")
    take.add_argument("--jobs", type=int, default=2, help="submissions at once")
    take.add_argument("--memory", type=amount, default="2GB", help="for each (default: 2GB)")
    take.add_argument(
        "--time",
        type=float,
        default=600,
        metavar="SECONDS",
        help="for each notebook (default: %(default)s)",
    )
    take.add_argument(
        "--cell-time",
        type=float,
        default=60,
        metavar="SECONDS",
        help="of computing, for each cell (default: %(default)s)",
    )
    take.add_argument(
        "--readable",
        nargs="*",
        default=[],
        metavar="DIR",
        help="folders of data or models that a submission may read",
    )
    return top  # fmt: skip


def grade(arguments: argparse.Namespace) -> str:
    """Grade a folder; return the line that says what came of it."""
    functions = grading.asked_for(arguments.notebooks)
    work = list(grading.submissions(arguments.submissions))
    if not work:
        raise ValueError(f"there is no notebook in {arguments.submissions}")
    limits = grading.Limits(
        arguments.memory, arguments.time, arguments.cell_time, tuple(arguments.readable)
    )
    out = arguments.out
    kept = out.with_name(f"{out.stem}.kept")
    if not sandbox.without_network():
        print("This system gives no namespaces: the network is refused by Python alone.")
    if not sandbox.has_landlock():
        print("This system has no Landlock: your files are protected by Python alone.")
    grades = []
    counted = tqdm(
        grading.grade_all(work, functions, limits, kept, arguments.jobs),
        total=len(work), unit="notebook", disable=not sys.stderr.isatty(),
    )  # fmt: skip
    try:
        for done in counted:
            grades.append(done)
            if counted.disable:
                print(f"{len(grades)} of {len(work)}: {done.student}", flush=True)
    except KeyboardInterrupt:
        return (
            f"interrupted after {len(grades)} of {len(work)}; the same command goes on from there"
        )
    report.write_table(out, grades, list(functions))
    pages = out.with_name(f"{out.stem}.reports")
    report.write_pages(pages, grades, list(functions))
    return f"{len(report.by_student(grades))} students: {out}, with a page for each in {pages}"


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    arguments = parser().parse_args(arguments)
    try:
        if arguments.command == "grade":
            print(grade(arguments))
        else:
            written = handout.write(
                arguments.notebooks, arguments.out, arguments.hints, arguments.keep_outputs
            )
            print(f"{len(written)} notebooks without solutions: {arguments.out}")
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
