"""The command line: ``python -m clipkit.project new FOLDER``."""

from __future__ import annotations

import argparse
import sys

from clipkit.project.new import new_project


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return 1, with a sentence on stderr, if nothing could be made."""
    top = argparse.ArgumentParser(
        prog="python -m clipkit.project",
        description="Make a project of your own: a notebook that checks, splits and measures.",
    )
    new = top.add_subparsers(dest="command", required=True).add_parser(
        "new", help="write project.ipynb and project.toml into a folder"
    )
    new.add_argument("folder", metavar="FOLDER")
    new.add_argument("--pictures", default="", help="a folder with a folder for each label")
    new.add_argument("--table", default="", help="a CSV or parquet file with a column of pictures")
    new.add_argument("--hub", default="", help="a data set of the Hugging Face Hub")
    for column, words in {
        "label": "the column of labels",
        "group": "the column of what belongs together, such as patients or products",
        "title": "the column of titles, captions or reports",
        "picture": "the column of pictures",
    }.items():
        new.add_argument(f"--{column}", default="", metavar="COLUMN", help=words)
    new.add_argument("--name", default="", help="what the project is called")
    new.add_argument("--model", default="", help="a Hub id or a folder; without, the bundled model")
    new.add_argument("--clinic", action="store_true", help="these are pictures of patients")
    options = vars(top.parse_args(arguments))
    del options["command"]
    try:
        print(*new_project(options.pop("folder"), **options), sep="\n")
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
