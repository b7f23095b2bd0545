"""The loss and a metric, drawn while a model trains."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from torch import nn
from transformers import (
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)

from clipkit import checks
from clipkit.fine_tune.trainer import guessed_among
from clipkit.model import Clip

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class LivePlot(TrainerCallback):
    """The loss, a metric and the time left, drawn again and again in one place of the notebook.

    A dashed line marks the loss of guessing, the logarithm of how many texts a step compares: a
    loss means nothing without it. A metric from 0 to 1 is drawn on that whole range.

    Outside a notebook it prints a line now and then. Where ``TQDM_DISABLE`` is set, as in tests,
    it draws once, at the end.

    Parameters
    ----------
    metric : callable, optional
        Takes the model as it stands, a `clipkit.model.Clip`, and returns a float. It is measured
        before the first step and after each epoch: on a validation split, since one looks at it.
        Without one, what `contrastive` validates with is drawn.
    name : str
        What the metric is called.

    Attributes
    ----------
    values : list of float
        What the metric was, the first before training.
    """

    seconds_between = 1.0

    def __init__(self, metric: Callable[[Clip], float] | None = None, name: str = "metric") -> None:
        if metric is not None and not callable(metric):
            given = checks.shown(metric)
            raise TypeError(f"metric is {given}, but it should be a function of a model")
        self.metric, self.name = metric, name
        self.key = "eval_validation" if metric is None else "metric"
        self.handle: Any = None
        self.guessing: int | None = None
        self.values: list[float] = []

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        pairs, batch = kwargs["train_dataloader"].dataset, args.train_batch_size * args.world_size
        self.guessing = guessed_among(kwargs["model"], pairs, batch)
        self.began, self.first, self.told = time.monotonic(), state.global_step, 0.0
        if not any("metric" in entry for entry in state.log_history):
            self._measure(args, state, **kwargs)

    def on_epoch_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        self._measure(args, state, **kwargs)

    def on_log(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        notebook = in_notebook()
        wait = self.seconds_between if notebook else 10 * self.seconds_between
        quiet = os.environ.get("TQDM_DISABLE", "0") not in ("", "0")
        if quiet or not state.is_world_process_zero or time.monotonic() - self.told < wait:
            return
        self.told = time.monotonic()
        left = self._time_left(state)
        if notebook:
            self._draw(state, f"step {state.global_step} of {state.max_steps}, {left} left")
        else:
            loss = next(entry["loss"] for entry in reversed(state.log_history) if "loss" in entry)
            line = f"step {state.global_step}/{state.max_steps}  loss {loss:.3f}  {left} left"
            print(line, flush=True)

    def on_train_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        # The history of a run that goes on includes what was measured before the interruption.
        self.values = [entry[self.key] for entry in state.log_history if self.key in entry]
        if state.is_world_process_zero and in_notebook():
            self._draw(state, f"{state.global_step} steps")

    def _measure(
        self,
        args: TrainingArguments,
        state: TrainerState,
        model: nn.Module,
        processing_class: Any,
        **_: Any,
    ) -> None:
        if self.metric is None or not state.is_world_process_zero:
            return
        training = model.training
        value = float(self.metric(Clip(model, processing_class, device=args.device)))
        model.train(training)
        state.log_history.append({"metric": value, "step": state.global_step})

    def _time_left(self, state: TrainerState) -> str:
        done = max(state.global_step - self.first, 1)
        left = (time.monotonic() - self.began) / done * (state.max_steps - state.global_step)
        return f"{left:.0f} s" if left < 100 else f"{left / 60:.0f} min"

    def _draw(self, state: TrainerState, title: str) -> None:
        import matplotlib.pyplot as plt

        from clipkit import plots  # brings matplotlib, which training alone does not need

        drawn, alt = {"loss": "training loss"}, "The training loss, step by step"
        if any(self.key in entry for entry in state.log_history):
            drawn[self.key] = self.name
            alt += f", and {self.name} after each epoch"
        with plots.style():
            figure, axes = plt.subplots(1, len(drawn), figsize=(4 * len(drawn), 3), squeeze=False)
            for axis, (key, label), colour in zip(
                axes[0], drawn.items(), (plots.COLOURS[0], plots.COLOURS[3]), strict=False
            ):
                entries = [entry for entry in state.log_history if key in entry]
                steps, values = [entry["step"] for entry in entries], [e[key] for e in entries]
                dots = key == self.key or len(values) == 1  # one value alone makes no line
                axis.plot(steps, values, color=colour, marker="o" if dots else None)
                axis.set(xlabel="step", ylabel=label, xlim=(0, max(state.max_steps, 1)))
                if key == self.key and 0 <= min(values) <= max(values) <= 1:
                    axis.set_ylim(0, 1)  # else a change of a hundredth would look like a leap
            if self.guessing:
                _mark_guessing(axes[0, 0], self.guessing)
            axes[0, 0].set_title(title, fontsize=10)
        self.handle = plots.redraw(figure, f"{alt}.", self.handle)


def _mark_guessing(axis: Axes, texts: int) -> None:
    """Draw the loss of a model to which all texts of the batch are equally likely."""
    loss = math.log(texts)
    axis.axhline(loss, color="#666666", linestyle="--", linewidth=1)
    low, high = axis.get_ylim()
    axis.set_ylim(min(low, loss - 0.5), max(high, loss + 0.5))
    axis.text(
        *(0.98, loss),
        f"guessing: log {texts} = {loss:.1f}",
        transform=axis.get_yaxis_transform(),
        ha="right",
        va="bottom",
        fontsize=9,
        color="#666666",
    )


def in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return getattr(shell, "kernel", None) is not None
