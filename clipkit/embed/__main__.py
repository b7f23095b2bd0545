"""The command `python -m clipkit.embed`."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

from clipkit.embed.cluster import ROWS, run


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 1 and say why if it cannot be done, else 0."""
    parser = argparse.ArgumentParser(
        prog="python -m clipkit.embed",
        description="Encode many pictures into parquet files, on this machine or on the cluster "
        "that RAY_ADDRESS names. Run the same command again to go on after an interruption.",
    )
    parser.add_argument(
        "source", help="folder of pictures, parquet file or folder of them, or id on the Hub"
    )
    parser.add_argument("out", help="folder for the embeddings")
    parser.add_argument("--model", help="id on the Hub or folder; else CLIPKIT_MODEL, or the small "
                        "model that comes with clipkit")  # fmt: skip
    parser.add_argument("--picture", metavar="NAME", help="the table's column of pictures")
    parser.add_argument("--id", metavar="NAME", help="the table's column of ids")
    parser.add_argument(
        "--columns", metavar="NAME", nargs="+", default=(), help="columns to carry along"
    )
    parser.add_argument("--split", default="train", help="of a data set of the Hub (%(default)s)")
    parser.add_argument("--config", metavar="NAME", help="of a data set of the Hub")
    parser.add_argument("--revision", help="of a data set of the Hub")
    parser.add_argument("--batch-size", type=int, metavar="N", help="pictures at once")
    parser.add_argument(
        "--rows", type=int, default=ROWS, metavar="N", help="pictures in a file (%(default)s)"
    )
    parser.add_argument(
        "--workers",
        type=int,
        metavar="N",
        help="copies of the model; 0: this process alone, without Ray",
    )
    options = vars(parser.parse_args(arguments))
    start = time.monotonic()
    try:
        done = run(**options)
    except KeyboardInterrupt:
        print("Stopped; run the same command again to go on.", file=sys.stderr)
        return 130
    except (ImportError, OSError, ValueError, RuntimeError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 1
    seconds = time.monotonic() - start
    unread = f", of which {done.unread:,} could not be read" if done.unread else ""
    before = f", {done.before:,} of them from before" if done.before else ""
    print(f"{done.pictures:,} pictures in {seconds:.0f} s{unread}; {done.shards:,} "
          f"file{'s' * (done.shards != 1)} in {options['out']}{before}.")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
