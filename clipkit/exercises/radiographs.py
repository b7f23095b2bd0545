"""The checks of notebook 06, fine-tuning on radiographs.

The references take other roads than the notebook: reports are put together from known sentences,
intervals come from random weights of patients, the predictive value from counts of 10,000 people.
"""

import math
import re
from typing import Any

import numpy as np

from clipkit.exercises.engine import (
    Answer,
    Confusion,
    Wrong,
    agree,
    as_number,
    exercise,
    explain,
    require,
)
from clipkit.exercises.inputs import unit, unit_rows

QUALITY = ["CXR AP supine.", "PA erect.", "50F, CXR PA.", "Well centred.", "Poor insp."]
STATEMENTS = [
    "Small L effusion.",
    "Moderate CM.",
    "Large R PTX seen.",
    "Subtle rib # L UZ.",
    "? Small nodule R LZ.",
    "No PTX or HH.",
    "-ve for consolidation.",
    "Nil oedema.",
    "Lungs clear.",
]


def _sentences_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    cases = []
    for n, numbered in ((1, False), (3, True), (5, False), (6, True)):
        *stated, first, last = map(str, rng.choice(STATEMENTS, n + 2, replace=False))
        body = [str(rng.choice(QUALITY)), *stated]
        end = [stated[0] if n > 1 else first, last]  # a sentence may come twice
        shown = [f"{i}. {text}" for i, text in enumerate(end, 1)] if numbered else end
        first, last = ("REPORT", "CONCLUSION") if n % 2 else ("Findings", "Impression")
        report = f"{first}: {' '.join(body)}\n{last}: {' '.join(shown)}"
        cases.append((report, body, end))
    return cases


@exercise(
    "radiographs.sentences",
    _sentences_cases,
    "Every sentence of every section, in order, without headings and list numbers.",
)
def sentences(answer: Answer, report: Any, body: Any, end: Any) -> None:
    expected = body + end

    def bare(texts: Any) -> Any:
        return [text.rstrip(".").strip() for text in texts]

    got = answer(report)
    if not isinstance(got, list | tuple) or not all(isinstance(text, str) for text in got):
        raise Wrong(
            "Your function should return a list of texts.",
            "no list",
            "Return the sentences as a list: `[part for part in parts]`.",
        )
    got = [text.strip() for text in got]
    if got == expected:
        return
    hints = {
        "headings left": "A heading such as `REPORT:` says nothing about the picture. Remove each "
        "word that ends in a colon.",
        "numbers left": "The number of a list, `1.`, is no sentence. Keep only what has letters.",
        "full stop lost": "`split('.')` takes the full stops away. Put them back: the model read "
        "them in training.",
        "lines": "These are lines. Split each line at its full stops, too.",
        "one section": "Both sections count: a finding may be named in one of them alone.",
        "repeated sentence dropped": "Keep a sentence that comes twice. A `set` also loses the "
        "order.",
        "letters changed": "Leave capital letters as they are.",
        "empty sentences": "Behind the last full stop nothing is left. Leave empty parts out.",
    }
    colon = any(text.rstrip(".").endswith(":") or ": " in text for text in got)
    plain = [text for text in bare(got) if text]
    if any(text.lower() == text and text.upper() != text for text in got if text[:1].isalpha()):
        name = "letters changed"
    elif len(got) == 2 and len("".join(got)) > 0.8 * len("".join(expected)):
        name = "lines"
    elif colon:
        name = "headings left"
    elif any(text.isdigit() for text in plain) or any(text[:2] in ("1.", "2.") for text in got):
        name = "numbers left"
    elif any(not text.strip(" .") for text in got):
        name = "empty sentences"
    elif plain == bare(expected):
        name = "full stop lost"
    elif plain in (bare(body), bare(end)):
        name = "one section"
    elif set(plain) == set(bare(expected)):
        name = "repeated sentence dropped"
    else:
        name = None
    raise Wrong("These are not the report's sentences, one by one.", name, hints.get(name or ""))


FINDINGS = ["effusion", "PTX", "CM", "nodule", "mass", "consolidation", "oedema", "HH"]


