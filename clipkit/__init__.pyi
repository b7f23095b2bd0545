# ruff: noqa: I001, TID252 (one list of relative imports is what lazy_loader reads)
from . import (
    adapters as adapters,
    augmentation as augmentation,
    checkpoints as checkpoints,
    checks as checks,
    classroom as classroom,
    data as data,
    doctor as doctor,
    embed as embed,
    embeddings as embeddings,
    evaluation as evaluation,
    exercises as exercises,
    export as export,
    fine_tune as fine_tune,
    hub as hub,
    loading as loading,
    losses as losses,
    model as model,
    notes as notes,
    onnx as onnx,
    openclip as openclip,
    parallel as parallel,
    pictures as pictures,
    pixels as pixels,
    plots as plots,
    project as project,
    recommend as recommend,
    runs as runs,
    search as search,
    serve as serve,
    texts as texts,
    widgets as widgets,
    zero_shot as zero_shot,
)
from .loading import load as load
from .model import Clip as Clip

__version__: str
