"""Wrong answers to the exercises of notebook 06, each a misconception that real learners have.

An entry: the exercise, the misconception that its check must recognise, and the function.
"""

import re

import numpy as np
import torch

WRONG_ANSWERS = []


def wrong(exercise, misconception):
    return lambda function: WRONG_ANSWERS.append((exercise, misconception, function)) or function


# sentences


def _parts(text):
    return [part.strip() + "." for part in text.split(".") if part.strip()]


@wrong("radiographs.sentences", "headings left")
def headings_left(report):
    return _parts(re.sub(r"\d+\.", "", report))


@wrong("radiographs.sentences", "numbers left")
def numbers_left(report):
    return _parts(re.sub(r"[A-Za-z]+:", "", report))


@wrong("radiographs.sentences", "full stop lost")
def full_stops_lost(report):
    return [part[:-1] for part in _parts(re.sub(r"[A-Za-z]+:|\d+\.", "", report))]


@wrong("radiographs.sentences", "lines")
def lines(report):
    return report.splitlines()


@wrong("radiographs.sentences", "repeated sentence dropped")
def unique(report):
    return list(dict.fromkeys(_parts(re.sub(r"[A-Za-z]+:|\d+\.", "", report))))


@wrong("radiographs.sentences", "one section")
def conclusion_alone(report):
    return _parts(re.sub(r"[A-Za-z]+:|\d+\.", "", report.splitlines()[-1]))


@wrong("radiographs.sentences", "letters changed")
def lower_case(report):
    return _parts(re.sub(r"[A-Za-z]+:|\d+\.", "", report).lower())


@wrong("radiographs.sentences", "no list")
def one_text(report):
    return re.sub(r"[A-Za-z]+:|\d+\.", "", report)


# status


def _status(sentence, name, denials, doubts=("?", "possible"), words=True, lower=True):
    text = sentence.lower() if lower else sentence
    looked_for = name.lower() if lower else name
    named = re.search(rf"\b{looked_for}\b", text) if words else looked_for in text
    if not named:
        return "not said"
    if sentence.lower().startswith(denials):
        return "absent"
    return "uncertain" if sentence.lower().startswith(doubts) else "present"


DENIALS = ("no ", "nil ", "-ve for ")


@wrong("radiographs.status", "no in nodule")
def any_no(sentence, name):
    return _status(sentence, name, ("no", "nil", "-ve"))


@wrong("radiographs.status", "part of a word")
def part_of_a_word(sentence, name):
    return _status(sentence, name, DENIALS, words=False)


@wrong("radiographs.status", "denial missed")
def only_no(sentence, name):
    return _status(sentence, name, ("not ",))


@wrong("radiographs.status", "doubt missed")
def no_doubts(sentence, name):
    return _status(sentence, name, DENIALS, doubts=("maybe",))


@wrong("radiographs.status", "capital letters")
def case_matters(sentence, name):
    return _status(sentence, name, DENIALS, lower=False)


@wrong("radiographs.status", "only the first name")
def first_name_alone(sentence, name):
    return _status(re.split(r",| or ", sentence)[0], name, DENIALS)


@wrong("radiographs.status", "unknown answer")
def true_or_false(sentence, name):
    return _status(sentence, name, DENIALS) == "present"


@wrong("radiographs.status", "no anywhere")
def no_anywhere(sentence, name):
    text = sentence.lower()
    if not re.search(rf"\b{name.lower()}\b", text):
        return "not said"
    if any(denial in text for denial in DENIALS):
        return "absent"
    return "uncertain" if text.startswith(("?", "possible")) else "present"


@wrong("radiographs.status", "doubt anywhere")
def doubt_anywhere(sentence, name):
    found = _status(sentence, name, DENIALS)
    doubted = "?" in sentence or "possible" in sentence.lower()
    return "uncertain" if found == "present" and doubted else found


@wrong("radiographs.status", "stuck to a comma")
def split_at_spaces(sentence, name):
    if name.lower() not in sentence.lower().rstrip(".").split():
        return "not said"
    return _status(sentence, name, DENIALS)


@wrong("radiographs.status", "stuck to a comma")
def with_spaces_round_it(sentence, name):
    if f" {name.lower()} " not in f" {sentence.lower()} ":
        return "not said"
    return _status(sentence, name, DENIALS)