def _status_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    first, second, other, named = (str(name) for name in rng.choice(FINDINGS, 4, replace=False))
    size, side = str(rng.choice(["Small", "Large"])), str(rng.choice(["L", "R", "bilat"]))
    short = str(rng.choice(["PTX", "CM", "HH"]))
    cases = [
        (f"{size} {side} {first} seen.", first, "present", "plain"),
        (f"{size} {side} {first}, no change.", first, "present", "inner denial"),
        (f"{size} {side} {first}, possible {second}.", first, "present", "inner doubt"),
        *((f"{no} {first}.", first, "absent", "denial") for no in ("No", "Nil", "-ve for")),
        (f"? {size.lower()} {side} {first}.", first, "uncertain", "doubt"),
        (f"Possible {size.lower()} {side} {first}.", first, "uncertain", "doubt"),
        (f"{size} {side} {first}.", other, "not said", "other"),
        (f"Nil {first} or {second}.", second, "absent", "second"),
        (f"No {first}, {second} or {named}.", second, "absent", "second"),
        (f"Nodule {side} UZ, {size.lower()}.", "nodule", "present", "nodule"),
        (f"Massive {side} effusion.", "mass", "not said", "massive"),
        (f"Oedema, {size.lower()}.", "oedema", "present", "capital"),
        (f"{size} {side} {short}.", short, "present", "abbreviation"),
    ]
    return [cases[i] for i in [0, *(1 + rng.permutation(len(cases) - 1))]]


STATUS_HINTS = {
    "no in nodule": '"Nodule" begins with "No", too. Look for the whole word, with the space '
    "behind it.",
    "part of a word": '"Massive" contains "mass" but does not speak of one. Compare whole words.',
    "no anywhere": '"No" counts only where the sentence begins with it: "No", "Nil" or "-ve for". '
    'In "small effusion, no change" it denies something else.',
    "doubt anywhere": 'Only a sentence that begins with "?" or "Possible" doubts what it names.',
    "stuck to a comma": 'A comma or full stop hangs on the word that you compare: "oedema," is not '
    '"oedema". `re.search` with `\\b` on either side finds whole words beside a comma, too.',
    "denial missed": 'A denial begins with "No", "Nil" or "-ve for".',
    "doubt missed": 'A finding that is only suspected begins with "?" or "Possible".',
    "name ignored": 'A sentence about something else does not say: "not said".',
    "only the first name": "A denial holds for every finding that it names, not the first alone.",
    "capital letters": "A sentence begins with a capital letter: compare in lower case.",
}


@exercise(
    "radiographs.status",
    _status_cases,
    "Stated, denied, suspected and unmentioned are told apart, whole word by whole word.",
)
def status(answer: Answer, sentence: Any, name: str, expected: Any, kind: Any) -> None:
    known = ("present", "absent", "uncertain", "not said")
    got = answer(sentence, name)
    if not isinstance(got, str) or got not in known:
        raise Wrong(
            f"Your function should return one of these texts: {', '.join(known)}.",
            "unknown answer",
            "Spell it as in the task.",
        )
    if got == expected:
        return

    def would_be_right(sentence: Any, name: str) -> Any:
        shown = answer.tried, answer.returned, answer.printed
        try:
            return answer(sentence, name) == expected
        except Wrong:
            return False
        finally:  # the failed call is shown, not this one
            answer.tried, answer.returned, answer.printed = shown

    misconception = {
        ("inner denial", "absent"): "no anywhere",
        ("inner doubt", "uncertain"): "doubt anywhere",
        ("nodule", "absent"): "no in nodule",
        ("massive", "present"): "part of a word",
        ("denial", "present"): "denial missed",
        ("second", "present"): "denial missed",
        ("second", "not said"): "only the first name",
        ("doubt", "present"): "doubt missed",
        ("other", "present"): "name ignored",
    }.get((kind, got))
    if got == "not said":  # what has to change for the name to be found?
        if would_be_right(re.sub(r"([,.])", r" \1", sentence), name):
            misconception = "stuck to a comma"
        elif would_be_right(sentence.lower(), name.lower()):
            misconception = "capital letters"
    raise Wrong(
        "The sentence does not say that of the finding.",
        misconception,
        STATUS_HINTS.get(misconception or ""),
    )


