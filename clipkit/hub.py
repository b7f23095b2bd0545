"""Find the files of a checkpoint: in the package, in a folder, in the cache or on the Hub.

Whatever the source, the result is a folder on disk; `clipkit.loading` loads only from folders, and
so never reaches for the network itself. A checkpoint that cannot be had gives one sentence.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import re
import sys
import threading
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from clipkit import checks
from clipkit.notes import quoted, warn

BUNDLED = Path(__file__).parent / "assets" / "clip"

# Checkpoints that this package is meant for; also what a mistyped id is compared with.
KNOWN_IDS = (
    "openai/clip-vit-base-patch32",
    "openai/clip-vit-base-patch16",
    "openai/clip-vit-large-patch14",
    "openai/clip-vit-large-patch14-336",
    "laion/CLIP-ViT-B-32-laion2B-s34B-b79K",
    "patrickjohncyh/fashion-clip",
    "flaviagiammarino/pubmed-clip-vit-base-patch32",
    "google/siglip-base-patch16-224",
    "google/siglip2-base-patch16-224",
)

# Safe formats first; a checkpoint's weights are in the first of these that it has.
WEIGHTS = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)
TOKENIZERS = ("tokenizer.json", "vocab.json", "spiece.model", "tokenizer.model")
PROCESSORS = ("processor_config.json", "preprocessor_config.json")
OPEN_CLIP = "open_clip_config.json"
OPEN_CLIP_WEIGHTS = (
    "open_clip_model.safetensors",
    "open_clip_pytorch_model.safetensors",
    "open_clip_pytorch_model.bin",
)
ADAPTER = ("adapter_config.json", "adapter_model.safetensors")
"""LoRA as peft writes it; `clipkit.fine_tune.save` puts the model that it belongs to in "base"."""
_OTHERS = (
    "config.json",
    *TOKENIZERS,
    *PROCESSORS,
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "merges.txt",
    "words.txt",
)

EXAMPLE = f'"{KNOWN_IDS[0]}"'
STALLED = 120.0  # seconds in which nothing comes: then it is given up
WORD_AFTER = 10.0  # seconds of silence after which, and after each of which, a line is printed

_named: set[str] = set()  # what CLIPKIT_MODEL has named so far in this process

Result = TypeVar("Result")


class CheckpointError(OSError):
    """A checkpoint that cannot be found, fetched or read; the message says what to do."""


def find_checkpoint(name: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder that holds a checkpoint's files, fetching them if need be.

    Parameters
    ----------
    name : str or os.PathLike, optional
        A folder, or an id on the Hugging Face Hub, with "hf-hub:" before it for the files of
        OpenCLIP. Without one, the environment variable ``CLIPKIT_MODEL`` decides, and without that
        the bundled model.

    Returns
    -------
    pathlib.Path
        A folder with ``config.json``, weights, tokenizer and processor configuration, with
        ``open_clip_config.json`` and weights, or with the files of a LoRA adapter.

    Raises
    ------
    CheckpointError
        In one sentence, what is wrong and what to do.
    TypeError
        If the name is neither a text nor a path.
    """
    if name is None:
        name = named_by_environment() or BUNDLED
    if not isinstance(name, (str, os.PathLike)):
        raise TypeError(f"name is a {type(name).__name__}, but it should be an id or a folder")
    try:
        folder = checks.path(name, "name")
    except ValueError as error:
        raise CheckpointError(str(error)) from None
    if folder.is_dir():
        return _complete(folder)
    if folder == BUNDLED:
        raise CheckpointError(
            f'the bundled model is missing from "{BUNDLED}"; install clipkit again, or clone its '
            "repository again"
        )
    known = str(name).removeprefix("hf-hub:")
    if not is_id(known):
        meant = _id_within(known)
        shown = known if known[:1] in "\"'" else quoted(known)
        raise CheckpointError(
            f"there is no folder {shown}, and it is not an id on the Hugging Face Hub "
            + (f'either; did you mean "{meant}"?' if meant else f"either (an id is like {EXAMPLE})")
        )
    open_clip = known != str(name)
    return _complete(_fetch(known, open_clip), open_clip)


def named_by_environment() -> str | None:
    """Return the model that ``CLIPKIT_MODEL`` names, if any, and say once what follows from it."""
    name = os.environ.get("CLIPKIT_MODEL") or None
    if name and name not in _named:
        _named.add(name)
        warn(
            f'the model is "{name}", as CLIPKIT_MODEL says; where a notebook\'s text speaks of '
            "results, they are those of the bundled model"
        )
    return name


