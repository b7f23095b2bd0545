"""The longer runs of notebook 06: `python benchmarks/radiographs.py`.

It fine-tunes on hospital B's films and reports, measures on the test split, and writes what the
notebook shows to clipkit/assets/results/radiographs.json. Stopped and called again, it goes on.
With `--rehearsal` it makes the notebook's own short run with and without old pictures mixed in, in
about five minutes of processor time, and writes only what that shows.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import torch

import clipkit
from clipkit import data, evaluation, fine_tune, zero_shot
from clipstudio import CATEGORIES, FINDINGS
from clipstudio.reports import read_report

RESULTS = Path(clipkit.__file__).parent / "assets" / "results" / "radiographs.json"
MODEL = (RESULTS.parents[1] / "clip" / "SHA256").read_text().split()[0]
NAMES = list(FINDINGS)
SHORT = {"pleural effusion": "effusion", "pneumothorax": "PTX", "cardiomegaly": "CM",
         "oedema": "oedema", "rib fracture": "rib #", "hiatal hernia": "HH"}  # fmt: skip
LONG = {"nodule": "pulm nodule", "mass": "pulm mass"}
STATING = ("{}.", "Small {}.", "Moderate {}.", "Large {}.")
DENYING = ("No {}.", "Nil {}.", "-ve for {}.")
STYLES = ("full sentences", "hospital B", "own sentences")
SENTENCES = 60
"""How many of the hospital's own sentences at most state a finding, and how many deny it."""
ALPHAS = (0, 0.25, 0.5, 0.75, 1)


def conclusion(report: str) -> str:
    """The second section as one text."""
    return " ".join(fine_tune.sentences(report.split("CONCLUSION:")[1]))


def texts_of(report: str, kind: str) -> list[str]:
    """What a film is paired with: the "whole report", or its conclusion and its sentences."""
    if kind == "whole report":
        return [report]
    return [conclusion(report), *fine_tune.sentences(report)]


def own_sentences(reports) -> dict:
    """The most frequent sentences that state, and that deny, one finding alone."""
    counted = {name: (Counter(), Counter()) for name in NAMES}
    for sentence in (sentence for report in reports for sentence in fine_tune.sentences(report)):
        facts = {(fact.name, fact.status) for fact in read_report(sentence)}
        for name, status in facts:
            if len(facts) == 1 and name in counted and status != "uncertain":
                counted[name][status == "absent"][sentence] += 1
    return {
        name: tuple([text for text, _ in group.most_common(SENTENCES)] for group in pair)
        for name, pair in counted.items()
    }


def scores(clip, pictures, style: str = "hospital B", own: dict | None = None) -> np.ndarray:
    """A score for each film and finding, asked for in one of three `STYLES`."""
    if not isinstance(pictures, torch.Tensor):
        pictures = clip.encode_images(pictures)
    if style == "full sentences":
        return zero_shot.finding_scores(clip, pictures, NAMES).numpy()
    if style == "own sentences":
        each = [zero_shot.sentence_scores(clip, pictures, *own[name]) for name in NAMES]
        return torch.stack(each, dim=1).numpy()
    lists = [[words.get(name, name) for name in NAMES] for words in (SHORT, LONG)]
    each = [zero_shot.finding_scores(clip, pictures, names, STATING, DENYING) for names in lists]
    return torch.stack(each).mean(dim=0).numpy()


def mean_auroc(truth, scores) -> float:
    """AUROC averaged over the findings."""
    columns = zip(truth.T, scores.T, strict=True)
    return float(np.mean([evaluation.auroc(*column, n_resamples=0).value for column in columns]))


def gained(truth, before, after) -> float:
    """How much the mean AUROC rises from one matrix of scores to another."""
    return mean_auroc(truth, after) - mean_auroc(truth, before)


