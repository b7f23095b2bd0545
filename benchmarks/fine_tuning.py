"""Fine-tune on the supplier's catalogue by every method, with 1 shot a line up to all pictures.

    python benchmarks/fine_tuning.py     # about twenty minutes of processor time
    python benchmarks/fine_tuning.py --only CoOp "full, old ones too"     # the others' rows stay

Writes what notebook 05 shows. Choices (C, alpha and beta, the alpha of WiSE-FT) are
made on the validation split; accuracies are the test split's, each with its 95 % interval. Where
k pictures a line are drawn more than once, a picture's score is its mean over the draws.
"""

import argparse
import json
import os
import time
import warnings
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch

import clipkit
from clipkit import adapters, evaluation, fine_tune, zero_shot

OUT = Path(clipkit.__file__).parent / "assets" / "results" / "fine_tuning.json"
SHOTS = (1, 2, 4, 8, 16, 40)  # 40 a line are all there are
DRAWS = {1: 2, 2: 1, 4: 1, 8: 1, 16: 1, 40: 1}  # few pictures: cheap to train on, and chancy
EPOCHS = {1: 12, 2: 12, 4: 10, 8: 7, 16: 6, 40: 4}
FULL, REHEARSED = "full fine-tuning", "full, old ones too"
GROUPED = {"full, hard negatives": 1, "full, some hard ones": 4}  # categories in a batch
LEARNING_RATES = {FULL: 7e-4, "LoRA": 5e-3, "LiT": 1e-3, REHEARSED: 7e-4}
LEARNING_RATES |= dict.fromkeys(GROUPED, 7e-4)
VARIED = dict.fromkeys([REHEARSED, *GROUPED], (16,))  # what is compared with FULL, and the shots
OLD_SHARE = 1 / 3  # of all pairs, where old pictures are mixed in
BATCH = 24  # pairs in a step: every number of shots gives a multiple of it
BATCH_SIZES, BATCH_SHOTS = (4, 24, 96), 4
GLOSS_TEMPLATES = ("{}", "a photo of {}", "a picture of {}")
ALPHAS = (0.2, 0.4, 0.6, 0.8)
FORGET_AT_MOST = 0.03  # of the old catalogue's accuracy, on validation


@cache
def data() -> SimpleNamespace:
    """The model, the two catalogues and the embeddings of their pictures, once a process."""
    warnings.filterwarnings("ignore")  # house names are words that the model has never read
    clip, supplier = clipkit.load(), clipkit.data.load_supplier()
    catalog = clipkit.data.load_catalog()
    usual = np.flatnonzero(~np.array(catalog["test"]["held_out_pair"]))
    old = {"validation": catalog["validation"].select(range(300)),
           "test": catalog["test"].select(usual)}  # fmt: skip
    glosses = dict(zip(supplier["train"]["line"], supplier["train"]["gloss"], strict=True))
    made = SimpleNamespace(
        clip=clip,
        pictures={split: list(rows["image"]) for split, rows in supplier.items()},
        lines={split: np.array(rows["line"]) for split, rows in supplier.items()},
        names=sorted(glosses),
        labels=[f"{name}, {glosses[name]}" for name in sorted(glosses)],
        plain=[glosses[name] for name in sorted(glosses)],
        kinds=list(supplier["train"]["category"]),
        catalog=catalog["train"],
        old_pictures={split: list(rows["image"]) for split, rows in old.items()},
        old_categories={split: np.array(rows["category"]) for split, rows in old.items()},
        categories=sorted(set(catalog["train"]["category"])),
    )
    explained = [made.labels[made.names.index(name)] for name in made.lines["train"]]
    train = supplier["train"]
    made.texts = [
        [title, *fine_tune.sentences(description), label]
        for title, description, label in zip(
            train["title"], train["description"], explained, strict=True
        )
    ]
    made.seen = {split: clip.encode_images(rows) for split, rows in made.pictures.items()}
    made.old_seen = {split: clip.encode_images(rows) for split, rows in made.old_pictures.items()}
    made.glosses = clip.encode_labels([glosses[name] for name in made.names], GLOSS_TEMPLATES)
    return made


