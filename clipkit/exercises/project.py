"""The checks of notebook 07: the choice of a checkpoint, and a project of one's own.

The references take other roads than the notebook: what belongs together is found by walking from
row to row, and leaks pair by pair.
"""

from functools import partial
from typing import Any

import numpy as np

from clipkit.exercises.engine import Answer, Confusion, Wrong, agree, exercise, require
from clipkit.exercises.inputs import unit, unit_rows

# Which checkpoint?


def _choices(accuracy: Any, megabytes: Any, allowed: Any, limit: float) -> dict[str, int]:
    """Return what is right, and what each misconception takes for it."""
    fits = allowed & (megabytes <= limit)
    known = fits & ~np.isnan(accuracy)

    def best(among: Any) -> int:
        return int(np.nanargmax(np.where(among, accuracy, -1)))

    return {
        "right": best(known),
        "unpublished wins": int(np.argmax(np.where(fits, accuracy, -1))),
        "limit ignored": best(allowed),
        "not allowed": best(megabytes <= limit),
        "place among the rest": int(np.argmax(accuracy[known])),
        "largest": int(np.argmax(np.where(fits, megabytes, -1))),
        "smallest": int(np.argmin(np.where(fits, megabytes, np.inf))),
    }


def _choose_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    def draw(n: int) -> tuple[Any, ...]:
        accuracy = rng.permutation(n) / n + 0.01
        accuracy[rng.choice(n, n // 4, replace=False)] = np.nan
        megabytes = 100.0 * rng.permutation(np.arange(1, n + 1))
        return accuracy, megabytes, rng.random(n) < 0.6, float(rng.choice(megabytes))

    def tells_apart(accuracy: Any, megabytes: Any, allowed: Any, limit: float) -> bool:
        if not (allowed & (megabytes <= limit) & ~np.isnan(accuracy)).any():
            return False
        choices = list(_choices(accuracy, megabytes, allowed, limit).values())
        return len(set(choices)) == len(choices)

    cases = []
    for n in (12, 16, 30):
        while not tells_apart(*(case := draw(n))):
            pass
        cases.append(case)
    return cases


@exercise(
    "project.choose",
    _choose_cases,
    "Of what is allowed and fits, it takes the most accurate, and an unpublished accuracy wins "
    "nothing.",
)
def choose(answer: Answer, accuracy: Any, megabytes: Any, allowed: Any, limit: float) -> None:
    choices = _choices(accuracy, megabytes, allowed, limit)
    hints = {
        "unpublished wins": "The accuracy of your choice is NaN: nobody published it. To `argmax` "
        "the first NaN is the largest number; leave NaN out with `~np.isnan(accuracy)`.",
        "limit ignored": "Your choice does not fit. Leave out what is larger than `limit`.",
        "not allowed": "Your choice is not allowed. Leave out what `allowed` says no to.",
        "place among the rest": "You number those that are left after leaving others out. Return "
        "the number in the whole list: `np.flatnonzero(mask)` says which numbers are left.",
        "largest": "You took the largest that fits. A larger model is not always the better one: "
        "compare the accuracies.",
        "smallest": "You took the smallest. Take the most accurate of those that fit.",
    }
    confusions = [
        Confusion(name, hint, partial(choices.__getitem__, name)) for name, hint in hints.items()
    ]
    confusions.append(
        Confusion(
            "the accuracy itself",
            "You return the accuracy. Return the number of the checkpoint.",
            lambda: accuracy[choices["right"]],
        )
    )
    require(
        answer.number(accuracy, megabytes, allowed, limit, confusions=confusions),
        choices["right"],
        "Your choice is not the most accurate of those that are allowed and fit.",
        confusions,
    )


# A project of one's own


def _walked(groups: Any, copies: Any) -> Any:
    """Return the first row that each row is connected with, by steps over groups and copies."""
    n = len(groups)
    beside = [np.flatnonzero(groups == group).tolist() for group in groups]
    for a, b in copies.tolist():
        beside[a].append(b)
        beside[b].append(a)
    first = np.full(n, -1)
    for start in range(n):
        waiting = [start] if first[start] < 0 else []
        while waiting:
            row = waiting.pop()
            if first[row] < 0:
                first[row] = start
                waiting += beside[row]
    return first


def _together_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    def named(groups: list[int]) -> Any:
        names = rng.permutation(np.arange(10, 99))[: max(groups) + 1]
        return names[groups]

    cases = [
        (named([0, 1, 1, 2]), np.array([[0, 1]])),  # a copy takes its whole group along
        (named([0, 1, 2, 3]), np.array([[1, 2], [0, 1]])),  # a chain
        (named([0, 1, 0, 2, 1, 3]), np.array([[3, 2], [5, 4]])),
    ]
    for n in (10, 14):
        groups = named([*range(n - 4), *rng.integers(n - 4, size=4).tolist()])
        rows = rng.permutation(n)[:6]
        cases.append((groups, np.array([rows[:2], rows[2:4], rows[[1, 4]]])))
    return cases


@exercise(
    "project.keep_together",
    _together_cases,
    "Rows of one group and copies of each other share a number, over any chain of both.",
)
def keep_together(answer: Answer, groups: Any, copies: Any) -> None:
    n, right = len(groups), _walked(groups, copies)
    alone = np.arange(n)
    of_group = _walked(groups, np.zeros((0, 2), int))

    def rows_alone() -> Any:
        moved = of_group.copy()
        for a, b in copies:
            moved[[a, b]] = min(moved[a], moved[b])
        return moved

    def one_step() -> Any:
        moved = of_group.copy()
        for a, b in copies:
            low, high = sorted((of_group[a], of_group[b]))
            moved[of_group == high] = low
        return moved

    confusions = [
        Confusion(
            "copies ignored",
            "These are the groups alone. A copy in another group ties the two groups together.",
            lambda: of_group,
        ),
        Confusion(
            "groups ignored",
            "These are the copies alone. All rows of a group belong together as well.",
            lambda: _walked(alone, copies),
        ),
        Confusion(
            "a chain not followed",
            "A is a copy of B and B of C: then all three belong together. Look at the numbers as "
            "they are after the copies before, not at those of the beginning.",
            one_step,
        ),
        Confusion(
            "a row without its group",
            "You moved the two copies and left the rest of their group behind. Change every row "
            "that has the higher number.",
            rows_alone,
        ),
    ]
    value = answer.array(groups, copies, shape=(n,), of="indices", confusions=confusions)
    same = (value[:, None] == value[None]) == (right[:, None] == right[None])
    if same.all() and not agree(value, right):
        raise Wrong(
            "The right rows share a number, but it is not the number of their first row.",
            "another number",
            "Start with the place at which each group first appears (`np.unique` returns it with "
            "`return_index=True`), and let the lower number win.",
        )
    require(value, right, "These rows do not belong together, or not all that do.", confusions)


def _leak_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    def turned(angle: float, length: float) -> list[float]:
        return [length * np.cos(angle), length * np.sin(angle)]

    start = rng.uniform(0, 2 * np.pi)
    first = [turned(start, 0.5), turned(start, 1.5), turned(start + 2, 1.0)]
    second = [turned(start + a, size) for a, size in ((0.8, 3), (0, 0.7), (3.5, 1), (2.8, 4))]
    cases = [(np.array(first, np.float32), np.array(second, np.float32), 0.9)]
    while len(cases) < 4:
        threshold = (0.95, 0.7, 0.9)[len(cases) - 1]
        n, m, d = 9, 7, 16
        train = unit(rng, n, d)
        near = train[rng.permutation(n)[:4]] + np.array([[0.1], [0.1], [0.7], [0.7]]) * unit(
            rng, 4, d
        )
        test = np.concatenate([near, unit(rng, m - 4, d)])[rng.permutation(m)]
        highest = (unit_rows(test) @ unit_rows(train).T).max(axis=1)
        if np.abs(highest - threshold).min() < 0.03:
            continue
        lengths = rng.uniform(0.4, 2.5, (n + m, 1))
        both = (np.concatenate([train, test]) * lengths).astype(np.float32)
        cases.append((both[:n], both[n:], threshold))
    return cases


@exercise(
    "project.leaks",
    _leak_cases,
    "Each test row with a copy in training is found, once, whatever the vectors' lengths.",
    given="torch",
)
def leaks(answer: Answer, train: Any, test: Any, threshold: float) -> None:
    a, b = train.astype(float), test.astype(float)
    cosines = np.array(
        [[x @ y / np.sqrt((x @ x) * (y @ y)) for y in a] for x in b]
    )  # one pair at a time
    alike = cosines >= threshold
    right = np.array([row for row in range(len(b)) if alike[row].any()])
    nearest = cosines.argmax(axis=1)
    not_normalised = (
        "These are dot products, which grow with the lengths. Divide both by their lengths first."
    )
    confusions = [
        Confusion(
            "not normalised",
            not_normalised,
            lambda: np.flatnonzero((b @ a.T).max(axis=1) >= threshold),
        ),
        Confusion(
            "rows of train",
            "These are the rows of `train` that have a copy. Asked for are those of `test`.",
            lambda: np.flatnonzero(alike.any(axis=0)),
        ),
        Confusion(
            "rows of train",
            "These are the nearest rows of `train`. Asked for are the rows of `test`.",
            lambda: nearest[alike.any(axis=1)],
        ),
        Confusion(
            "clean rows",
            "These are the rows without a copy. Asked for are those with one.",
            lambda: np.flatnonzero(~alike.any(axis=1)),
        ),
        Confusion(
            "a row twice",
            "A test row that has two copies in training comes twice. Ask of each row whether *any* "
            "cosine reaches the threshold.",
            lambda: np.nonzero(alike)[0],
        ),
        Confusion(
            "mask for rows",
            "This is True or False for each row. `torch.nonzero(mask).flatten()` says where it is "
            "True.",
            lambda: alike.any(axis=1),
        ),
        Confusion(
            "mean for highest",
            "You compared the mean cosine. One copy is enough: take the highest.",
            lambda: np.flatnonzero(cosines.mean(axis=1) >= threshold),
        ),
    ]
    value = answer.array(
        train, test, threshold, shape=right.shape, of="indices", confusions=confusions
    )
    require(value, right, "These are not the test rows with a copy in training.", confusions)


def _int8_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    cases = [(np.array([[2, -5, 1], [40, 7, -10]], np.float32),)]
    for n, m in ((3, 5), (6, 12)):
        rows = rng.uniform(-1, 1, (n, m)) * 10 ** rng.uniform(-0.3, 1.3, (n, 1))
        rows[0, 0] = -1.3 * np.abs(rows[0]).max()  # the largest of all below zero
        cases.append((rows.astype(np.float32),))
    return cases


@exercise(
    "project.int8",
    _int8_cases,
    "Each row keeps 127 steps of its own on either side of zero, and no value moves by more than "
    "half a step.",
    given="torch",
)
def int8(answer: Answer, weights: Any) -> None:
    rows = weights.astype(float)
    largest = np.array([[max(abs(value) for value in row)] for row in rows])

    def stored(scale: Any) -> Any:
        return np.round(rows / scale) * scale

    scale = largest / 127
    confusions = [
        Confusion(
            "nothing rounded",
            "Here every value is as it was. In between it has to be a whole number: round before "
            "you multiply.",
            lambda: rows,
        ),
        Confusion(
            "not brought back",
            "These are the whole numbers that are stored. Multiply them by the scale of their row.",
            lambda: np.round(rows / scale),
        ),
        Confusion(
            "cut off, not rounded",
            "You cut off what is behind the point, as `.to(torch.int8)` does, and err by up to a "
            "whole step. Call `.round()` first.",
            lambda: np.trunc(rows / scale) * scale,
        ),
        Confusion(
            "one scale for all",
            "You took one scale for the whole matrix, so that rows of small numbers lose most. "
            "Each row has its own: `amax(dim=1, keepdim=True)`.",
            lambda: stored(largest.max() / 127),
        ),
        Confusion(
            "a scale for each column",
            "You took the largest of each column. The scale belongs to the row: `dim=1`.",
            lambda: stored(np.abs(rows).max(axis=0) / 127),
        ),
        Confusion(
            "sign forgotten",
            "You took the largest value of the row; the largest without its sign may be another. "
            "Take `abs()` first.",
            lambda: stored(rows.max(axis=1, keepdims=True) / 127),
        ),
        Confusion(
            "other steps",
            "The largest number should become 127, the highest of 8 bits with a sign: divide it by "
            "127.",
            lambda: stored(largest / 128),
        ),
        Confusion(
            "other steps",
            "The largest number should become 127, since half of the 255 steps are below zero: "
            "divide it by 127.",
            lambda: stored(largest / 255),
        ),
    ]
    value = answer.array(weights, shape=weights.shape, confusions=confusions)
    require(value, stored(scale), "This is not what 8 bits keep of the rows.", confusions)