def _split_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    cases = []
    for patients, share in ((4, 0.5), (30, 0.2), (60, 0.3)):
        films = rng.integers(1, 5, patients)
        names = [f"p{number:02d}" for number in rng.permutation(patients)]
        rows = [name for name, count in zip(names, films, strict=True) for _ in range(count)]
        seeds = [int(seed) for seed in rng.choice(10**6, 6, replace=False)]
        cases.append((np.array(rows), share, seeds))  # an array, as the notebook has it
    return cases


@exercise(
    "radiographs.split_patients",
    _split_cases,
    "No patient is on both sides, the share of patients is right, and the seed decides.",
)
def split_patients(answer: Answer, patients: Any, share: Any, seeds: Any) -> None:
    def mask(seed: Any) -> Any:
        chosen = answer.array(patients, share, seed, shape=(len(patients),))
        if not np.isin(chosen, (0, 1)).all():
            raise Wrong(
                "Your result should be True or False for each film.",
                "no mask",
                "Return a mask as long as `patients`, not names or row numbers.",
            )
        return chosen.astype(bool)

    masks = [mask(seed) for seed in seeds]
    wanted = round(share * len(set(patients)))
    sizes = {len(set(patients[chosen])) for chosen in masks}
    if (
        len(sizes) > 1
        and max(sizes) <= wanted
        and all(set(patients[chosen]).isdisjoint(patients[~chosen]) for chosen in masks)
    ):
        raise Wrong(
            "With some seeds, too few patients are in the test split.",
            "with replacement",
            "A patient may be drawn twice: `rng.choice` draws with replacement unless you say "
            "`replace=False`.",
        )
    for chosen in masks:
        test = {name for name, inside in zip(patients, chosen, strict=True) if inside}
        train = {name for name, inside in zip(patients, chosen, strict=True) if not inside}
        if test & train:
            raise Wrong(
                "A patient has films on both sides.",
                "films were split",
                "Draw among the patients' names, each once (`np.unique`), and then take all the "
                "films of those you drew.",
            )
        if len(test) != wanted:
            exchanged, close = len(train) == wanted, abs(len(test) - wanted) == 1
            raise Wrong(
                "The share of patients in the test split is not what was asked for.",
                "sides exchanged" if exchanged else "one off" if close else "wrong share",
                "True marks the films of the test split."
                if exchanged
                else "It is one patient more or less than `round(share * number of patients)`. A "
                "slice `[:n]` holds n patients, from 0 to n - 1."
                if close
                else "`share` is a share of the patients, not of the films.",
            )
    if not np.array_equal(masks[0], mask(seeds[0])):
        raise Wrong(
            "The same seed gives another split the second time.",
            "seed ignored",
            "Draw from `np.random.default_rng(seed)`, made inside the function.",
        )
    if all(np.array_equal(masks[0], other) for other in masks[1:]):
        raise Wrong(
            "Every seed gives the same split.",
            "seed ignored",
            "Shuffle the names with `np.random.default_rng(seed)`; do not take the first ones.",
        )


def _finding_score_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    cases = []
    for n, stated, denied, d in ((2, 2, 2, 2), (5, 3, 2, 4), (20, 6, 3, 8)):
        centres = unit(rng, 2, 1, d)
        prompts = [
            unit_rows(unit(rng, count, d) * 0.9 + centre).astype(np.float32)
            for count, centre in zip((stated, denied), centres, strict=True)
        ]
        cases.append((unit(rng, n, d), *prompts, float(np.round(rng.uniform(3, 8), 1))))
    return cases


