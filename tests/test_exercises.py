"""The checkers' checkers: every check accepts its solution and refuses wrong answers.

Solutions are pulled out of the notebooks, where alone they live.
"""

import ast
import copy
import inspect
import json
import os
import pickle
import re
import runpy
import subprocess
import sys
import threading
import time
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch

from clipkit import exercises
from clipkit.exercises import calling, engine, record
from clipkit.exercises.engine import EXERCISES

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
WRONG_ANSWERS = [
    answer
    for path in sorted((ROOT / "tests" / "wrong_answers").glob("*.py"))
    for answer in runpy.run_path(str(path))["WRONG_ANSWERS"]
]
RIGHT_ANSWERS = runpy.run_path(str(ROOT / "tests" / "right_answers.py"))["RIGHT_ANSWERS"]
FENCE = re.compile(r"```python\n(.*?)```", re.DOTALL)


def cells(path):
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def source(cell):
    return "".join(cell["source"])


def tags(cell):
    return cell["metadata"].get("tags", [])


def exercise_cells():
    """Yield (notebook, position, cells) for every exercise cell."""
    for path in NOTEBOOKS:
        all_cells = cells(path)
        for position, cell in enumerate(all_cells):
            if "exercise" in tags(cell):
                yield pytest.param(path, position, id=f"{path.stem}-{position}")


EXERCISE_CELLS = list(exercise_cells())


def has_check(cell):
    return cell["cell_type"] == "code" and "exercises.check(" in source(cell)


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("CLIPKIT_PROGRESS", str(tmp_path / "progress.json"))


def run_with_solution(path, position):
    """Run the exercise cell with the solution in place of the stub; return the learner's names."""
    all_cells = cells(path)
    cell = all_cells[position]
    following = []
    for other in all_cells[position + 1 :]:
        if other["cell_type"] != "markdown":
            break
        following.append(source(other))
    (solution,) = FENCE.findall("\n".join(following))
    check = source(cell).rstrip().splitlines()[-1]
    import clipkit

    names = {"torch": torch, "np": np, "clipkit": clipkit}
    exec(compile(solution + "\n\n" + check, f"{path.name}, cell {position}", "exec"), names)
    call = ast.parse(check).body[0].value
    return call.args[0].value, names[call.args[1].id]


# The notebooks


def faults(all_cells, position):
    """Return what an exercise lacks of the form that the workbook gives to all of them."""
    cell = all_cells[position]
    name = cell["metadata"].get("exercise")
    if name not in EXERCISES:
        return [f"no check is called {name}"]
    function = name.split(".")[1]
    *_, last = source(cell).rstrip().splitlines()
    if last != f'clipkit.exercises.check("{name}", {function})':
        return ["its last line is not its check"]
    folded = []
    for other in all_cells[position + 1 :]:
        if other["cell_type"] != "markdown" or "<details>" not in source(other):
            break
        folded.append(source(other))
    text, names = "\n".join(folded), {}
    exec(source(cell).rstrip().removesuffix(last), names)
    printed = "".join("".join(output.get("text", "")) for output in cell["outputs"])
    before = all_cells[position - 1]
    wanted = {
        "a blank stub": calling.is_blank(names[function]),
        "the output of a blank stub": printed == f"{name}: not started\n",
        "two hints": len(re.findall(r"<summary>[^<]*[Hh]int", text)) == 2,
        "one solution": len(re.findall(r"<summary>[^<]*[Ss]olution", text)) == 1,
        "one fenced block": len(FENCE.findall(text)) == 1,
        "a task": before["cell_type"] == "markdown",
        "difficulty and minutes": re.search(r"★.*\d+ minutes", source(before)) is not None,
        "four wrong answers": sum(answer[0] == name for answer in WRONG_ANSWERS) >= 4,
    }
    return [f"{name} lacks {part}" for part, there in wanted.items() if not there]


