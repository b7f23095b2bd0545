"""`python -m pretraining`: render the training pictures, train on them, evaluate."""

from __future__ import annotations

import argparse
from dataclasses import fields
from pathlib import Path

from pretraining.train import Recipe

CACHE = Path.home() / ".cache" / "clipkit" / "pretraining"


def parser() -> argparse.ArgumentParser:
    """Return the commands and their options."""
    main = argparse.ArgumentParser(prog="python -m pretraining", description=__doc__)
    commands = main.add_subparsers(dest="command", required=True)
    render = commands.add_parser("render", help="render the training pictures to a cache")
    render.add_argument("--pictures", type=int, default=300_000)
    render.add_argument("--processes", type=int, default=2)
    render.add_argument("--pixels", type=int, default=80)
    train = commands.add_parser("train", help="train, or go on from the last checkpoint")
    train.add_argument("--minutes", type=float, default=float("inf"), help="stop after this long")
    for field in fields(Recipe):
        option = "--" + field.name.replace("_", "-")
        train.add_argument(option, type=type(field.default), default=field.default)
    for command in (render, train):
        command.add_argument("--cache", type=Path, default=CACHE / "pictures")
    train.add_argument("--out", type=Path, default=CACHE / "run")
    evaluate = commands.add_parser("evaluate", help="measure a model and write its card")
    evaluate.add_argument("model", type=Path, help="a folder made by `train`")
    evaluate.add_argument("--notes", type=Path, help="text about the training, put into the card")
    return main


def main(arguments: list[str] | None = None) -> None:
    """Run one command."""
    options = parser().parse_args(arguments)
    if options.command == "render":
        from pretraining.corpus import render

        render(options.cache, options.pictures, options.processes, options.pixels)
    elif options.command == "train":
        from pretraining.corpus import Corpus
        from pretraining.train import train

        recipe = Recipe(**{field.name: getattr(options, field.name) for field in fields(Recipe)})
        start = Path(recipe.start) if recipe.start else None
        if train(Corpus(options.cache, start), recipe, options.out, options.minutes):
            print(f"finished; the model is in {options.out / 'model'}")
    else:
        from pretraining.evaluate import write_card

        print(write_card(options.model, options.notes))


if __name__ == "__main__":
    main()