def rows_of(clip, pictures, split):
    """The pictures, or their embeddings where the vision tower is as it was."""
    d = data()
    key = "vision_model.encoder.layers.0.mlp.fc1.weight"
    if not torch.equal(clip.model.state_dict()[key], d.clip.model.state_dict()[key]):
        return pictures[split]
    return (d.seen if pictures is d.pictures else d.old_seen)[split]


def new_right(clip, split="test"):
    """Which of the supplier's pictures a model names, by house name and gloss together."""
    d = data()
    named = zero_shot.predict(clip, rows_of(clip, d.pictures, split), d.labels, ["{}"])
    return named == np.array(d.labels)[[d.names.index(name) for name in d.lines[split]]]


def old_right(clip, split="test"):
    """Which of the old catalogue's pictures a model names by their categories."""
    d = data()
    named = zero_shot.predict(clip, rows_of(clip, d.old_pictures, split), d.categories)
    return named == d.old_categories[split]


def prompts(rows, k, draw):
    """The zero-shot bar: the glosses, no picture."""
    d = data()
    said = np.array(d.names)[(d.seen["test"] @ d.glosses.T).argmax(dim=1).numpy()]
    return said == d.lines["test"], None, 0


def probe(rows, k, draw):
    d = data()
    held_out = d.seen["validation"], d.lines["validation"]
    fitted = fine_tune.linear_probe(d.seen["train"][rows], d.lines["train"][rows], held_out)
    numbers = fitted.coef_.size + fitted.intercept_.size
    return fitted.predict(d.seen["test"]) == d.lines["test"], None, numbers


def tip_adapter(rows, k, draw, epochs=0):
    d = data()
    adapter = adapters.TipAdapter(d.glosses, d.names, scale=d.clip.logit_scale)
    held_out = d.seen["validation"], d.lines["validation"]
    adapter.fit(d.seen["train"][rows], d.lines["train"][rows], held_out, epochs=epochs, seed=draw)
    numbers = adapter.keys.numel() if epochs else 0
    return adapter.predict(d.seen["test"]) == d.lines["test"], None, numbers


def tip_adapter_trained(rows, k, draw):
    return tip_adapter(rows, k, draw, epochs=20)


def co_op(rows, k, draw):
    d = data()
    learner = adapters.CoOp(d.clip, d.plain, d.names)
    held_out = d.seen["validation"], d.lines["validation"]
    learner.fit(d.seen["train"][rows], d.lines["train"][rows], held_out, seed=draw)
    return learner.predict(d.seen["test"]) == d.lines["test"], None, learner.context.numel()


def clip_adapter(rows, k, draw):
    d = data()
    adapter = adapters.ClipAdapter(d.glosses, d.names, scale=d.clip.logit_scale)
    held_out = d.seen["validation"], d.lines["validation"]
    adapter.fit(d.seen["train"][rows], d.lines["train"][rows], held_out, seed=draw)
    numbers = sum(weight.numel() for weight in adapter.layers.parameters())
    return adapter.predict(d.seen["test"]) == d.lines["test"], None, numbers


def pairs(rows, method=FULL):
    """Pictures, each with its title, its description and its line's name with the gloss.

    As the method wants, old pictures with their own texts are mixed in, or pictures of the same
    kind of product meet in a batch.
    """
    d, options = data(), {"texts_each": 2, "move_pictures": True}
    pictures = [d.pictures["train"][row] for row in rows]
    texts = [d.texts[row] for row in rows]
    if method in GROUPED:
        options["groups"] = [d.kinds[row] for row in rows]
        options["groups_in_batch"] = GROUPED[method]
    if method == REHEARSED:
        count = round(len(rows) * OLD_SHARE / (1 - OLD_SHARE))
        old = d.catalog.select(range(count))
        pictures += list(old["image"])
        both = zip(old["title"], old["description"], strict=True)
        texts += [[title, *fine_tune.sentences(text)] for title, text in both]
    return fine_tune.Pairs(d.clip, pictures, texts, **options)