class Films:
    """The hospital's splits with what is measured on them."""

    def __init__(self):
        self.splits = data.load_radiographs("B")
        self.truth = {s: _truth(films) for s, films in self.splits.items()}
        self.patients = {s: np.array(films["patient"]) for s, films in self.splits.items()}
        self.own = own_sentences(self.splits["train"]["report"])

    def encoded(self, clip) -> dict:
        return {split: clip.encode_images(films["image"]) for split, films in self.splits.items()}

    def scores(self, clip, pictures, style: str) -> np.ndarray:
        return scores(clip, pictures, style, self.own)

    def styles(self, clip, encoded: dict) -> dict:
        """Mean AUROC on validation for each way of asking."""
        return {
            style: mean_auroc(
                self.truth["validation"], self.scores(clip, encoded["validation"], style)
            )
            for style in STYLES
        }

    def style(self, clip, encoded: dict) -> str:
        """The way of asking that does best on validation."""
        reached = self.styles(clip, encoded)
        return max(reached, key=reached.get)

    def interval(self, statistic, *columns, rows=slice(None)):
        groups = self.patients["test"][rows]
        return list(evaluation.bootstrap(statistic, *columns, groups=groups, n_resamples=300))

    def by_finding(self, values) -> dict:
        """AUROC on test of each finding, with its interval."""
        return {
            name: list(
                evaluation.auroc(
                    self.truth["test"][:, k],
                    values[:, k],
                    groups=self.patients["test"],
                    n_resamples=300,
                )
            )
            for k, name in enumerate(NAMES)
        }


def _truth(films) -> np.ndarray:
    return np.array([[name in row for name in NAMES] for row in films["findings"]])


def train(clip, films: Films, kind: str, options: dict, folder: Path, texts_each: int):
    """Fine-tune, and return the model and the AUROC on validation after each epoch."""
    texts = [texts_of(report, kind) for report in films.splits["train"]["report"]]
    pairs = fine_tune.Pairs(
        clip, films.splits["train"]["image"], texts, texts_each=texts_each, move_pictures=True
    )
    validation = films.splits["validation"]["image"]
    live = fine_tune.LivePlot(
        lambda model: mean_auroc(films.truth["validation"], scores(model, validation))
    )
    tuned = fine_tune.contrastive(clip, pairs, folder=folder, callbacks=[live], **options)
    return tuned, live.values


def probes(films: Films, embeddings: dict) -> dict:
    """Mean AUROC on test of linear probes with 1, 10 and 100 % of the labels, by patient."""
    owner, found = films.patients["train"], {}
    for share in (0.01, 0.1, 1):
        chosen = np.random.default_rng(0).permutation(np.unique(owner))
        rows = np.flatnonzero(np.isin(owner, chosen[: max(round(share * len(chosen)), 1)]))
        columns = np.full(films.truth["test"].shape, 0.5)
        for k in np.flatnonzero(films.truth["train"][rows].any(axis=0)):
            probe = fine_tune.linear_probe(
                embeddings["train"][rows],
                films.truth["train"][rows, k],
                (embeddings["validation"], films.truth["validation"][:, k]),
                candidates=(1, 30),
                scoring="roc_auc",
            )
            columns[:, k] = probe.decision_function(embeddings["test"])
        found[f"{share:.0%} of the labels"] = films.interval(
            mean_auroc, films.truth["test"], columns
        )
    return found


def sensitivity(films: Films, validation, test) -> dict:
    """Sensitivity and specificity on test, at 90 % specificity on validation."""
    found = {}
    for k, name in enumerate(NAMES):
        threshold = np.quantile(validation[films.truth["validation"][:, k] == 0, k], 0.9)
        ill, called = films.truth["test"][:, k], test[:, k] >= threshold
        found[name] = [
            films.interval(lambda ill, called: called[ill].mean(), ill, called),
            films.interval(lambda ill, called: 1 - called[~ill].mean(), ill, called),
        ]
    return found


def groups(films: Films, test) -> dict:
    """Mean AUROC of the five most frequent findings, by sex, age and projection."""
    rows = films.splits["test"]
    sex, age, view = (np.array(rows[column]) for column in ("sex", "age", "projection"))
    inside = {"women": sex == "female", "men": sex == "male", "under 60": age < 60,
              "60 and older": age >= 60, "PA, standing": view == "PA", "AP, in bed": view == "AP",
              }  # fmt: skip
    truth = films.truth["test"]
    common = np.argsort(-truth.sum(axis=0))[:5]
    return {
        name: films.interval(mean_auroc, truth[part][:, common], test[part][:, common], rows=part)
        for name, part in inside.items()
    }


def denial(clip) -> float:
    """Mean cosine between the statement of a finding and its denial."""
    words = [SHORT.get(name, name) for name in NAMES]
    stated, denied = (
        clip.encode_texts([form.format(word) for word in words]) for form in ("{}.", "No {}.")
    )
    return float((stated * denied).sum(dim=1).mean())


