"""Find the files of a checkpoint: in the package, in a folder, in the cache or on the Hub.

Whatever the source, the result is a folder on disk; `clipkit.loading` loads only from folders, and
so never reaches for the network itself. A checkpoint that cannot be had gives one sentence.
"""

import difflib
import json
import os
import re
from pathlib import Path

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


class CheckpointError(OSError):
    """A checkpoint that cannot be found, fetched or read; the message says what to do."""


def find_checkpoint(name=None):
    """Return the folder that holds a checkpoint's files, fetching them if need be.

    Parameters
    ----------
    name : str or os.PathLike, optional
        A folder, or an id on the Hugging Face Hub. Without one, the environment variable
        ``CLIPKIT_MODEL`` decides, and without that the bundled model.

    Returns
    -------
    pathlib.Path
        A folder with ``config.json``, weights, tokenizer and processor configuration.

    Raises
    ------
    CheckpointError
        In one sentence, what is wrong and what to do.
    """
    name = name or os.environ.get("CLIPKIT_MODEL") or BUNDLED
    folder = Path(name).expanduser()
    if folder.is_dir():
        return _complete(folder)
    if folder == BUNDLED:
        raise CheckpointError(
            f'the bundled model is missing from "{BUNDLED}"; install clipkit again, or clone its '
            "repository again"
        )
    if not re.fullmatch(r"[\w.-]+(/[\w.-]+)?", str(name)):
        raise CheckpointError(
            f'there is no folder "{name}", and it is not an id on the Hugging Face Hub either '
            '(an id is like "openai/clip-vit-base-patch32")'
        )
    return _complete(_fetch(str(name)))


def weights_of(folder):
    """Return the name of the folder's weights file, or None.

    Examples
    --------
    >>> weights_of("/nowhere") is None
    True
    """
    return next((file for file in WEIGHTS if (Path(folder) / file).is_file()), None)


def _complete(folder):
    """Return the folder if all that a checkpoint needs is there."""
    if not (folder / "config.json").is_file():
        raise CheckpointError(
            f'the folder "{folder}" has no config.json, so it is not a checkpoint in the Hugging '
            "Face format (save_pretrained writes one)"
        )
    needed = {"weights": WEIGHTS, "tokenizer": TOKENIZERS, "picture processor": PROCESSORS}
    for what, files in needed.items():
        if not any((folder / file).is_file() for file in files):
            raise CheckpointError(
                f'the folder "{folder}" has no {what}; it needs one of {", ".join(files)}'
            )
    file = weights_of(folder)
    missing = [part for part in _parts(folder / file) if not (folder / part).is_file()]
    if missing:
        raise CheckpointError(
            f'the weights in "{folder}" are incomplete: {", ".join(missing)} is missing'
        )
    return folder


def _parts(file):
    """Return the names of the files that an index names, none for undivided weights."""
    if not file.name.endswith(".index.json"):
        return []
    return sorted(set(json.loads(file.read_text(encoding="utf-8"))["weight_map"].values()))


