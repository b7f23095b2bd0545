"""Adapt a model to a few labelled pictures by training little or nothing of it.

Four ways, by what they add: `TipAdapter` remembers the pictures, `CoOp` learns words of the prompt,
`ClipAdapter` bends the pictures' embeddings, and LoRA (`add_lora`) gives each layer two narrow
matrices. The first three work on embeddings that were computed once.

>>> import torch
>>> names, texts = ["mug", "vase"], torch.eye(2)
>>> pictures = torch.tensor([[0.6, 0.8], [0.8, 0.6]])     # the prompts alone get both wrong
>>> adapter = TipAdapter(texts, names, scale=1).fit(pictures, names, (pictures, names))
>>> adapter.predict(pictures).tolist()
['mug', 'vase']
"""

from clipkit.adapters.cache import ALPHAS, BETAS, TipAdapter
from clipkit.adapters.classifier import FewShotClassifier
from clipkit.adapters.features import MIXES, ClipAdapter
from clipkit.adapters.lora import LORA_LAYERS, add_lora, merge_lora, trainable_parameters
from clipkit.adapters.prompts import CoOp

__all__ = [
    "ALPHAS",
    "BETAS",
    "ClipAdapter",
    "CoOp",
    "FewShotClassifier",
    "LORA_LAYERS",
    "MIXES",
    "TipAdapter",
    "add_lora",
    "merge_lora",
    "trainable_parameters",
]
