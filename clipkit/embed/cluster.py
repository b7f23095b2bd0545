"""Pieces of a source, encoded by copies of the model: Ray Data says where and when."""

from __future__ import annotations

import contextlib
import logging
import os
import platform
import warnings
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from tqdm.auto import tqdm

from clipkit import checks, runs
from clipkit.embed import files, sources
from clipkit.loading import load
from clipkit.notes import ClipWarning, warn

if TYPE_CHECKING:
    from clipkit.model import Clip

ROWS = 1000
"""Pictures in a file: what is lost at most where a worker dies, some seconds of work."""
CORES = 4
"""Of a copy of the model without a GPU: it uses them well, and the memory holds fewer copies."""
STORE = 200_000_000
"""Bytes of Ray's store of objects on one machine: only pieces' descriptions go through it."""
STARTS = 3
"""How often Ray is started, where the machine is too busy for it."""
Made = tuple[str | None, int, str, int | None]
"""What every copy of the model is made with: the first arguments of `Encoder`."""
KEPT = "what is finished is kept: run the same command again to go on"


class Summary(NamedTuple):
    """What a run has done.

    Attributes
    ----------
    pictures, unread : int
        Of this run: encoded or not, and how many of them could not be read.
    shards, before : int
        Files in all, and how many of them were there before.
    """

    pictures: int
    unread: int
    shards: int
    before: int


class Encoder:
    """A copy of the model in a process of its own, which writes a file for each piece.

    What goes wrong is handed back as a sentence: raised, it would reach the reader as three pages
    of Ray's, once for each time that Ray tries again.

    Parameters
    ----------
    model : str or None
        As `clipkit.load` takes it.
    weights : int
        What `fingerprint` gave where the run was started.
    """

    def __init__(
        self, model: str | None, weights: int, out: str, batch_size: int | None, cores: int
    ) -> None:
        torch.set_num_threads(cores)
        self.out, self.batch_size, self.problem = Path(out), batch_size, ""
        try:
            self.clip = load(model)
        except (OSError, ValueError, ImportError) as error:
            self.problem = str(error)
            return
        if fingerprint(self.clip) != weights:
            self.problem = (
                f'"{self.clip.name}" is another model on {platform.node()} than where the run was '
                "started; give all machines the same one"
            )

    def __call__(self, task: dict[str, Any]) -> dict[str, Any]:
        """Do one piece; Ray may ask for the same one again, which does no harm."""
        if self.problem:
            return {"pictures": 0, "unread": 0, "problem": self.problem}

        def encode(pictures: list[Any], skipped: list[tuple[int, str]]) -> torch.Tensor:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ClipWarning)  # it stands in the file
                return self.clip.encode_images(pictures, self.batch_size, skipped)

        name, pictures, unread, problem = files.name_of(task["number"]), 0, 0, ""
        try:
            pictures, unread = files.write(
                self.out / name, task["piece"].rows(), encode, self.clip.dimension, task["others"]
            )
        except Exception as error:  # memory, disk, network: each library has its own
            problem = f"{name} cannot be made on {platform.node()}: {_first_line(error)}"
        return {"pictures": pictures, "unread": unread, "problem": problem}


def fingerprint(clip: Clip) -> int:
    """Return one number for all that decides a picture's embedding: weights and preparation."""
    prepared = clip.processor.image_processor
    made = prepared.to_dict() if hasattr(prepared, "to_dict") else str(prepared)
    return runs.checksum(runs.model_checksums(clip.model)["weights"], made)