@wrong("radiographs.status", "capital letters")
def sentence_lowered_alone(sentence, name):
    text = re.sub(r"[^a-z?-]", " ", sentence.lower()).split()
    return _status(sentence, name, DENIALS) if name in text else "not said"


@wrong("radiographs.status", "doubt missed")
def question_marks_alone(sentence, name):
    return _status(sentence, name, DENIALS, doubts=("?",))


@wrong("radiographs.status", "denial missed")
def nil_forgotten(sentence, name):
    return _status(sentence, name, ("no ", "-ve for "))


# split_patients


@wrong("radiographs.split_patients", "films were split")
def films_drawn(patients, share, seed):
    return np.random.default_rng(seed).random(len(patients)) < share


@wrong("radiographs.split_patients", "films were split")
def last_films(patients, share, seed):
    order = np.random.default_rng(seed).permutation(len(patients))
    return order >= len(patients) - round(share * len(patients))


@wrong("radiographs.split_patients", "seed ignored")
def first_patients(patients, share, seed):
    names = np.unique(patients)
    return np.isin(patients, names[: round(share * len(names))])


@wrong("radiographs.split_patients", "seed ignored")
def no_seed(patients, share, seed):
    names = np.random.default_rng().permutation(np.unique(patients))
    return np.isin(patients, names[: round(share * len(names))])


@wrong("radiographs.split_patients", "sides exchanged")
def training_side(patients, share, seed):
    names = np.random.default_rng(seed).permutation(np.unique(patients))
    return ~np.isin(patients, names[: round(share * len(names))])


@wrong("radiographs.split_patients", "no mask")
def numbers_of_patients(patients, share, seed):
    return np.unique(patients, return_inverse=True)[1]


@wrong("radiographs.split_patients", "one off")
def one_patient_too_many(patients, share, seed):
    names = np.random.default_rng(seed).permutation(np.unique(patients))
    return np.isin(patients, names[: round(share * len(names)) + 1])


@wrong("radiographs.split_patients", "one off")
def one_patient_too_few(patients, share, seed):
    names = np.random.default_rng(seed).permutation(np.unique(patients))
    return np.isin(patients, names[1 : round(share * len(names))])


@wrong("radiographs.split_patients", "wrong share")
def share_ignored(patients, share, seed):
    names = np.random.default_rng(seed).permutation(np.unique(patients))
    return np.isin(patients, names[: round(0.5 * len(names))])


@wrong("radiographs.split_patients", "with replacement")
def patients_drawn_twice(patients, share, seed):
    names = np.unique(patients)
    chosen = np.random.default_rng(seed).choice(names, round(share * len(names)))
    return np.isin(patients, chosen)


# finding_score


def _mean(rows):
    return rows.mean(dim=0) / rows.mean(dim=0).norm()


@wrong("radiographs.finding_score", "means not normalised")
def plain_means(pictures, stated, denied, scale):
    return torch.sigmoid(scale * (pictures @ stated.mean(dim=0) - pictures @ denied.mean(dim=0)))


@wrong("radiographs.finding_score", "signs exchanged")
def denial_first(pictures, stated, denied, scale):
    return torch.sigmoid(scale * (pictures @ _mean(denied) - pictures @ _mean(stated)))


@wrong("radiographs.finding_score", "no sigmoid")
def difference(pictures, stated, denied, scale):
    return pictures @ _mean(stated) - pictures @ _mean(denied)


@wrong("radiographs.finding_score", "denials unused")
def statements_alone(pictures, stated, denied, scale):
    return torch.sigmoid(scale * pictures @ _mean(stated))


@wrong("radiographs.finding_score", "scale forgotten")
def unscaled(pictures, stated, denied, scale):
    return torch.sigmoid(pictures @ _mean(stated) - pictures @ _mean(denied))


@wrong("radiographs.finding_score", "best prompt")
def best_prompts(pictures, stated, denied, scale):
    yes, no = ((pictures @ rows.T).max(dim=1).values for rows in (stated, denied))
    return torch.sigmoid(scale * (yes - no))


# stated_share


def _logits(pictures, stated, denied, scale):
    return scale * pictures @ torch.cat([stated, denied]).T


@wrong("radiographs.stated_share", "mean of sentences")
def means_first(pictures, stated, denied, scale):
    return torch.sigmoid(scale * pictures @ (_mean(stated) - _mean(denied)))