def is_id(name: str) -> bool:
    """Return whether a name can be one on the Hub.

    Examples
    --------
    >>> is_id("openai/clip-vit-base-patch32"), is_id("my models/clip"), is_id("../my-clip")
    (True, False, False)
    """
    return bool(re.fullmatch(r"\w[\w.-]*(/\w[\w.-]*)?", name.removeprefix("hf-hub:")))


def is_adapter(folder: Path) -> bool:
    """Return whether a folder holds LoRA, and not a model by itself."""
    return (folder / ADAPTER[0]).is_file()


def weights_of(folder: str | os.PathLike[str]) -> str | None:
    """Return the name of the folder's weights file, or None.

    Examples
    --------
    >>> weights_of("/nowhere") is None
    True
    """
    return next((file for file in WEIGHTS if (Path(folder) / file).is_file()), None)


def is_open_clip(name: str, folder: Path) -> bool:
    """Return whether a checkpoint is to be read by open_clip."""
    return name.startswith("hf-hub:") or not (folder / "config.json").is_file()


def cached_folder(name: str) -> Path | None:
    """Return where a model of the Hub lies in the cache, whole or in part, or None."""
    from huggingface_hub import try_to_load_from_cache

    for file in ("config.json", OPEN_CLIP, ADAPTER[0]):
        path = try_to_load_from_cache(name.removeprefix("hf-hub:"), file)
        if isinstance(path, str):
            return Path(path).parent
    return None


def cached_ids() -> list[str]:
    """Return the ids of models whose weights lie in the Hub's cache."""
    from huggingface_hub import constants

    found = []
    for folder in sorted(Path(constants.HF_HUB_CACHE).glob("models--*")):
        if any(weights_of(snapshot) for snapshot in folder.glob("snapshots/*")):
            found.append(folder.name.removeprefix("models--").replace("--", "/"))
    return found


def discard_damaged(folder: Path) -> list[str]:
    """Remove from the Hub's cache what differs from its announced checksum; return its names.

    The cache calls a file by its checksum, so that this can be seen without a network. Folders
    outside the cache are left as they are.
    """
    removed = []
    for path in sorted(folder.rglob("*")):
        blob = path.resolve()
        if path.is_symlink() and blob.is_file() and not _as_announced(blob):
            blob.unlink()
            path.unlink()
            removed.append(path.relative_to(folder).as_posix())
    return removed


def _as_announced(blob: Path) -> bool:
    """Return whether a file of the cache has the checksum by which it is called."""
    if re.fullmatch("[0-9a-f]{64}", blob.name):
        digest = hashlib.sha256()
    elif re.fullmatch("[0-9a-f]{40}", blob.name):  # as git counts: small files
        digest = hashlib.sha1(b"blob %d\0" % blob.stat().st_size)
    else:
        return True
    with blob.open("rb") as file:
        while chunk := file.read(2**20):
            digest.update(chunk)
    return digest.hexdigest() == blob.name


def _complete(folder: Path, open_clip: bool = False) -> Path:
    """Return the folder if all that a checkpoint needs is there."""
    if is_adapter(folder):
        return folder  # whether its own files and its model are there, loading them says
    if open_clip or ((folder / OPEN_CLIP).is_file() and not (folder / "config.json").is_file()):
        if not any((folder / file).is_file() for file in OPEN_CLIP_WEIGHTS):
            raise CheckpointError(
                f'the folder "{folder}" has no weights; a checkpoint of OpenCLIP needs one of '
                f"{', '.join(OPEN_CLIP_WEIGHTS)}"
            )
        return folder
    if not (folder / "config.json").is_file():
        raise CheckpointError(
            f'the folder "{folder}" has no config.json, so it is not a checkpoint in the Hugging '
            "Face format (save_pretrained writes one)"
        )
    needed = {"weights": WEIGHTS, "tokenizer": TOKENIZERS, "picture processor": PROCESSORS}
    for what, files in needed.items():
        if not any((folder / file).is_file() for file in files):
            exported = what == "weights" and (folder / "onnx").is_dir()
            advice = '; load it with backend="onnx"' if exported else ""
            raise CheckpointError(
                f'the folder "{folder}" has no {what}; it needs one of {", ".join(files)}{advice}'
            )
    missing = [
        part for part in _parts(folder / str(weights_of(folder))) if not (folder / part).is_file()
    ]
    if missing:
        raise CheckpointError(
            f'the weights in "{folder}" are incomplete: {", ".join(missing)} is missing'
        )
    return folder


