"""A model on disk and on the Hub: whole or absent, with nothing of an earlier one."""

from __future__ import annotations

import copy
import json
import os
import tempfile
from pathlib import Path

import torch
from accelerate import PartialState

from clipkit import checks
from clipkit.hub import is_network_error
from clipkit.model import Clip, check_model
from clipkit.runs import remove, saving

MODEL_FILES = (
    *("config.json", "adapter_config.json", "base", "words.txt", "generation_config.json"),
    *("*.safetensors", "*.safetensors.index.json", "*.bin", "*.bin.index.json"),
    *("preprocessor_config.json", "processor_config.json", "tokenizer*", "vocab.*", "merges.txt"),
    *("special_tokens_map.json", "added_tokens.json", "spiece.model", "chat_template*"),
)
"""The files that a saved model may have, as patterns: those of another one have to go."""


DOORS = ("config.json", "adapter_config.json")
"""Without one of these a folder is no model."""


def save(clip: Clip, folder: str | Path) -> None:
    """Write a model with its processor, so that `clipkit.load(folder)` and Hugging Face read it.

    A model with LoRA is written as peft does, the additions in `folder`, and the model that they
    were added to in `folder/base`.

    All is written beside the folder's files first and takes the place of an earlier model, of
    which no file stays, when it is complete; a folder in which this was cut off is refused by
    `clipkit.load`. Of several processes, one writes.

    Parameters
    ----------
    clip : clipkit.model.Clip
    folder : path-like
        Made if it is missing. Files in it that are not a model's stay.

    Raises
    ------
    OSError
        If it cannot be written, for example because the disk is full.
    TypeError, ValueError
        If `clip` is no model, or `folder` no path.
    """
    check_model(clip)
    state, folder = PartialState(), checks.path(folder, "folder")
    if state.is_main_process:
        part = folder / ".part"
        try:
            with saving(folder):
                remove(part)
                part.mkdir(parents=True)
                _write(clip, part)
                _exchange(part, folder)
        finally:
            remove(part)
    state.wait_for_everyone()


def _write(clip: Clip, folder: Path) -> None:
    """Write the files of a model into an empty folder."""
    if any(not isinstance(part, torch.Tensor) for part in clip.model.state_dict().values()):
        raise ValueError(
            f"{clip.name} was quantised by torch, and no checkpoint holds such weights; save it "
            "before that, and write it in int8 with python -m clipkit.export."
        )
    if hasattr(clip.model, "peft_config"):
        # Not to be asked for at the Hub: whether embeddings were trained too.
        clip.model.save_pretrained(folder, save_embedding_layers=False)
        (folder / "README.md").unlink(missing_ok=True)
        config = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
        config["base_model_name_or_path"] = "base"
        text = json.dumps(config, indent=2, sort_keys=True)
        (folder / "adapter_config.json").write_text(text, encoding="utf-8")
        base = copy.deepcopy(clip.model).unload()
        _write(Clip(base, clip.processor, clip.words, clip.name, clip.device), folder / "base")
        return
    clip.model.save_pretrained(folder)
    clip.processor.save_pretrained(folder)
    if clip.words is not None:
        words = "\n".join(sorted(clip.words)) + "\n"
        (folder / "words.txt").write_text(words, encoding="utf-8")


def _exchange(new: Path, folder: Path) -> None:
    """Put the files of a new model in the place of an old one's: doors go first and come last."""
    for name in DOORS:
        remove(folder / name)
    for pattern in MODEL_FILES:
        for path in folder.glob(pattern):
            remove(path)
    for path in sorted(new.iterdir(), key=lambda path: path.name in DOORS):
        os.replace(path, folder / path.name)


def push_to_hub(clip: Clip, name: str, *, private: bool = True, token: str | None = None) -> str:
    """Upload a model to the Hugging Face Hub, in the place of what was there.

    One with LoRA is uploaded as `save` writes it; `clipkit.load` takes either by its name.

    Parameters
    ----------
    clip : clipkit.model.Clip
    name : str
        Such as "your-name/your-model". The repository is made if it is missing.
    private : bool
        Whether a new one is for you alone.
    token : str, optional
        By default the one of `hf auth login`, or in the environment variable ``HF_TOKEN``.

    Returns
    -------
    str
        The address of the repository.

    Raises
    ------
    OSError
        If the Hub cannot be reached, or does not let you write there.
    """
    check_model(clip)
    checks.text(name, "name")
    with tempfile.TemporaryDirectory() as scratch:
        _write(clip, Path(scratch))
        return _upload(Path(scratch), name, private, token, f"Upload {clip.name}")


def push_folder_to_hub(
    folder: str | Path, name: str, *, private: bool = True, token: str | None = None
) -> str:
    """Upload a saved model with all that lies beside it, such as its card and its classifier.

    Parameters
    ----------
    folder : path-like
        As `save` has written it.
    name, private, token
        As for `push_to_hub`.

    Returns
    -------
    str
        The address of the repository.

    Raises
    ------
    OSError
        If the folder is no model, the Hub cannot be reached, or it does not let you write there.
    """
    folder = Path(folder).expanduser()
    if not any((folder / door).is_file() for door in DOORS):
        raise FileNotFoundError(f"There is no model in {folder}; fine_tune.save writes one.")
    return _upload(folder, name, private, token, f"Upload {folder.name}")


def _upload(folder: Path, name: str, private: bool, token: str | None, message: str) -> str:
    """Put the files of a folder in the place of a repository's model."""
    from huggingface_hub import HfApi, errors

    try:
        api = HfApi(token=token)
        repository = api.create_repo(name, private=private, exist_ok=True)
        api.upload_folder(
            repo_id=repository.repo_id,
            folder_path=folder,
            delete_patterns=[*MODEL_FILES, "base/*"],
            commit_message=message,
        )
    except Exception as error:
        known = isinstance(error, (errors.HfHubHTTPError, errors.HFValidationError))
        if not (known or is_network_error(error)):
            raise
        reason = str(error).strip().splitlines()[0].rstrip(".")
        raise OSError(
            f'"{name}" could not be uploaded to the Hub: {reason} (log in with `hf auth '
            "login`, and check that the name begins with your own or your organisation's)."
        ) from error
    return str(repository)