@exercise(
    "radiographs.finding_score",
    _finding_score_cases,
    "The score weighs the mean statement against the mean denial, each of unit length.",
    given="torch",
)
def finding_score(answer: Answer, pictures: Any, stated: Any, denied: Any, scale: Any) -> None:
    def centre(rows: Any) -> Any:
        total = np.einsum("td->d", rows.astype(float))
        return total / np.sqrt(total @ total)

    def logistic(x: Any) -> Any:
        return 1 / (1 + np.exp(-x))

    yes, no = (np.einsum("nd,d->n", pictures, centre(rows)) for rows in (stated, denied))
    raw = [pictures @ rows.mean(axis=0) for rows in (stated, denied)]
    confusions = [
        Confusion(
            "means not normalised",
            "The mean of unit vectors is shorter than 1, the more so the more they disagree. "
            "Divide both means by their lengths.",
            lambda: logistic(scale * (raw[0] - raw[1])),
        ),
        Confusion(
            "signs exchanged",
            "This is high where the finding is denied. Statement minus denial.",
            lambda: logistic(scale * (no - yes)),
        ),
        Confusion(
            "no sigmoid",
            "This is the difference itself. Put it through `torch.sigmoid`.",
            lambda: scale * (yes - no),
        ),
        Confusion(
            "no sigmoid",
            "This is the difference itself. Scale it and put it through `torch.sigmoid`.",
            lambda: yes - no,
        ),
        Confusion(
            "denials unused",
            "You use the statements alone. A film like everything scores high for all of them: "
            "subtract the cosine with the denial.",
            lambda: logistic(scale * yes),
        ),
        Confusion(
            "scale forgotten",
            "Cosines differ by little: multiply the difference by the logit scale.",
            lambda: logistic(yes - no),
        ),
        Confusion(
            "best prompt",
            "You take the most similar prompt of each kind. Average the embeddings.",
            lambda: logistic(scale * ((pictures @ stated.T).max(1) - (pictures @ denied.T).max(1))),
        ),
    ]
    got = answer.array(
        pictures, stated, denied, scale, shape=(len(pictures),), confusions=confusions
    )
    require(got, logistic(scale * (yes - no)), "A film's score is not right.", confusions)


def _stated_share_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    cases = []
    for n, t, u, scale in ((3, 2, 1, 5.0), (4, 5, 3, 20.0), (6, 9, 4, 100.0)):
        # Films lie near the sentences, as they do in a model: else all shares are 0 or 1.
        texts = unit_rows(rng.normal(size=(t + u, 6)) * 0.3 + unit(rng, 6))
        films = unit_rows(texts[rng.integers(0, t + u, n)] + rng.normal(size=(n, 6)) * 0.2)
        cases.append((*(rows.astype(np.float32) for rows in (films, texts[:t], texts[t:])), scale))
    return cases


@exercise(
    "radiographs.stated_share",
    _stated_share_cases,
    "One softmax over all sentences; the score is what falls to those that state the finding.",
    given="torch",
)
def stated_share(answer: Answer, pictures: Any, stated: Any, denied: Any, scale: Any) -> None:
    def weights(rows: Any, scale: Any = scale) -> Any:
        return np.exp(scale * (pictures.astype(float) @ rows.astype(float).T))

    yes, no = weights(stated), weights(denied)
    share = yes.sum(1) / (yes.sum(1) + no.sum(1))

    def centre(rows: Any) -> Any:
        return unit_rows(rows.astype(float).mean(axis=0))

    confusions = [
        Confusion(
            "mean of sentences",
            "This averages the sentences first, as `finding_score` did. Compare the film with each "
            "sentence, and add up afterwards.",
            lambda: 1 / (1 + np.exp(scale * pictures @ (centre(denied) - centre(stated)))),
        ),
        Confusion(
            "best sentence",
            "This compares the best statement with the best denial alone. All sentences share in "
            "one softmax.",
            lambda: yes.max(1) / (yes.max(1) + no.max(1)),
        ),
        Confusion(
            "mean of weights",
            "You average over each group where a softmax adds up: a group of nine sentences has "
            "nine shares.",
            lambda: yes.mean(1) / (yes.mean(1) + no.mean(1)),
        ),
        Confusion(
            "signs exchanged",
            "This is the share of the denials; the statements come first.",
            lambda: 1 - share,
        ),
        Confusion(
            "scale forgotten",
            "Cosines differ by little: multiply them by `scale` before the softmax.",
            lambda: (
                weights(stated, 1).sum(1) / (weights(stated, 1).sum(1) + weights(denied, 1).sum(1))
            ),
        ),
        Confusion(
            "largest share",
            "You take the largest share of the statements. Add them all up.",
            lambda: yes.max(1) / (yes.sum(1) + no.sum(1)),
        ),
        Confusion(
            "every film 1",
            "Every film gets 1. Either the denials are missing from your softmax, or you add up "
            "their shares too: only the columns of the statements count.",
            lambda: np.ones(len(pictures)),
        ),
        Confusion(
            "mean of shares",
            "You average the shares of the statements. Add them up.",
            lambda: share / len(stated),
        ),
        Confusion(
            "denials first",
            "You add up the first columns, but the denials stand there. Which group comes first in "
            "your `torch.cat`?",
            lambda: (
                np.concatenate([no, yes], 1)[:, : len(stated)].sum(1) / (yes.sum(1) + no.sum(1))
            ),
        ),
        Confusion(
            "softmax over the films",
            "The shares of one film over all sentences add up to 1, not those of one sentence over "
            "all films: `softmax(dim=1)` for (films, sentences).",
            lambda: np.concatenate([yes / yes.sum(0), no / no.sum(0)], 1)[:, : len(stated)].sum(1),
        ),
    ]
    got = answer.array(
        pictures, stated, denied, scale, shape=(len(pictures),), confusions=confusions
    )
    require(got, share, "A film's score is not right.", confusions)