def _parts(file: Path) -> list[str]:
    """Return the names of the files that an index names, none for undivided weights."""
    if not file.name.endswith(".index.json"):
        return []
    try:
        parts = json.loads(file.read_text(encoding="utf-8"))["weight_map"].values()
        parts = sorted({str(Path(part).name) for part in parts})
    except (ValueError, KeyError, TypeError, AttributeError):
        parts = []
    if not parts:
        raise CheckpointError(
            f'"{file}" names no files of weights; delete it or fetch it again, or use another '
            "checkpoint"
        )
    return parts


def _fetch(name: str, open_clip: bool) -> Path:
    """Bring a checkpoint from the Hub into its cache and return the cache's folder."""
    from huggingface_hub import errors

    try:
        present = _patiently(lambda: _listing(name), name)
    except errors.GatedRepoError as error:
        raise _gated(name) from error
    except errors.RepositoryNotFoundError as error:
        raise CheckpointError(f'the Hub knows no model "{name}"{_suggestion(name)}') from error
    except errors.HFValidationError as error:
        raise CheckpointError(f'"{name}" is not a valid id: {_first_line(error)}') from error
    except Exception as error:  # whatever stands between here and the Hub may do
        return _cached(name, error)

    files = _wanted(name, present, open_clip)
    try:
        return _download(name, files)
    except CheckpointError:
        raise
    except errors.GatedRepoError as error:
        raise _gated(name) from error
    except errors.RemoteEntryNotFoundError as error:
        raise CheckpointError(
            f'"{name}" is incomplete on the Hub ({_last_line(error)}); tell its author, or use '
            "another checkpoint"
        ) from error
    except Exception as error:
        raise CheckpointError(
            f'the download of "{name}" broke off; run this again, files that are complete stay '
            f"({_reason(error)})"
        ) from error


def _wanted(name: str, present: set[str], open_clip: bool) -> list[str]:
    """Return which of a repository's files to fetch, the weights last."""
    if ADAPTER[0] in present and not open_clip:
        base = {file.removeprefix("base/") for file in present if file.startswith("base/")}
        own = [file for file in ADAPTER if file in present]
        return own + [f"base/{file}" for file in (_wanted(name, base, False) if base else ())]
    choice = OPEN_CLIP_WEIGHTS if open_clip else WEIGHTS
    weights = next((file for file in choice if file in present), None)
    config = OPEN_CLIP if open_clip else "config.json"
    if weights is None or config not in present:
        what = config if weights else f"weights ({', '.join(choice)})"
        advice = f'; load "hf-hub:{name}", it is a checkpoint of OpenCLIP'
        raise CheckpointError(
            f'"{name}" has no {what} on the Hub' + advice * (OPEN_CLIP in present and not open_clip)
        )
    others = [OPEN_CLIP, *_OTHERS] if open_clip else _OTHERS
    return [file for file in (*others, weights) if file in present]


def _listing(name: str) -> set[str]:
    """Return the names of a model's files, as the Hub gives them."""
    import huggingface_hub

    info = huggingface_hub.HfApi().model_info(name, timeout=10)
    files = {file.rfilename for file in info.siblings or ()}
    if not files or not all(isinstance(file, str) for file in files):
        raise ValueError("an answer without a list of files")
    return files


def _download(name: str, files: list[str]) -> Path:
    from huggingface_hub import hf_hub_download

    def get(file: str, **options: Any) -> Path:
        return Path(_patiently(lambda: hf_hub_download(name, file, **options), name))

    before = set(_blobs(name))
    # The first call asks what "main" is now and records it for offline use; the others name that
    # commit and so need no question to the server where the file is in the cache already.
    paths = [get(files[0])]
    commit = paths[0].parent.name
    paths += [get(file, revision=commit) for file in files[1:]]
    for part in _parts(paths[-1]):
        paths.append(get(str(PurePosixPath(files[-1]).with_name(part)), revision=commit))
    if any(path.resolve() not in before for path in paths):
        removed = discard_damaged(paths[0].parent)
        if removed:
            raise CheckpointError(
                f'{", ".join(removed)} of "{name}" came damaged: the checksum is not the one that '
                "was announced; run this again"
            )
    return paths[0].parent


def _blobs(name: str) -> dict[Path, int]:
    """Return the files that the cache holds of a model, complete or not, with their sizes."""
    from huggingface_hub import constants

    folder = Path(constants.HF_HUB_CACHE) / f"models--{name.replace('/', '--')}" / "blobs"
    found = {}
    for path in folder.glob("*"):
        try:
            found[path.resolve()] = path.stat().st_size
        except OSError:  # it has been renamed meanwhile
            continue
    return found