@wrong("radiographs.stated_share", "best sentence")
def best_of_each(pictures, stated, denied, scale):
    yes, no = ((scale * pictures @ rows.T).max(dim=1).values for rows in (stated, denied))
    return torch.sigmoid(yes - no)


@wrong("radiographs.stated_share", "mean of weights")
def mean_weights(pictures, stated, denied, scale):
    yes, no = (
        (scale * pictures.double() @ rows.double().T).exp().mean(dim=1) for rows in (stated, denied)
    )
    return yes / (yes + no)


@wrong("radiographs.stated_share", "signs exchanged")
def share_of_denials(pictures, stated, denied, scale):
    return _logits(pictures, stated, denied, scale).softmax(dim=1)[:, len(stated) :].sum(dim=1)


@wrong("radiographs.stated_share", "scale forgotten")
def no_scale(pictures, stated, denied, scale):
    return _logits(pictures, stated, denied, 1).softmax(dim=1)[:, : len(stated)].sum(dim=1)


@wrong("radiographs.stated_share", "largest share")
def largest_share(pictures, stated, denied, scale):
    shares = _logits(pictures, stated, denied, scale).softmax(dim=1)
    return shares[:, : len(stated)].max(dim=1).values


@wrong("radiographs.stated_share", "every film 1")
def all_columns(pictures, stated, denied, scale):
    return _logits(pictures, stated, denied, scale).softmax(dim=1).sum(dim=1)


@wrong("radiographs.stated_share", "mean of shares")
def mean_share(pictures, stated, denied, scale):
    return _logits(pictures, stated, denied, scale).softmax(dim=1)[:, : len(stated)].mean(dim=1)


@wrong("radiographs.stated_share", "denials first")
def denials_first(pictures, stated, denied, scale):
    return _logits(pictures, denied, stated, scale).softmax(dim=1)[:, : len(stated)].sum(dim=1)


@wrong("radiographs.stated_share", "every film 1")
def denials_left_out(pictures, stated, denied, scale):
    return (scale * pictures @ stated.T).softmax(dim=1).sum(dim=1)


@wrong("radiographs.stated_share", "softmax over the films")
def over_films(pictures, stated, denied, scale):
    return _logits(pictures, stated, denied, scale).softmax(dim=0)[:, : len(stated)].sum(dim=1)


@wrong("radiographs.stated_share", "not finite")
def bare_exponentials(pictures, stated, denied, scale):
    yes, no = ((scale * pictures @ rows.T).exp().sum(dim=1) for rows in (stated, denied))
    return yes / (yes + no)


# patient_interval


def _interval(correct, patients, n_resamples, seed, low=2.5, high=97.5, average=None, once=False):
    rng = np.random.default_rng(seed)
    films = [correct[patients == name] for name in np.unique(patients)]
    means = []
    for _ in range(n_resamples):
        drawn = rng.integers(len(films), size=len(films))
        drawn = np.unique(drawn) if once else drawn
        chosen = [films[i] for i in drawn]
        means.append(np.concatenate(chosen).mean() if average is None else average(chosen))
    return tuple(np.percentile(means, [low, high]).tolist())


@wrong("radiographs.patient_interval", "films were drawn")
def films_resampled(correct, patients, n_resamples=1000, seed=0):
    return _interval(correct, np.arange(len(correct)), n_resamples, seed)


@wrong("radiographs.patient_interval", "patients weigh the same")
def mean_of_means(correct, patients, n_resamples=1000, seed=0):
    return _interval(
        correct,
        patients,
        n_resamples,
        seed,
        average=lambda rows: np.mean([row.mean() for row in rows]),
    )


@wrong("radiographs.patient_interval", "unequal ends")
def lowest_95_percent(correct, patients, n_resamples=1000, seed=0):
    return _interval(correct, patients, n_resamples, seed, 0, 95)


@wrong("radiographs.patient_interval", "unequal ends")
def highest_95_percent(correct, patients, n_resamples=1000, seed=0):
    return _interval(correct, patients, n_resamples, seed, 5, 100)


@wrong("radiographs.patient_interval", "percentiles for quantiles")
def percentiles_of_shares(correct, patients, n_resamples=1000, seed=0):
    return _interval(correct, patients, n_resamples, seed, 0.025, 0.975)