def _interval_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    draws = []
    for _ in range(6):
        films = rng.integers(1, 6, 120)
        # Films of one patient are right or wrong together; patients with many are harder.
        well = rng.random(120) < 0.85 - 0.1 * films
        patients = np.repeat(rng.permutation(120), films)
        draws.append((np.repeat(well, films).astype(float), patients))
    return [(draws, [int(seed) for seed in rng.choice(10**6, len(draws), replace=False)], rng)]


@exercise(
    "radiographs.patient_interval",
    _interval_cases,
    "Patients are drawn with all their films, the middle 95 % is kept, and the seed decides.",
)
def patient_interval(answer: Answer, draws: Any, seeds: Any, rng: np.random.Generator) -> None:
    ratios, offsets, film_ratios, patient_offsets = [], [], [], []
    for (correct, patients), seed in zip(draws, seeds, strict=True):
        low, high = (as_number(end) for end in answer.pair(correct, patients, 200, seed))
        if low > high:
            raise Wrong("The lower end comes first.", "ends exchanged", "Return (low, high).")
        if high > 1.5:
            raise Wrong(
                "The interval does not lie between 0 and 1.",
                "not a share",
                "Work with the share that is correct, not with a percentage or a count.",
            )
        reference = _weighted_interval(correct, patients, rng)
        by_film = _weighted_interval(correct, np.arange(len(correct)), rng)
        width = reference[1] - reference[0]
        ratios.append((high - low) / width)
        film_ratios.append((by_film[1] - by_film[0]) / width)
        middle = sum(reference) / 2
        offsets.append(((low + high) / 2 - middle) / width)
        patient_offsets.append((_mean_of_means(correct, patients) - middle) / width)
    ratio = np.mean(ratios)
    message = "The interval is not that of 120 patients drawn again with all their films."
    if abs(np.mean(offsets)) > 0.12:
        elsewhere = "The interval does not lie around the share of films that are correct."
        if abs(np.mean(offsets) - np.mean(patient_offsets)) < 0.1:
            raise Wrong(
                elsewhere,
                "patients weigh the same",
                "You average over patients. Collect the films of all drawn patients and average "
                "over these, so that a film counts as much as another.",
            )
        if np.mean(offsets) < -0.4:
            raise Wrong(
                elsewhere,
                "percentiles for quantiles",
                "`np.percentile` counts from 0 to 100, `np.quantile` from 0 to 1: these are the "
                "lowest percent of the means.",
            )
        raise Wrong(
            elsewhere,
            "unequal ends",
            "The middle 95 % leaves out 2.5 % of the means below and 2.5 % above.",
        )
    # How wide the interval is under each misconception, as a share of the right one.
    known = [
        (np.mean(film_ratios), "films were drawn", "You draw films, one by one. Draw patients, "
         "and take all the films of each."),
        (0.345, "quartiles", "This is the middle half. The middle 95 % was asked for."),
        (0.763, "a patient only once", "A patient who is drawn twice counts twice, with all films "
         "both times."),
        (0.839, "90 % interval", "This leaves out 5 % on each side; a 95 % interval leaves out "
         "2.5 %."),
        (1.314, "99 % interval", "This leaves out half a percent on each side; a 95 % interval "
         "leaves out 2.5 %."),
        (1.414, "half as many", "Draw as many patients as there are, not half as many."),
    ]  # fmt: skip
    if abs(ratio - 1) > 0.1:
        if ratio < 0.02:
            raise Wrong(
                "The interval has no width.",
                "without replacement",
                "Drawing all patients without replacement gives the same films each time.",
            )
        nearest, name, hint = min(known, key=lambda entry: abs(math.log(ratio / entry[0])))
        if abs(ratio / nearest - 1) < 0.09:
            raise Wrong(message, name, hint)
        raise Wrong(message)
    correct, patients = draws[0]
    first, again = ([answer.pair(correct, patients, 50, s) for s in seeds] for _ in range(2))
    if first != again or len(set(first)) == 1:
        raise Wrong(
            "The seed does not decide what is drawn.",
            "seed ignored",
            "Draw from `np.random.default_rng(seed)`, made inside the function.",
        )
    if first == [answer.pair(correct, patients, 100, s) for s in seeds]:
        raise Wrong(
            "Another number of resamples gives the same interval.",
            "n_resamples ignored",
            "How many means are taken is written into your function: use `n_resamples`.",
        )