def run(
    source: str | os.PathLike[str],
    out: str | os.PathLike[str],
    model: str | os.PathLike[str] | None = None,
    *,
    picture: str | None = None,
    id: str | None = None,
    columns: Iterable[str] = (),
    split: str = "train",
    config: str | None = None,
    revision: str | None = None,
    batch_size: int | None = None,
    rows: int = ROWS,
    workers: int | None = None,
) -> Summary:
    """Encode the pictures of a source into files of embeddings, or go on with it.

    On this machine, or on the cluster that the environment variable RAY_ADDRESS names: all its
    machines then need clipkit, and must see `source` and `out` under the same path.

    Parameters
    ----------
    source : str or path-like
        A folder of pictures, a parquet file, a folder of parquet files, or an id on the Hub, which
        is streamed.
    out : str or path-like
        The folder of the result. If it holds a part of the same run already, only the rest is done.
    model : str or path-like, optional
        As `clipkit.load` takes it.
    picture : str, optional
        Of a table: the column of pictures (files or paths); by default one of the usual names.
    id : str, optional
        Of a table: the column of ids; by default "id", or file and number of the row.
    columns : iterable of str
        Of a table: columns that are carried along, such as titles.
    split, config, revision : str, optional
        Of a data set of the Hub, as `datasets.load_dataset` takes them.
    batch_size : int, optional
        How many pictures go through the model at once.
    rows : int
        Pictures in a file, about.
    workers : int, optional
        Copies of the model; by default one for each GPU of the cluster, or without any, one for
        every four cores. With 0, Ray is left out, and this process does all of it: the fastest
        way on one machine.

    Returns
    -------
    Summary

    Raises
    ------
    ImportError
        If Ray is needed and not installed.
    FileNotFoundError, ValueError
        If the source is missing or holds nothing that can be read, or `out` was made from
        something else; the message names what differs.
    clipkit.hub.CheckpointError
        If the model cannot be loaded.
    RuntimeError
        If the work cannot be done; what is finished stays.
    """
    if workers is None or checks.whole(workers, "workers", 0):
        _ray()  # before the long work of loading a model
    rows = checks.whole(rows, "rows", 1)
    if batch_size is not None:
        batch_size = checks.whole(batch_size, "batch_size", 1)
    folder = checks.path(out, "out").absolute()
    if Path(source).expanduser().absolute() in (folder, *folder.parents):
        raise ValueError(
            f"{out} lies in the source, where the files of embeddings would pass for a part of it; "
            "give a folder beside it"
        )
    found = sources.find(source, rows, picture=picture, id=id, columns=columns, split=split,
                         config=config, revision=revision)  # fmt: skip
    # Settled here, since a worker may have another CLIPKIT_MODEL, and works in another folder.
    model = os.fspath(model or os.environ.get("CLIPKIT_MODEL") or "") or None
    if model and Path(model).expanduser().is_dir():
        model = str(Path(model).expanduser().absolute())
    clip = load(model, "cpu")
    weights = fingerprint(clip)
    recipe = {**found.recipe, "model": clip.name, "weights": weights, "rows": rows}
    runs.same_run(folder, {**recipe, "shards": len(found.pieces)})
    del clip
    tasks = []
    for number, piece in enumerate(found.pieces):
        path = folder / files.name_of(number)
        if files.is_whole(path):
            continue
        if path.exists():
            warn(f"{path} is damaged and made anew")
        tasks.append({"number": number, "piece": piece, "others": found.others})
    pictures = unread = 0
    files.tidy(folder)
    with contextlib.closing(
        _results(tasks, (model, weights, str(folder), batch_size), workers)
    ) as results:
        for done in results:
            if done["problem"]:
                raise RuntimeError(f"{done['problem']}; {KEPT}")
            pictures, unread = pictures + done["pictures"], unread + done["unread"]
    files.tidy(folder)
    if pictures == unread and not any(len(part.ids) for part in files.shards(folder)):
        errors = next(files.shards(folder)).errors
        raise ValueError(
            f"none of the pictures of {source} could be read; the first one "
            f"{next(iter(errors.values()), 'is missing')}"
        )
    return Summary(pictures, unread, len(found.pieces), len(found.pieces) - len(tasks))


def _results(
    tasks: list[dict[str, Any]], made_with: Made, workers: int | None
) -> Generator[dict[str, Any], None, None]:
    """Yield what an `Encoder` gives for each task, as they come."""
    if not tasks:
        return
    # No bar in a log: None is tqdm's word for "only on a terminal".
    quiet = True if os.environ.get("TQDM_DISABLE", "0") not in ("", "0") else None
    with tqdm(total=len(tasks), unit="file", delay=3, leave=False, disable=quiet) as bar:
        if workers == 0:
            encoder = Encoder(*made_with, torch.get_num_threads())
            for task in tasks:
                yield encoder(task)
                bar.update()
            return
        ray = _ray()
        with _cluster(ray), _saying(ray):
            for result in _by_ray(ray, tasks, made_with, workers):
                yield result
                bar.update()