@wrong("radiographs.patient_interval", "quartiles")
def middle_half(correct, patients, n_resamples=1000, seed=0):
    return _interval(correct, patients, n_resamples, seed, 25, 75)


@wrong("radiographs.patient_interval", "without replacement")
def without_replacement(correct, patients, n_resamples=1000, seed=0):
    return float(correct.mean()), float(correct.mean())


@wrong("radiographs.patient_interval", "a patient only once")
def each_patient_once(correct, patients, n_resamples=1000, seed=0):
    return _interval(correct, patients, n_resamples, seed, once=True)


@wrong("radiographs.patient_interval", "seed ignored")
def fixed_seed(correct, patients, n_resamples=1000, seed=0):
    return _interval(correct, patients, n_resamples, 0)


@wrong("radiographs.patient_interval", "n_resamples ignored")
def always_a_thousand(correct, patients, n_resamples=1000, seed=0):
    return _interval(correct, patients, 200, seed)


@wrong("radiographs.patient_interval", "90 % interval")
def five_percent_each_side(correct, patients, n_resamples=1000, seed=0):
    return _interval(correct, patients, n_resamples, seed, 5, 95)


# sensitivity


def _rates(threshold, scores, truth):
    called = scores >= threshold
    return called[truth == 1].mean(), 1 - called[truth == 0].mean()


@wrong("radiographs.sensitivity", "threshold from the test split")
def chosen_on_test(scores, truth, test_scores, test_truth, specificity=0.9):
    return _rates(np.quantile(test_scores[test_truth == 0], specificity), test_scores, test_truth)


@wrong("radiographs.sensitivity", "measured on validation")
def validation_rates(scores, truth, test_scores, test_truth, specificity=0.9):
    return _rates(np.quantile(scores[truth == 0], specificity), scores, truth)


@wrong("radiographs.sensitivity", "quantile of all scores")
def all_scores(scores, truth, test_scores, test_truth, specificity=0.9):
    return _rates(np.quantile(scores, specificity), test_scores, test_truth)


@wrong("radiographs.sensitivity", "quantile of the positives")
def positives(scores, truth, test_scores, test_truth, specificity=0.9):
    return _rates(np.quantile(scores[truth == 1], 1 - specificity), test_scores, test_truth)


@wrong("radiographs.sensitivity", "wrong end")
def low_end(scores, truth, test_scores, test_truth, specificity=0.9):
    return _rates(np.quantile(scores[truth == 0], 1 - specificity), test_scores, test_truth)


@wrong("radiographs.sensitivity", "pair exchanged")
def exchanged(scores, truth, test_scores, test_truth, specificity=0.9):
    return _rates(np.quantile(scores[truth == 0], specificity), test_scores, test_truth)[::-1]


@wrong("radiographs.sensitivity", "false alarms for specificity")
def false_alarms(scores, truth, test_scores, test_truth, specificity=0.9):
    threshold = np.quantile(scores[truth == 0], specificity)
    found, spared = _rates(threshold, test_scores, test_truth)
    return found, 1 - spared


@wrong("radiographs.sensitivity", "specificity ignored")
def always_ninety(scores, truth, test_scores, test_truth, specificity=0.9):
    return _rates(np.quantile(scores[truth == 0], 0.9), test_scores, test_truth)


# predictive_value


@wrong("radiographs.predictive_value", "prevalence ignored")
def equally_many(sensitivity, specificity, prevalence):
    return sensitivity / (sensitivity + 1 - specificity)


@wrong("radiographs.predictive_value", "negative predictive value")
def negative(sensitivity, specificity, prevalence):
    spared, missed = specificity * (1 - prevalence), (1 - sensitivity) * prevalence
    return spared / (spared + missed)


@wrong("radiographs.predictive_value", "specificity for false alarms")
def specificity_used(sensitivity, specificity, prevalence):
    found = sensitivity * prevalence
    return found / (found + specificity * (1 - prevalence))


@wrong("radiographs.predictive_value", "missed for false alarms")
def sensitivity_again(sensitivity, specificity, prevalence):
    return sensitivity


@wrong("radiographs.predictive_value", "share of all")
def share_of_all(sensitivity, specificity, prevalence):
    return sensitivity * prevalence