def _mean_of_means(correct: Any, groups: Any) -> Any:
    _, code = np.unique(groups, return_inverse=True)
    return (np.bincount(code, weights=correct) / np.bincount(code)).mean()


def _weighted_interval(
    correct: Any, groups: Any, rng: np.random.Generator, n_resamples: Any = 800
) -> Any:
    """Return the same bootstrap by counting: how often each group is drawn, as random weights."""
    _, code = np.unique(groups, return_inverse=True)
    films, right = np.bincount(code), np.bincount(code, weights=correct)
    n = len(films)
    weights = rng.multinomial(n, np.full(n, 1 / n), size=n_resamples)
    return np.quantile((weights @ right) / (weights @ films), [0.025, 0.975])


def _sensitivity_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    cases = []
    for n, ill, specificity in ((60, 24, 0.9), (200, 60, 0.8), (400, 90, 0.95), (400, 90, 0.7)):
        parts = []
        for shift in (0.0, 0.35):  # the test split's scores lie higher than validation's
            scores = np.concatenate([rng.normal(1.2, 1, ill), rng.normal(0, 1, n - ill)]) + shift
            order = rng.permutation(n)
            truth = (np.arange(n) < ill).astype(int)[order]
            parts += [np.round(scores[order], 6), truth]
        cases.append((*parts, specificity))
    return cases