def _by_ray(
    ray: Any, tasks: list[dict[str, Any]], made_with: Made, workers: int | None
) -> Iterator[dict[str, Any]]:
    room = _room(ray, workers)
    copies = min(room.pop("copies"), len(tasks))
    # A block is what a worker gets at once: one piece.
    pieces = ray.data.from_items(tasks, override_num_blocks=len(tasks))
    done = pieces.map(
        Encoder,
        fn_constructor_args=(*made_with, room["num_cpus"]),
        compute=ray.data.ActorPoolStrategy(size=copies, max_tasks_in_flight_per_actor=2),
        **room,
    )
    yield from done.iter_rows()


def _room(ray: Any, workers: int | None) -> dict[str, int]:
    """Return how many copies of the model there are, and what each of them gets."""
    machines = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    with_gpus = [machine for machine in machines if machine.get("GPU", 0) >= 1]
    if with_gpus:
        gpus = sum(int(machine["GPU"]) for machine in with_gpus)
        cores = min(int(machine.get("CPU", 1) // machine["GPU"]) for machine in with_gpus)
        copies = gpus if workers is None else checks.whole(workers, "workers", 1, gpus)
        return {"copies": copies, "num_cpus": max(cores, 1), "num_gpus": 1}
    cpus = [int(machine.get("CPU", 0)) for machine in machines]
    if workers is None:
        cores = min([CORES, *filter(None, cpus)])
        return {"copies": sum(count // cores for count in cpus), "num_cpus": cores, "num_gpus": 0}
    copies = checks.whole(workers, "workers", 1, sum(cpus))
    cores = max(sum(cpus) // copies, 1)
    while cores > 1 and sum(count // cores for count in cpus) < copies:
        cores -= 1  # a copy's cores are on one machine
    return {"copies": copies, "num_cpus": cores, "num_gpus": 0}


def _ray() -> Any:
    # Read when Ray is imported: no statistics are sent, and no bar is drawn.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_DATA_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    # What Ray will do one day; without it, a warning is printed.
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise ImportError('this needs Ray: pip install "clipkit[ray]"') from error
    return ray


@contextlib.contextmanager
def _cluster(ray: Any) -> Iterator[None]:
    """Join the cluster that runs or is named, or start one on this machine; then leave it."""
    if ray.is_initialized():
        yield
        return
    start(ray)
    try:
        yield
    finally:
        ray.shutdown()


def start(ray: Any, **options: Any) -> None:
    """Join the cluster that RAY_ADDRESS names, or start one on this machine.

    Parameters
    ----------
    ray : module
    **options
        Of `ray.init`, for one on this machine.

    Raises
    ------
    RuntimeError
        If there is no such cluster, it has another version of Ray, or none can be started.
    """
    options |= {"log_to_driver": False, "logging_level": logging.ERROR}
    if not os.environ.get("RAY_ADDRESS"):
        here = {"address": "local", "include_dashboard": False, "object_store_memory": STORE}
        options = {**here, **options}
    for left in reversed(range(STARTS)):
        try:
            with _hushed():
                ray.init(**options)
            return
        except Exception as error:  # of many kinds
            ray.shutdown()
            # Ray waits half a minute for its own processes, which a busy machine may exceed.
            if not left or "timed out during startup" not in str(error):
                where = os.environ.get("RAY_ADDRESS") or "this machine"
                raise RuntimeError(f"Ray cannot be used on {where}: {_last_line(error)}") from error


@contextlib.contextmanager
def _hushed() -> Iterator[None]:
    """Keep from the screen what is written below Python: Ray says there how it logs."""
    screen, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(screen, 2)
        os.close(screen)
        os.close(nowhere)


@contextlib.contextmanager
def _saying(ray: Any) -> Iterator[None]:
    """Keep Ray Data quiet, and turn what it raises into a sentence."""
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = context.print_on_execution_start = False
    # A machine may also go while a copy of the model is being loaded.
    context.max_consecutive_actor_init_deaths = files.TRIES
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    try:
        yield
    except (ray.exceptions.RayError, ray.data.exceptions.RayDataUserCodeException) as error:
        raise RuntimeError(f"Ray could not go on ({_last_line(error)}); {KEPT}") from error


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _last_line(error: BaseException) -> str:
    """Return the end of Ray's long messages, where the cause stands."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