@pytest.mark.parametrize(("path", "position"), EXERCISE_CELLS)
def test_an_exercise_has_all_its_parts(path, position):
    assert faults(cells(path), position) == []


def sample():
    """An exercise as it should be."""

    def text(source):
        return {"cell_type": "markdown", "metadata": {}, "source": source}

    stub = 'def cosine(a, b):\n    """Return the cosines."""\n    ...\n\n\n'
    stub += 'clipkit.exercises.check("similarity.cosine", cosine)'
    code = {
        "cell_type": "code",
        "metadata": {"tags": ["exercise"], "exercise": "similarity.cosine"},
        "source": stub,
        "outputs": [{"text": ["similarity.cosine: not started\n"]}],
    }
    return [
        text("### Cosine\n\n★★, 5 minutes\n\nWrite it."),
        code,
        text("<details><summary>First hint</summary>A</details>"),
        text("<details><summary>Second hint</summary>B</details>"),
        text("<details><summary>Solution</summary>\n\n```python\nx = 1\n```\n</details>"),
    ]


def test_a_complete_exercise_has_no_fault():
    assert faults(sample(), 1) == []


@pytest.mark.parametrize(
    ("cell", "old", "new", "fault"),
    [
        (0, "★★", "", "difficulty and minutes"),
        (1, "check", "chek", "its last line is not its check"),
        (1, "    ...", "    return a @ b.T", "a blank stub"),
        (2, "First hint", "First", "two hints"),
        (3, "<details>", "", "two hints"),
        (4, "Solution", "Answer", "one solution"),
        (4, "```python", "```", "one fenced block"),
    ],
)
def test_an_exercise_that_lacks_something_is_refused(cell, old, new, fault):
    broken = sample()
    broken[cell]["source"] = broken[cell]["source"].replace(old, new)
    assert any(fault in found for found in faults(broken, 1))