def path(clip, tuned, films: Films, style: str) -> dict:
    """Both hospitals and the catalogue along the line from the old to the new weights."""
    old = data.load_radiographs("A")["test"]
    catalog = data.load_catalog()["test"].select(range(105, 405))
    found = {"hospital B, AUROC": [], "hospital A, AUROC": [], "catalogue, accuracy": []}
    for alpha in ALPHAS:
        model = fine_tune.wise_ft(clip, tuned, alpha)
        on_old = zero_shot.finding_scores(model, old["image"], NAMES).numpy()
        named = zero_shot.predict(model, catalog["image"], list(CATEGORIES))
        on_new = films.scores(model, films.splits["test"]["image"], style)
        values = (
            mean_auroc(films.truth["test"], on_new),
            mean_auroc(_truth(old), on_old),
            float(np.mean(named == np.array(catalog["category"]))),
        )
        for column, value in zip(found.values(), values, strict=True):
            column.append(value)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--learning-rate", type=float, default=5e-4)
    parser.add_argument("--texts-each", type=int, default=3)
    parser.add_argument("--short-epochs", type=int, default=4, help="of the comparison of texts")
    parser.add_argument("--folder", type=Path, help="keeps the checkpoints")
    parser.add_argument("--rehearsal", action="store_true", help="with old pictures, and no more")
    chosen = parser.parse_args()
    folder = chosen.folder or Path(tempfile.gettempdir()) / "clipkit-radiographs"

    clip, films = clipkit.load(), Films()
    clip.words = None
    if chosen.rehearsal:
        write(json.loads(RESULTS.read_text()) | {"rehearsal": rehearsal(clip, films)})
        return
    options = {"learning_rate": chosen.learning_rate, "batch_size": 64, "seed": 0}
    longer = options | {"epochs": chosen.epochs}
    tuned, validation = train(
        clip, films, "sentences", longer, folder / "sentences", chosen.texts_each
    )
    fine_tune.save(tuned, folder / "model")
    encoded = {"before": films.encoded(clip), "after": films.encoded(tuned)}
    truth = films.truth["test"]
    models = {"before": clip, "after": tuned}
    styles = {stage: films.style(model, encoded[stage]) for stage, model in models.items()}
    test = {
        stage: films.scores(model, encoded[stage]["test"], styles[stage])
        for stage, model in models.items()
    }
    by_texts = {}
    for label, kind, each in (
        ("whole report", "whole report", 1),
        ("one sentence a step", "sentences", 1),
        (f"{chosen.texts_each} texts a step", "sentences", chosen.texts_each),
    ):
        short = options | {"epochs": chosen.short_epochs}
        model, _ = train(clip, films, kind, short, folder / f"short-{label.split()[0]}", each)
        pictures = films.encoded(model)
        by_texts[label] = films.scores(model, pictures["test"], films.style(model, pictures))
    compared = {
        label: {
            "mean AUROC": films.interval(mean_auroc, truth, values),
            "above whole reports": films.interval(gained, truth, by_texts["whole report"], values),
        }
        for label, values in by_texts.items()
    }
    found = {stage: films.by_finding(values) for stage, values in test.items()}
    result = {
        "command": f"python benchmarks/radiographs.py --epochs {chosen.epochs} "
        f"--learning-rate {chosen.learning_rate:g}",
        "model": MODEL,
        "recipe": longer | {"texts_each": chosen.texts_each},
        "asked": {stage: films.styles(model, encoded[stage]) for stage, model in models.items()},
        "validation": validation,
        "mean AUROC": {
            stage: films.interval(mean_auroc, truth, values) for stage, values in test.items()
        },
        "gain": films.interval(gained, truth, test["before"], test["after"]),
        "AUROC": {name: {stage: found[stage][name] for stage in found} for name in NAMES},
        "texts": compared,
        "probes": {
            f"{share}, {stage} training": value
            for stage in ("before", "after")
            for share, value in probes(films, encoded[stage]).items()
        },
        "sensitivity": sensitivity(
            films,
            films.scores(tuned, encoded["after"]["validation"], styles["after"]),
            test["after"],
        ),
        "groups": groups(films, test["after"]),
        "denial": {stage: denial(model) for stage, model in models.items()},
        "path": path(clip, tuned, films, styles["after"]),
    }
    write(result | {"rehearsal": rehearsal(clip, films)})
    print(f"wrote {RESULTS}: mean AUROC {result['mean AUROC']['after'][0]:.3f}")