def trained(method, rows, k, draw):
    """The fine-tuned model, and how many of its numbers were trained."""
    clip, lock = data().clip, "vision" if method == "LiT" else None
    if method == "LoRA":
        clip = adapters.add_lora(clip, rank=8)
    numbers = adapters.trainable_parameters(clip.model)
    if lock:
        frozen = (getattr(clip.model, part) for part in fine_tune.TOWERS[lock])
        numbers -= sum(adapters.trainable_parameters(part) for part in frozen)
    options = {
        "epochs": EPOCHS[k],
        "learning_rate": LEARNING_RATES[method],
        "batch_size": BATCH,
        "lock": lock,
    }
    tuned = fine_tune.contrastive(clip, pairs(rows, method), **options, seed=draw)
    return adapters.merge_lora(tuned) if method == "LoRA" else tuned, numbers


def wise(tuned):
    """The best model on the line from old to tuned that forgets little, chosen on validation."""
    clip = data().clip
    enough = old_right(clip, "validation").mean() - FORGET_AT_MOST
    path = [clip, *(fine_tune.wise_ft(clip, tuned, alpha) for alpha in ALPHAS), tuned]
    allowed = [model for model in path if old_right(model, "validation").mean() >= enough]
    return max(allowed, key=lambda model: new_right(model, "validation").mean())


BAR = "zero-shot, glosses"
FROZEN = {
    BAR: prompts,
    "linear probe": probe,
    "Tip-Adapter": tip_adapter,
    "Tip-Adapter, trained": tip_adapter_trained,
    "CoOp": co_op,
    "CLIP-Adapter": clip_adapter,
}
WISE = "full, then WiSE-FT"


def run(method, k, draw):
    """Train once and measure.

    Returns
    -------
    list of dict
        method, shots, right (one bool a test picture), kept (the same for the old catalogue, or
        None where the model is as it was), trainable and seconds (of processor time, training
        alone).
    """
    rows = zero_shot.shots(data().lines["train"], k, draw)
    begin = time.process_time()
    if method in FROZEN:
        right, kept, numbers = FROZEN[method](rows, k, draw)
        models = [(method, None)]
    else:
        tuned, numbers = trained(method, rows, k, draw)
        models = [(method, tuned)]
    seconds = time.process_time() - begin
    if method == FULL and draw == 0:
        models.append((WISE, wise(tuned)))
    results = []
    for name, model in models:
        if model is not None:
            right, kept = new_right(model), old_right(model)
        results.append({"method": name, "shots": k, "draw": draw, "right": right, "kept": kept,
                        "trainable": numbers, "seconds": seconds})  # fmt: skip
    return results


def with_batch_size(size):
    """Full fine-tuning with few pictures, in batches of `size`, measured on validation."""
    d = data()
    rows = zero_shot.shots(d.lines["train"], BATCH_SHOTS, 0)
    options = {"epochs": EPOCHS[BATCH_SHOTS], "learning_rate": LEARNING_RATES[FULL]}
    tuned = fine_tune.contrastive(d.clip, pairs(rows), batch_size=size, **options)
    right = evaluation.bootstrap(np.mean, new_right(tuned, "validation"))
    steps = len(rows) // size * options["epochs"]
    return {"batch": size, "steps": steps, "accuracy": _rounded(right)}


def runs():
    """All that is to be trained, the longest first, so that no process is left waiting."""
    tuned = [(method, k, draw) for k in SHOTS[::-1] for method in LEARNING_RATES
             for draw in range(DRAWS[k]) if k in VARIED.get(method, SHOTS)]  # fmt: skip
    # The frozen ones cost next to nothing, so that three draws can be afforded.
    frozen = [(method, k, draw) for method in FROZEN if method != BAR for k in SHOTS
              for draw in range(1 if k == SHOTS[-1] else 3)]  # fmt: skip
    return [*tuned, (BAR, SHOTS[-1], 0), *frozen]