def test_an_exercise_without_check_or_wrong_answers_is_refused(monkeypatch):
    unknown = sample()
    unknown[1]["metadata"]["exercise"] = "similarity.unknown"
    assert faults(unknown, 1) == ["no check is called similarity.unknown"]
    few = [answer for answer in WRONG_ANSWERS if answer[0] != "similarity.cosine"]
    monkeypatch.setitem(globals(), "WRONG_ANSWERS", few)
    assert faults(sample(), 1) == ["similarity.cosine lacks four wrong answers"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_check_outside_an_exercise_and_none_twice(path):
    checked = [source(cell) for cell in cells(path) if has_check(cell)]
    tagged = [cell for cell in cells(path) if "exercise" in tags(cell)]
    assert len(checked) == len(tagged)
    names = [cell["metadata"].get("exercise") for cell in tagged]
    assert len(set(names)) == len(names)


def test_every_exercise_of_a_started_module_is_used():
    used = {c["metadata"].get("exercise") for p in NOTEBOOKS for c in cells(p)} - {None}
    started = {name.split(".")[0] for name in used}
    assert used == {name for name in EXERCISES if name.split(".")[0] in started}


@pytest.mark.parametrize(("path", "position"), EXERCISE_CELLS)
def test_the_solution_in_the_notebook_is_right(path, position, capsys):
    name, function = run_with_solution(path, position)
    assert capsys.readouterr().out == f"{name}: right. {EXERCISES[name].shows}\n"
    for seed in range(5):
        result = exercises.strict(name, function, seed)
        assert result.status == "right", str(result)


@pytest.mark.parametrize(("path", "position"), EXERCISE_CELLS)
def test_a_check_takes_under_a_second(path, position):
    name, function = run_with_solution(path, position)
    begin = time.process_time()
    exercises.strict(name, function, 0)
    assert time.process_time() - begin < 1


# Wrong answers


def test_at_least_four_wrong_answers_for_every_exercise():
    answers = Counter(exercise for exercise, _, _ in WRONG_ANSWERS)
    kinds = Counter(exercise for exercise, _ in {answer[:2] for answer in WRONG_ANSWERS})
    assert {name: answers[name] for name in EXERCISES if answers[name] < 4} == {}
    assert {name: kinds[name] for name in EXERCISES if kinds[name] < 3} == {}


@pytest.mark.parametrize(
    ("exercise", "misconception", "function"),
    [pytest.param(*answer, id=f"{answer[0]}-{answer[2].__name__}") for answer in WRONG_ANSWERS],
)
def test_a_wrong_answer_is_refused_with_its_hint(exercise, misconception, function):
    for seed in range(3):
        result = exercises.strict(exercise, function, seed)
        assert (result.status, result.misconception) == ("wrong", misconception), str(result)
        assert result.hint and result.message and result.tried


RUBBISH = {
    "a text": "0.5",
    "an empty list": [],
    "ragged": [[1.0], [2.0, 3.0]],
    "wrong shape": np.zeros((3, 1, 2)),
    "not finite": float("nan"),
    "another type": object(),
    "a set": {1, 2},
    "complex": np.ones(3, complex),
    "half": torch.ones(2, dtype=torch.bfloat16),
    "nested": [[[[[[1]]]]]],
    "true": True,
    "a huge number": 1e300,
    "a huger number": 10**400,
    "a dict": {"value": 1},
    "many": [0] * 300_000,
}


@pytest.mark.parametrize("name", EXERCISES)
@pytest.mark.parametrize("kind", RUBBISH)
def test_rubbish_is_refused_in_one_clear_sentence(name, kind):
    result = exercises.strict(name, lambda *inputs: RUBBISH[kind])
    assert result.status == "wrong"
    assert result.message.endswith((".", ").", "`."))


# Random wrong answers


def bent(value, rng):
    """Return a wrong variant of `value`, a right answer made plain."""
    if isinstance(value, np.ndarray) and value.ndim:
        return bent_array(value, rng)
    if isinstance(value, dict):
        key = str(rng.choice(list(value)))
        return one_of(
            rng,
            lambda: {name: item for name, item in value.items() if name != key},
            lambda: value | {"another": value[key]},
            lambda: {name.upper() + "'": item for name, item in value.items()},
            lambda: list(value.values()),
            lambda: {name: bent(item, rng) for name, item in value.items()},
        )
    if isinstance(value, list | tuple):
        place = int(rng.integers(len(value)))
        return one_of(
            rng,
            lambda: value[:-1],
            lambda: value + value[:1],
            lambda: {str(number): item for number, item in enumerate(value)},
            lambda: [[[value]]],
            lambda: type(value)(None for _ in value),
            *[
                lambda: type(value)(
                    bent(item, rng) if number == place else item
                    for number, item in enumerate(value)
                )
            ]
            * 5,
        )
    if isinstance(value, str):
        return one_of(rng, "", value[::-1], 3, [value], {"text": value}, float("nan"), "{}", True)
    number = float(value)
    return one_of(
        rng, 3 * number + 1, -number - 1, float("nan"), float("inf"), 1e300, -1e300, 10**400,
        str(number), [number, number], {"value": number}, np.full((2, 2), number), number + 1j,
        [[number], [number, 1]], np.full((1, 0), number), [], True,
    )  # fmt: skip


def bent_array(array, rng):
    axis, wide = int(rng.integers(array.ndim)), array.astype(float)
    first = array.take([0], axis)
    place = tuple(rng.integers(array.shape))

    def with_one(entry):
        changed = wide.copy()
        changed[place] = entry
        return changed

    def rest_changed():
        changed = wide.copy()
        changed[len(changed) // 2 :] = 3 * changed[len(changed) // 2 :] + 1
        return changed

    return one_of(
        rng,
        lambda: np.expand_dims(array, axis),
        lambda: np.expand_dims(array, array.ndim),
        lambda: np.delete(array, -1, axis),
        lambda: np.concatenate([array, first], axis),
        lambda: np.repeat(array, 2, axis),
        lambda: np.repeat(first, array.shape[axis] + 1, axis),
        lambda: array.take(0, axis) if array.shape != (1,) else [],
        lambda: wide.sum(axis, keepdims=True) * 3 + 1,
        lambda: array[..., :0],
        lambda: with_one(np.nan),
        lambda: with_one(np.inf),
        lambda: with_one(-1e300),
        rest_changed,
        lambda: wide * np.nan,
        lambda: array.astype(str),
        lambda: array.astype(complex),
        lambda: array.astype(object),
        lambda: [[row] * (number + 1) for number, row in enumerate([*array.tolist(), 0])],
        lambda: [{"row": row} for row in array.tolist()],
        lambda: (array, array.astype(str)),
        lambda: np.full(array.shape, rng.choice([-1, 0.5, 7.7, 1e300, -1e300, 1e-300])),
        lambda: wide + 0.5,
        lambda: wide.astype(np.float16) * np.float16(3) + np.float16(1),
        lambda: torch.tensor(3 * wide + 1).bfloat16(),
    )


def one_of(rng, *variants):
    chosen = variants[rng.integers(len(variants))]
    return chosen() if callable(chosen) else chosen


def unrelated(inputs, rng):
    """Return something that has nothing to do with what was asked for."""
    shape = rng.integers(0, 5, rng.integers(0, 5))
    return one_of(
        rng,
        inputs[rng.integers(len(inputs))],
        rng.normal(size=shape) + 20,
        torch.tensor(rng.normal(size=shape) + 20),
        (rng.normal(size=shape) + 20).tolist(),
        [rng.normal(size=3), "text", None],
        (rng.normal(size=shape), rng.normal(size=3)),
        {"a": rng.normal(size=shape)},
    )


SOLUTIONS = {
    cells(parameter.values[0])[parameter.values[1]]["metadata"].get("exercise"): parameter.values
    for parameter in EXERCISE_CELLS
}


def test_a_confusion_that_cannot_be_worked_out_explains_nothing():
    def longer_kept(vectors):
        return vectors / vectors.norm(dim=1, keepdim=True).clamp(min=1)

    def two_rows(vectors):
        return torch.cat([torch.nn.functional.normalize(vectors[:2], dim=1), vectors[2:]])

    for answer in (longer_kept, two_rows):
        for seed in range(10):
            result = exercises.strict("similarity.normalise", answer, seed)
            assert result.status == "wrong", str(result)


def test_a_mistake_in_a_confusion_is_not_hidden():
    misspelt = engine.Confusion("misspelt", "...", lambda: np.nothing)
    with pytest.raises(AttributeError):
        engine.explain(1.0, [misspelt], "wrong")


@pytest.mark.parametrize("name", EXERCISES)
def test_hundreds_of_random_wrong_answers_are_refused_and_raise_nothing(name, monkeypatch):
    if name not in SOLUTIONS:
        pytest.skip("its notebook has not been written")
    monkeypatch.setattr(engine, "VOTES", 1)  # the vote on a hint is not what is tested
    _, solution = run_with_solution(*SOLUTIONS[name])
    known = {}

    def right(*inputs):
        key = pickle.dumps(inputs)
        if key not in known:
            known[key] = calling.plain(solution(*inputs))
        return copy.deepcopy(known[key])

    for number in range(300):

        def answer(*inputs, number=number):
            rng = np.random.default_rng(number)  # the same variant at every call
            with np.errstate(all="ignore"):
                return bent(right(*inputs), rng) if rng.random() < 0.9 else unrelated(inputs, rng)

        with warnings.catch_warnings(action="error"):  # a learner would wonder what they mean
            result = exercises.strict(name, answer, 0)
        assert result.status == "wrong", (number, str(result))
        assert result.message


@pytest.mark.parametrize("name", EXERCISES)
def test_an_answer_that_ignores_an_argument_is_refused(name):
    """It takes whatever the argument was in the first call, as if that were written into it."""
    if name not in SOLUTIONS:
        pytest.skip("its notebook has not been written")
    _, solution = run_with_solution(*SOLUTIONS[name])
    for place in range(len(inspect.signature(solution).parameters)):
        first = []

        def answer(*inputs, place=place, first=first):
            first.append(copy.deepcopy(inputs[place]))
            return solution(*inputs[:place], first[0], *inputs[place + 1 :])

        result = exercises.strict(name, answer, 0)
        assert result.status in ("wrong", "error"), f"argument {place + 1} may be ignored"


# Right answers in other words


@pytest.mark.parametrize(
    ("exercise", "function"),
    [pytest.param(*answer, id=answer[1].__name__) for answer in RIGHT_ANSWERS],
)
def test_a_right_answer_in_other_words_is_accepted(exercise, function):
    for seed in range(3):
        result = exercises.strict(exercise, function, seed)
        assert result.status == "right", str(result)


NO_FINDING = [
    ("no acute cardiopulmonary process", "acute cardiopulmonary process"),
    ("nothing abnormal detected", "an abnormality is detected"),
    ("no finding", "abnormal chest radiograph"),
    ("normal chest radiograph", "a chest with a finding"),
    ("a film without a finding", "a film with a finding"),
    ("a film on which nothing is found", "a film on which something is found"),
    ("No acute finding, normal chest.", "Abnormal chest with a finding."),
    ("no effusion, pneumothorax or nodule", "effusion, pneumothorax or nodule"),
    ("no effusion; no pneumothorax; lungs clear", "a disease of the chest, not normal"),
    ("negative chest radiograph", "not a normal chest"),
    ("unremarkable study", "pathological opacity, but no fracture"),
    ("nil abnormal", "abnormal"),
    ("NAD: no abnormality detected", "something abnormal"),
]
DENIALS = [
    ("{}", "nil {}"),
    ("{}", "-ve for {}"),
    ("{}", "no {}"),
    ("there is a {}.", "there is no {}."),
    ("{} is seen.", "no {} is seen."),
    ("signs of {}", "no sign of {}."),
    ("a chest radiograph with {}", "a chest radiograph without {}"),
    ("{} present", "{} absent"),
    ("positive for {}", "negative for {}"),
    ("{}: yes", "{}: none"),
    ("{}", "{} has been ruled out"),
    ("{}", "lungs clear of {}"),
]


@pytest.mark.parametrize("pair", NO_FINDING)
def test_other_words_for_no_finding_are_right(pair):
    def answer(finding):
        lower = finding.lower()
        return pair if lower == "no finding" else (lower, f"no {lower}")

    for seed in range(3):
        result = exercises.strict("zero_shot.prompt_pair", answer, seed)
        assert result.status == "right", str(result)


@pytest.mark.parametrize("pair", DENIALS)
def test_other_ways_of_denying_are_right(pair):
    def answer(finding):
        if finding.lower() == "no finding":
            return "normal chest", "abnormal chest"
        return tuple(text.format(finding) for text in pair)

    for seed in range(3):
        result = exercises.strict("zero_shot.prompt_pair", answer, seed)
        assert result.status == "right", str(result)


@pytest.mark.parametrize("name", EXERCISES)
def test_blank_and_unfinished_answers(name):
    def stub(a, b):
        "A stub."
        ...

    def unfinished(*inputs):
        forgotten = len(inputs)
        forgotten += 1

    for blank in (stub, None, ..., lambda *inputs: None):
        assert str(exercises.strict(name, blank)) == f"{name}: not started"
    assert exercises.strict(name, unfinished).misconception == "no return"
    assert exercises.strict(name, lambda *inputs: ...).misconception == "no return"
    assert exercises.strict(name, np.ones(3)).misconception == "not a function"


@pytest.mark.parametrize("name", EXERCISES)
def test_an_endless_loop_is_stopped(name, monkeypatch):
    monkeypatch.setattr(calling, "SECONDS", 0.05)

    def endless(*inputs):
        while True:
            pass

    assert exercises.strict(name, endless).status == "too slow"


def test_a_failure_is_shown_on_a_small_input():
    for name in ("similarity.cosine", "similarity.normalise"):
        wrong = next(function for exercise, _, function in WRONG_ANSWERS if exercise == name)
        assert "numbers>" not in exercises.strict(name, wrong).tried


# The engine


def test_an_endless_loop_off_the_main_thread_is_stopped(monkeypatch):
    monkeypatch.setattr(calling, "SECONDS", 0.05)
    results = []

    def endless(a, b):
        while True:
            pass

    def work():
        results.append(exercises.strict("similarity.cosine", endless))
        results.append(exercises.strict("similarity.cosine", lambda a, b: a @ b.T))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(20)
    assert [result.status for result in results] == ["too slow", "wrong"]
    time.sleep(0.1)
    assert threading.active_count() < 10, "the stopped threads have ended"


def test_a_loop_that_swallows_errors_is_stopped(monkeypatch):
    monkeypatch.setattr(calling, "SECONDS", 0.05)

    def swallowing(vectors):
        while True:
            try:
                while True:
                    pass
            except Exception:
                pass

    assert exercises.strict("similarity.normalise", swallowing).status == "too slow"


def test_a_foreign_alarm_survives(monkeypatch):
    import signal

    if not hasattr(signal, "setitimer"):
        pytest.skip("this system has no interval timers")
    before = signal.getsignal(signal.SIGALRM)
    exercises.strict("similarity.normalise", lambda vectors: vectors)
    assert signal.getsignal(signal.SIGALRM) is before


def test_their_error_is_shown_at_their_line():
    names = {}
    cell = "def cosine(a, b):\n    c = a @ b.T\n    return c / c.norm(dim=7)\n"
    path = ROOT / "tests" / "a_cell"
    exec(compile(cell, str(path), "exec"), names)
    import linecache

    linecache.cache[str(path)] = (len(cell), None, cell.splitlines(True), str(path))
    result = exercises.strict("similarity.cosine", names["cosine"])
    assert result.status == "error"
    text = str(result)
    assert "line 3: return c / c.norm(dim=7)" in text
    assert "IndexError: Dimension out of range" in text
    assert "site-packages" not in text and "calling.py" not in text


@pytest.mark.parametrize("error", [SystemExit, ZeroDivisionError, MemoryError, RecursionError])
def test_no_error_escapes(error, capsys):
    def raising(a, b):
        raise error("stop")

    exercises.check("similarity.cosine", raising)
    assert error.__name__ in capsys.readouterr().out


def test_keyboard_interrupt_escapes():
    def interrupted(a, b):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        exercises.check("similarity.cosine", interrupted)


def test_printing_is_shown_only_with_a_wrong_answer(capsys):
    def talkative(a, b):
        print("a is", tuple(a.shape), "x" * 10_000)
        return a @ b.T

    exercises.check("similarity.cosine", talkative)
    out = capsys.readouterr().out
    assert "printed   a is (" in out
    assert len(out) < 2500


def test_answers_may_be_numpy_or_lists():
    def with_numpy(vectors):
        vectors = vectors.numpy()
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    for answer in (with_numpy, lambda v: with_numpy(v).tolist(), lambda v: [*with_numpy(v)]):
        assert exercises.strict("similarity.normalise", answer).status == "right"


def test_rounding_in_half_precision_is_refused():
    def rounded(vectors):
        return torch.nn.functional.normalize(vectors.half(), dim=1)

    for seed in range(5):
        result = exercises.strict("similarity.normalise", rounded, seed)
        assert (result.status, result.misconception) == ("wrong", None)


def test_the_expected_value_is_never_shown():
    """The hidden reference is right, so a message that held it would hold the right answer."""
    result = exercises.strict("zero_shot.auroc", lambda scores, truth: 12345.0)
    assert "expected" not in str(result)
    numbers = [float(x) for x in re.findall(r"\d+\.\d+|\d+", str(result).split("tried")[0])]
    assert numbers == []


def test_inputs_are_fresh_at_every_check():
    seen = []

    def recording(a, b):
        if a.numel() > 8:  # the smallest inputs, whole numbers, may come again
            seen.append(a.numpy().tobytes())
        return torch.cosine_similarity(a[:, None], b[None], dim=2)

    for _ in range(3):
        assert exercises.strict("similarity.cosine", recording).status == "right"
    assert len(seen) >= 9 and len(set(seen)) == len(seen)


def test_a_hard_coded_answer_is_refused():
    first = {}

    def memorised(scores, truth):
        return first.setdefault("value", 0.75)

    assert exercises.strict("zero_shot.auroc", memorised).status == "wrong"


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ValueError, match="no exercise is called 'cosine'.*similarity.cosine"):
        exercises.check("cosine", None)


def test_exchanged_arguments_are_named():
    with pytest.raises(TypeError, match="the name of the exercise comes first"):
        exercises.check(["a", "list"], "zero_shot.prompts")


# Progress


def test_progress_survives_a_restart_and_forgets_nothing(tmp_path):
    environment = os.environ | {"CLIPKIT_PROGRESS": str(tmp_path / "kept" / "progress.json")}

    def python(code):
        done = subprocess.run(
            [sys.executable, "-c", "from clipkit import exercises as e\n" + code],
            env=environment, capture_output=True, text=True, check=True, cwd=ROOT,
        )  # fmt: skip
        return done.stdout

    python(
        "e.check('zero_shot.prompts', lambda a, b: [[t.format(x) for t in b] for x in a])\n"
        "e.check('zero_shot.classify', lambda a, b: a)"
    )
    text = python("e.check('zero_shot.prompts', None)\nprint(e.progress())")
    assert re.search(r"zero_shot.prompts +right", text)
    assert re.search(r"altogether .* 1 of \d+", text)
    kept = json.loads((tmp_path / "kept" / "progress.json").read_text())
    assert kept["exercises"] == {"zero_shot.classify": "tried", "zero_shot.prompts": "right"}


def test_not_started_leaves_no_file():
    exercises.check("similarity.cosine", None)
    assert not record.path().exists()


def test_a_broken_file_is_an_empty_one():
    record.path().write_text("{]")
    assert record.read() == {}
    exercises.check("similarity.normalise", lambda vectors: vectors)
    assert record.read() == {"similarity.normalise": "tried"}


def test_a_home_that_cannot_be_written_does_not_stop_a_lesson(monkeypatch, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CLIPKIT_PROGRESS", str(tmp_path / "file" / "progress.json"))
    exercises.check("similarity.normalise", lambda vectors: vectors)
    assert "not yet" in capsys.readouterr().out


def test_an_input_that_holds_nan_is_not_taken_for_changed():
    given = np.array([1.0, np.nan])
    assert engine._same(given, given.copy())
    assert not engine._same(given, given[::-1])
    assert not engine._same(given, np.array([1.0, 2.0]))


def test_progress_is_the_same_in_text_and_html():
    table = record.Progress(["similarity.cosine"], {"similarity.cosine": "right"})
    total = sum(name.startswith("similarity.") for name in EXERCISES)
    for shown in (repr(table), table._repr_html_()):
        assert f"1 of {total}" in shown
        assert f"0 of {sum(name.startswith('zero_shot.') for name in EXERCISES)}" in shown
        assert f"1 of {len(EXERCISES)}" in shown
