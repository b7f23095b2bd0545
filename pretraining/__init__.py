"""The recipe that made the bundled model: render, train, evaluate.

``python -m pretraining --help`` lists the commands; ``docs/pretraining.md`` tells what was
tried and what it changed.

=============  =========================================================================
``corpus``     training pictures, rendered once in parallel and kept on disk
``augment``    a picture as other cameras would have taken it
``towers``     configuration, tokenizer and processor of the small ``CLIPModel``
``train``      the loop: interruptible, resumable, the same on a CPU, a GPU or several
``evaluate``   every figure of the model card, with intervals
=============  =========================================================================
"""