def _fetch(name):
    """Bring a checkpoint from the Hub into its cache and return the cache's folder."""
    import huggingface_hub
    from huggingface_hub import errors

    try:
        info = huggingface_hub.HfApi().model_info(name, timeout=10)
    except errors.GatedRepoError as error:
        raise _gated(name) from error
    except errors.RepositoryNotFoundError as error:
        raise CheckpointError(f'the Hub knows no model "{name}"{_suggestion(name)}') from error
    except errors.HFValidationError as error:
        raise CheckpointError(f'"{name}" is not a valid id: {_first_line(error)}') from error
    except OSError as error:  # no network, offline mode, or the Hub is down
        return _cached(name, error)
    except Exception as error:
        if not _is_network_error(error):
            raise
        return _cached(name, error)

    present = {file.rfilename for file in info.siblings}
    weights = next((file for file in WEIGHTS if file in present), None)
    if weights is None or "config.json" not in present:
        what = "config.json" if weights else "weights (safetensors or pytorch_model.bin)"
        raise CheckpointError(
            f'"{name}" has no {what} on the Hub, so transformers cannot load it'
            + (" (it is an open_clip checkpoint)" if _is_open_clip(present) else "")
        )
    try:
        return _download(name, [file for file in (*_OTHERS, weights) if file in present])
    except errors.GatedRepoError as error:
        raise _gated(name) from error
    except errors.EntryNotFoundError as error:
        if isinstance(error, FileNotFoundError):  # the network went away on the way
            raise _broken_off(name, error) from error
        raise CheckpointError(
            f'"{name}" is incomplete on the Hub ({_last_line(error)}); tell its author, or use '
            "another checkpoint"
        ) from error
    except Exception as error:
        if not (isinstance(error, OSError) or _is_network_error(error)):
            raise
        raise _broken_off(name, error) from error


def _download(name, files):
    from huggingface_hub import hf_hub_download

    # The first call asks what "main" is now and records it for offline use; the others name that
    # commit and so need no question to the server where the file is in the cache already.
    path = Path(hf_hub_download(name, files[0]))
    commit = path.parent.name
    for file in files[1:]:
        path = Path(hf_hub_download(name, file, revision=commit))
    for part in _parts(path):
        hf_hub_download(name, part, revision=commit)
    return path.parent


def _cached(name, error):
    """Return the cache's folder for a model that the Hub cannot be asked about now."""
    from huggingface_hub import constants, try_to_load_from_cache

    config = try_to_load_from_cache(name, "config.json")
    if isinstance(config, str):
        folder = Path(config).parent
        if weights_of(folder):
            return folder
    if constants.HF_HUB_OFFLINE:
        why = "HF_HUB_OFFLINE is set"
        then = "unset it to download the model, or load one that is here already"
    else:
        why = f"the Hub cannot be reached ({_first_line(error)})"
        then = "connect to the network once to download the model, or load one that is here already"
    here = ", ".join(["clipkit.load() for the bundled model", *map(repr, cached_ids())])
    raise CheckpointError(
        f'"{name}" is neither a folder nor in the cache, and {why}; {then}: {here}'
    ) from error


def cached_ids():
    """Return the ids of models whose weights lie in the Hub's cache."""
    from huggingface_hub import constants

    found = []
    for folder in sorted(Path(constants.HF_HUB_CACHE).glob("models--*")):
        if any(weights_of(snapshot) for snapshot in folder.glob("snapshots/*")):
            found.append(folder.name.removeprefix("models--").replace("--", "/"))
    return found


def _gated(name):
    return CheckpointError(
        f'"{name}" is open only to those who accepted its terms: accept them on '
        f"https://huggingface.co/{name} and log in with `hf auth login`"
    )


def _broken_off(name, error):
    return CheckpointError(
        f'the download of "{name}" broke off; run this again, files that are complete stay '
        f"({_first_line(error)})"
    )


def _suggestion(name):
    ids = {known.lower(): known for known in (*KNOWN_IDS, *cached_ids())}
    close = difflib.get_close_matches(name.lower(), ids, n=1, cutoff=0.6)
    if not close:  # only the owner may be missing
        close = [known for known in ids if known.split("/")[-1] == name.lower()]
    if close:
        return f'; did you mean "{ids[close[0]]}"?'
    return ' (ids are like "openai/clip-vit-base-patch32"; a private model needs `hf auth login`)'


def _is_open_clip(files):
    return any(file.startswith("open_clip") for file in files)


def _is_network_error(error):
    # httpx is a detail of huggingface_hub, and its version changes the package's name
    return type(error).__module__.split(".")[0] in {"httpx", "httpx2", "httpcore", "requests"}


def _first_line(error):
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _last_line(error):
    return (str(error).strip() or type(error).__name__).splitlines()[-1]
