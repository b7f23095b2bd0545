"""What `clipkit.export` wrote, run by ONNX Runtime under the names of transformers' models."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import torch

from clipkit.hub import CheckpointError

FOLDER = "onnx"
"""Where the towers lie in a model's folder, as transformers.js looks for them."""

ENDINGS = {"float32": "", "int8": "_int8"}
"""What the files of each precision are called after the name of the tower."""


class Towers(torch.nn.Module):
    """The two towers as ONNX files, called as a model of transformers is.

    It encodes and does no more: no weights to train, no attention to look at.

    Parameters
    ----------
    folder : Path
        With ``onnx/vision_model.onnx`` and ``onnx/text_model.onnx``.
    config : transformers.PreTrainedConfig
        With ``logit_scale``, a logarithm, and ``logit_bias``, which is None for CLIP.
    precision : {"float32", "int8"}

    Attributes
    ----------
    alone : bool
        Whether each picture and each text has to be encoded by itself. The numbers between the
        layers of an int8 model are rounded to 256 steps up to the largest of the batch: in
        company, an embedding would depend on what else is there. It costs no time.

    Raises
    ------
    CheckpointError
        If a tower, or the logit scale, is missing.
    ImportError
        If ONNX Runtime is not installed.
    """

    def __init__(self, folder: Path, config: Any, precision: str = "float32") -> None:
        super().__init__()
        runtime = needed()
        self.config, self.alone = config, precision == "int8"
        if getattr(config, "logit_scale", None) is None:
            raise CheckpointError(
                f'the config.json in "{folder}" does not hold logit_scale, which clipkit.export '
                "writes there; export the model with it"
            )
        self.logit_scale, self.logit_bias = (
            None if value is None else torch.nn.Parameter(torch.tensor(float(value)), False)
            for value in (config.logit_scale, getattr(config, "logit_bias", None))
        )
        options = runtime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        # A thread that waits by spinning takes the core from the one that reads pictures.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._sessions = {}
        for tower in ("vision", "text"):
            path = folder / FOLDER / f"{tower}_model{ENDINGS[precision]}.onnx"
            if not path.is_file():
                raise CheckpointError(
                    f'there is no {path.name} in "{path.parent}"; export the model again'
                )
            self._sessions[tower] = runtime.InferenceSession(
                path, options, providers=["CPUExecutionProvider"]
            )

    def get_image_features(self, **inputs: torch.Tensor) -> torch.Tensor:
        """Return the embeddings of pictures, not yet of unit length: (n, d)."""
        return self._run("vision", inputs)

    def get_text_features(self, **inputs: torch.Tensor) -> torch.Tensor:
        """Return the embeddings of texts, not yet of unit length: (n, d)."""
        return self._run("text", inputs)

    def _run(self, tower: str, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        arrays = {name: value.numpy() for name, value in inputs.items()}
        return torch.from_numpy(self._sessions[tower].run(None, arrays)[0])

    def __getattr__(self, name: str) -> Any:
        """Say what a model in ONNX is, where something else is asked of it."""
        try:
            return super().__getattr__(name)
        except AttributeError:
            raise AttributeError(_no_more(f"has no {name}")) from None

    def __deepcopy__(self, memo: dict) -> NoReturn:
        """Refuse: who trains a model trains a copy."""
        raise TypeError(_no_more("cannot be copied or trained"))


def needed(*others: str) -> ModuleType:
    """Return ONNX Runtime, once it and others of the extra's packages are known to be there.

    Raises
    ------
    ImportError
        If one is not installed; the message says how to install all of them.
    """
    import importlib

    try:
        for name in others:
            importlib.import_module(name)
        import onnxruntime
    except ImportError as error:
        raise ImportError(
            f"ONNX needs a package that is not installed ({error}); run "
            'pip install "clipkit[export]"'
        ) from error
    return onnxruntime


def _no_more(what: str) -> str:
    return (
        f"a model in ONNX {what}, for it encodes pictures and texts and no more; load the folder "
        "that it was exported from"
    )