def _patiently(function: Callable[[], Result], name: str) -> Result:
    """Call a function that waits for the Hub; say so while nothing comes, and give up at last.

    The libraries below have limits for one silence, but repeat themselves for minutes, and a line
    that brings a byte now and then has no end for them. In time, at least one of their steps of
    10 MB has to arrive.
    """
    answer: list[Any] = []

    def run() -> None:
        try:
            answer.append((function(), None))
        except BaseException as error:
            answer.append((None, error))

    thread = threading.Thread(target=run, daemon=True)  # nothing else ends one that waits
    thread.start()
    silent, seen = 0.0, _blobs(name)
    step = min(0.2, STALLED / 10)
    while thread.is_alive() and silent < STALLED:
        thread.join(step)
        now = _blobs(name)
        silent, seen = (silent + step, seen) if now == seen else (0.0, now)
        if silent and silent % WORD_AFTER < step:
            print(f'"{name}": nothing from the Hub for {silent:.0f} s', file=sys.stderr)
    if not answer:
        raise TimeoutError(f"nothing came for {STALLED:.0f} s")
    result, error = answer[0]
    if error:
        raise error
    return result


def _cached(name: str, error: Exception) -> Path:
    """Return the cache's folder for a model that the Hub cannot be asked about now."""
    from huggingface_hub import constants

    folder = cached_folder(name)
    if folder and (weights_of(folder) or is_adapter(folder) or (folder / OPEN_CLIP).is_file()):
        return folder
    if constants.HF_HUB_OFFLINE:
        why = "HF_HUB_OFFLINE is set"
        then = "unset it to download the model, or load one that is here already"
    else:
        why, then = _reason(error), "or load one that is here already"
        if (isinstance(error, OSError) or is_network_error(error)) and not _status(error):
            then = f"connect to the network once to download the model, {then}"
    here = ", ".join(["clipkit.load() for the bundled model", *map(repr, cached_ids())])
    raise CheckpointError(
        f'"{name}" is neither a folder nor in the cache, and {why}; {then}: {here}'
    ) from error


def _reason(error: Exception) -> str:
    """Say in a clause what stood in the way."""
    status = _status(error)
    if status in (401, 403):
        return f"the Hub refuses it (status {status}): log in with `hf auth login`"
    if status == 429:
        return "the Hub has had too many requests from here (status 429): wait some minutes"
    if status:
        return f"the Hub answers with status {status}"
    if isinstance(error, ImportError):  # of a proxy of an unusual kind
        return f"a package that the connection needs is missing ({_first_line(error)})"
    if isinstance(error, TimeoutError):
        return f"the Hub does not answer ({_first_line(error)})"
    if isinstance(error, OSError) or is_network_error(error):
        return f"the Hub cannot be reached ({_first_line(error)})"
    return (
        "what answers is not the Hub, but perhaps the log-in page of a network "
        f"({type(error).__name__}: {_first_line(error)})"
    )


def _status(error: Exception) -> int | None:
    return getattr(getattr(error, "response", None), "status_code", None)


def _gated(name: str) -> CheckpointError:
    return CheckpointError(
        f'"{name}" is open only to those who accepted its terms: accept them on '
        f"https://huggingface.co/{name} and log in with `hf auth login`"
    )


def _id_within(name: str) -> str | None:
    """Return the id in what is written around it: quotation marks, an address of the Hub."""
    bare = name.strip(" \t\r\n\"'“”‘’")
    bare = re.sub(r"^(https?://)?(www\.)?(huggingface\.co|hf\.co)/", "", bare)
    bare = re.sub(r"[?#].*|/(tree|blob|resolve)/.*|/+$", "", bare)
    return bare if is_id(bare) else None


def _suggestion(name: str) -> str:
    ids = {known.lower(): known for known in (*KNOWN_IDS, *cached_ids())}
    close = difflib.get_close_matches(name.lower(), ids, n=1, cutoff=0.6)
    if not close:  # only the owner may be missing
        close = [known for known in ids if known.split("/")[-1] == name.lower()]
    if close:
        return f'; did you mean "{ids[close[0]]}"?'
    return ' (ids are like "openai/clip-vit-base-patch32"; a private model needs `hf auth login`)'


def is_network_error(error: Exception) -> bool:
    """Tell whether an error comes from the connection, whichever library made it."""
    # httpx is a detail of huggingface_hub, and its version changes the package's name
    return type(error).__module__.split(".")[0] in {"httpx", "httpx2", "httpcore", "requests"}


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _last_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[-1]