def write(result: dict) -> None:
    RESULTS.write_text(json.dumps(rounded(result), indent=1) + "\n")


def rehearsal(clip, films: Films) -> dict:
    """The notebook's own run, and the same with pictures of the catalogue mixed in."""
    pictures = list(films.splits["train"]["image"])
    texts = [texts_of(report, "sentences") for report in films.splits["train"]["report"]]
    old = data.load_catalog()["train"].select(range(round(len(texts) / 2)))  # a third of all
    both = zip(old["title"], old["description"], strict=True)
    old_texts = [[title, *fine_tune.sentences(text)] for title, text in both]
    recipe = {"epochs": 3, "learning_rate": 5e-4, "batch_size": 64}
    models = {"before": clip}
    for label, more in (("films alone", ([], [])), ("old pictures too", (old["image"], old_texts))):
        pairs = fine_tune.Pairs(clip, [*pictures, *more[0]], [*texts, *more[1]], texts_each=2)
        models[label] = fine_tune.contrastive(clip, pairs, **recipe)
    seen = {label: Abilities(model, films) for label, model in models.items()}
    alone, rehearsed = seen["films alone"], seen["old pictures too"]
    return {
        "command": "python benchmarks/radiographs.py --rehearsal",
        "model": MODEL,
        "recipe": recipe | {"texts_each": 2, "films": len(texts), "old pictures": len(old_texts)},
        "reached": {label: what.reached() for label, what in seen.items()},
        "instead of films alone": rehearsed.instead_of(alone),
    }


class Abilities:
    """What a model makes of hospital B, of hospital A, of the catalogue and of reports."""

    def __init__(self, model, films: Films):
        old, catalog = data.load_radiographs("A")["test"], data.load_catalog()["test"]
        catalog = catalog.select(range(105, 305))  # as in the notebook
        encoded = films.encoded(model)
        self.truth = {"B": films.truth["test"], "A": _truth(old)}
        self.patients = {"B": films.patients["test"], "A": np.array(old["patient"])}
        named = zero_shot.predict(model, catalog["image"], list(CATEGORIES))
        self.named = (named == np.array(catalog["category"])).astype(float)
        self.scores = {
            "B": films.scores(model, encoded["test"], films.style(model, encoded)),
            "A": zero_shot.finding_scores(model, old["image"], NAMES).numpy(),
        }
        reports = report_vectors(model, films.splits["test"]["report"])
        nearest = (encoded["test"] @ reports.T).topk(10, dim=1).indices
        self.found = (
            (nearest == torch.arange(len(nearest))[:, None]).any(dim=1).numpy().astype(float)
        )

    def reached(self) -> dict:
        return {
            **{f"hospital {h}, AUROC": self.of(h, mean_auroc, self.scores[h]) for h in "BA"},
            "catalogue, accuracy": list(evaluation.bootstrap(np.mean, self.named)),
            "report among the first 10": self.by_patient(np.mean, self.found),
        }

    def instead_of(self, other: Abilities) -> dict:
        """How much more this model reaches, film by film and picture by picture."""
        return {
            **{
                f"hospital {h}, AUROC": self.of(h, gained, other.scores[h], self.scores[h])
                for h in "BA"
            },
            "catalogue, accuracy": list(evaluation.paired_difference(other.named, self.named)),
            "report among the first 10": self.by_patient(np.mean, self.found - other.found),
        }

    def of(self, hospital: str, statistic, *columns) -> list:
        options = {"groups": self.patients[hospital], "n_resamples": 300}
        return list(evaluation.bootstrap(statistic, self.truth[hospital], *columns, **options))

    def by_patient(self, statistic, *columns) -> list:
        options = {"groups": self.patients["B"], "n_resamples": 300}
        return list(evaluation.bootstrap(statistic, *columns, **options))


def report_vectors(clip, reports) -> torch.Tensor:
    """The mean of the sentences of each report, of unit length."""
    parts = [fine_tune.sentences(report) for report in reports]
    rows = clip.encode_texts([sentence for report in parts for sentence in report])
    means = torch.stack([row.mean(dim=0) for row in rows.split([len(part) for part in parts])])
    return torch.nn.functional.normalize(means, dim=1)


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return round(value, 4) if isinstance(value, float) else value


if __name__ == "__main__":
    main()