def table(results, before):
    """A row for each method and number of shots, with intervals."""
    groups = defaultdict(list)
    for result in results:
        groups[result["method"], result["shots"]].append(result)
    rows = []
    for (method, k), group in groups.items():
        lost = None
        if group[0]["kept"] is not None:
            after = np.mean([result["kept"] for result in group], axis=0)
            lost = evaluation.paired_difference(after, before)
        right = np.mean([result["right"] for result in group], axis=0)
        rows.append({
            "method": method,
            "shots": None if method == BAR else k,
            "draws": len(group),
            "accuracy": _rounded(evaluation.bootstrap(np.mean, right)),
            "forgotten": _rounded(lost) if lost else [0.0, 0.0, 0.0],
            "trainable": int(group[0]["trainable"]),
            "seconds": round(float(np.mean([result["seconds"] for result in group])), 1),
        })  # fmt: skip
    return rows


def ordered(rows):
    order = [*FROZEN, *LEARNING_RATES, WISE]
    return sorted(rows, key=lambda row: (row["shots"] or 0, order.index(row["method"])))


def merged(old, new):
    """Rows of both; where they tell of the same run, the new one."""
    by_run = {(row["method"], row["shots"]): row for row in [*old, *new]}
    return list(by_run.values())


def compared(results):
    """What each variation changes beside full fine-tuning, picture by picture."""
    by_run = {(result["method"], result["shots"], result["draw"]): result for result in results}
    return [
        {
            "method": method,
            "shots": k,
            "accuracy": _rounded(evaluation.paired_difference(plain["right"], varied["right"])),
            "old accuracy": _rounded(evaluation.paired_difference(plain["kept"], varied["kept"])),
        }
        for (method, k, draw), varied in by_run.items()
        for plain in [by_run.get((FULL, k, draw))]
        if method in VARIED and plain
    ]


def save(path, results, before, batches):
    """Write all of it as JSON, with the checksum of the model that it holds for.

    What was not measured this time is kept, if it holds for the same model.
    """
    checksum = clipkit.hub.find_checkpoint() / "SHA256"
    model = checksum.read_text().split()[0] if checksum.exists() else ""
    old = json.loads(path.read_text()) if path.exists() else {}
    if old.get("model") != model:
        old = {}
    shown = {
        "made by": "python benchmarks/fine_tuning.py",
        "model": model,
        "old accuracy": _rounded(evaluation.bootstrap(np.mean, before)),
        "rows": ordered(merged(old.get("rows", []), table(results, before))),
        "compared": merged(old.get("compared", []), compared(results)),
        "batch sizes": batches or old.get("batch sizes", []),
    }
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(shown, indent=1) + "\n", encoding="utf-8")


def _rounded(estimate):
    return [round(float(number), 4) for number in estimate]


def _begin():
    os.environ["TQDM_DISABLE"] = "1"
    torch.set_num_threads(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--only", nargs="+", choices=[*FROZEN, *LEARNING_RATES], help="methods")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    begin, results = time.monotonic(), []
    with ProcessPoolExecutor(options.processes, get_context("spawn"), _begin) as pool:
        wanted = [what for what in runs() if not options.only or what[0] in options.only]
        waiting = [pool.submit(run, *what) for what in wanted]
        for number, future in enumerate(waiting, start=1):
            results += future.result()
            print(f"{number}/{len(waiting)}  {time.monotonic() - begin:.0f} s", flush=True)
        batches = [] if options.only else list(pool.map(with_batch_size, BATCH_SIZES))
        before = pool.submit(old_before).result()
    save(options.out, results, before, batches)


def old_before():
    return old_right(data().clip)


if __name__ == "__main__":
    main()