@exercise(
    "radiographs.sensitivity",
    _sensitivity_cases,
    "The threshold comes from the validation split's negatives, both rates from the test split.",
)
def sensitivity(
    answer: Answer, scores: Any, truth: Any, test_scores: Any, test_truth: Any, specificity: Any
) -> None:
    negatives = np.sort(scores[truth == 0])
    rank = int(np.ceil(specificity * len(negatives)))
    low, high = negatives[rank - 2], negatives[min(rank, len(negatives) - 1)]

    def rates(threshold: Any, values: Any = test_scores, labels: Any = test_truth) -> Any:
        called = values >= threshold
        return called[labels == 1].mean(), 1 - called[labels == 0].mean()

    between = test_scores[(test_scores >= low) & (test_scores <= high)]
    accepted = [rates(t) for t in [low, *np.sort(between), *(np.sort(between) + 1e-9), high]]
    first, second = answer.pair(scores, truth, test_scores, test_truth, specificity)
    got = np.array([as_number(first), as_number(second)])
    # Where exactly a threshold lies between two scores is a matter of taste.
    if any(agree(got, pair) for pair in accepted):
        return

    def near(thresholds: Any, values: Any = test_scores, labels: Any = test_truth) -> Any:
        lowest, highest = min(thresholds), max(thresholds)
        inside = values[(values >= lowest) & (values <= highest)]
        candidates = [lowest, *inside, *(inside + 1e-9), highest]
        pairs = [rates(t, values, labels) for t in candidates]
        return next((pair for pair in pairs if agree(got, pair)), (np.nan, np.nan))

    def quantiles(values: Any, share: Any) -> Any:
        spots = np.sort(values)
        middle = int(np.ceil(share * len(spots)))
        return spots[max(middle - 2, 0)], spots[min(middle, len(spots) - 1)]

    test_negatives = test_scores[test_truth == 0]
    confusions = [
        Confusion(
            "specificity ignored",
            "You always take the 90 % point of the negatives. Use the argument `specificity`.",
            lambda: near(quantiles(scores[truth == 0], 0.9)),
        ),
        Confusion(
            "pair exchanged",
            "Sensitivity comes first, specificity second.",
            lambda: next((p[::-1] for p in accepted if agree(got, p[::-1])), (np.nan, np.nan)),
        ),
        Confusion(
            "threshold from the test split",
            "You chose the threshold on the test split, where specificity is then what was asked "
            "for by construction. It has to be fixed before: take validation's negatives.",
            lambda: near(quantiles(test_negatives, specificity)),
        ),
        Confusion(
            "measured on validation",
            "These are the rates on the validation split. Apply its threshold to the test split.",
            lambda: near((low, high), scores, truth),
        ),
        Confusion(
            "quantile of all scores",
            "You took the quantile over all films. Specificity is about the negatives alone.",
            lambda: near(quantiles(scores, specificity)),
        ),
        Confusion(
            "quantile of the positives",
            "You took the quantile over the positives. Specificity is about the negatives.",
            lambda: near(quantiles(scores[truth == 1], specificity)),
        ),
        Confusion(
            "quantile of the positives",
            "This fixes sensitivity, not specificity: take the negatives' scores.",
            lambda: near(quantiles(scores[truth == 1], 1 - specificity)),
        ),
        Confusion(
            "wrong end",
            "Most of the negatives lie above your threshold. They should lie below it.",
            lambda: near(quantiles(scores[truth == 0], 1 - specificity)),
        ),
        Confusion(
            "fixed at one half",
            "One half means nothing to an uncalibrated score.",
            lambda: rates(0.5),
        ),
        Confusion(
            "false alarms for specificity",
            "The second number is the share of false alarms. Specificity is one minus that.",
            lambda: next(
                (p for p in ((s, 1 - f) for s, f in accepted) if agree(got, p)), (np.nan, np.nan)
            ),
        ),
    ]
    raise explain(got, confusions, "These are not the test split's rates at that threshold.")


def _predictive_value_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    cases = [(0.8, 0.9, 0.1), (1.0, 0.5, 0.5)]
    for _ in range(4):
        found, spared = (float(np.round(rng.uniform(0.6, 0.99), 3)) for _ in range(2))
        cases.append((found, spared, float(np.round(rng.uniform(0.02, 0.45), 3))))
    return cases


@exercise(
    "radiographs.predictive_value",
    _predictive_value_cases,
    "Of all who are called ill, this share is: it falls with the prevalence.",
)
def predictive_value(answer: Answer, sensitivity: Any, specificity: Any, prevalence: Any) -> None:
    people = 10_000
    ill, well = people * prevalence, people * (1 - prevalence)
    found, alarms = ill * sensitivity, well * (1 - specificity)
    missed, spared = ill - found, well - alarms
    confusions = [
        Confusion(
            "prevalence ignored",
            "You treat ill and well people as equally many. Weigh both rates with the prevalence.",
            lambda: sensitivity / (sensitivity + 1 - specificity),
        ),
        Confusion(
            "negative predictive value",
            "This is the share of the well among those called well. The ill among those called "
            "ill were asked for.",
            lambda: spared / (spared + missed),
        ),
        Confusion(
            "specificity for false alarms",
            "The false alarms among the well are 1 - specificity.",
            lambda: found / (found + spared),
        ),
        Confusion(
            "missed for false alarms",
            "You divided by all the ill: that is sensitivity again. Divide by all who are called "
            "ill, rightly or wrongly.",
            lambda: sensitivity,
        ),
        Confusion(
            "share of all",
            "This is the share of rightly found people among all. Divide by those called ill.",
            lambda: found / people,
        ),
        Confusion(
            "one minus", "This is the share of false alarms.", lambda: alarms / (found + alarms)
        ),
    ]
    require(
        answer.number(sensitivity, specificity, prevalence, confusions=confusions),
        found / (found + alarms),
        "Your number is not the share of the ill among those who are called ill.",
        confusions,
    )
