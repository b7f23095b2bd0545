"""Reports say what is there, deny what is not, and read as hospitals write."""

import re
from collections import Counter

import numpy as np
import pytest

from clipstudio import reports
from clipstudio.build import ARCHIVES
from clipstudio.chest import DEVICES, FINDINGS, KINDS, Finding, Findings, Patient
from clipstudio.grammar import article
from clipstudio.reports import Fact, read_report, size_class
from clipstudio.splits import KEPT_BACK
from pretraining.corpus import render_radiographs, sample_texts, write_caption


def cases(n, seed=0, style="A"):
    rng = np.random.default_rng(seed)
    for _ in range(n):
        yield Patient.random(rng, style), Findings.random(rng), rng


def agrees(fact, item):
    """Whether what was read may be said of a finding: silence is allowed."""
    return (
        fact.name == item.name
        and fact.side in (None, item.side)
        and fact.zone in (None, item.zone)
        and (fact.size in (None, size_class(item.size)) or item.name in DEVICES)
    )


def falsehoods(facts, findings):
    """What was read although the specification says otherwise."""
    wrong = []
    for fact in facts:
        same = [item for item in findings if item.name == fact.name]
        if fact.status == "absent":
            if any(fact.side is None or fact.side in item.sides for item in same):
                wrong.append(fact)
        elif not any(agrees(fact, item) for item in same):
            wrong.append(fact)
    return wrong


def missing(facts, findings):
    """The findings that were not read with their side, place and size."""

    def found(item):
        size = None if item.name in DEVICES else size_class(item.size)
        return any(
            fact.name == item.name
            and fact.status != "absent"
            and fact.side == item.side
            and fact.zone == item.zone
            and fact.size == size
            for fact in facts
        )

    return [item for item in findings if not found(item)]


@pytest.mark.parametrize("style", reports.STYLES)
def test_reports_are_true_and_complete(style):
    for patient, findings, rng in cases(1500, seed=1, style=style):
        written = reports.report(patient, findings, rng, style)
        for part in (written.text, written.findings):
            facts = read_report(part)
            assert not falsehoods(facts, findings), (part, findings)
            assert not missing(facts, findings), (part, findings)
        assert not falsehoods(read_report(written.impression), findings), written.impression


@pytest.mark.parametrize("style", reports.STYLES)
@pytest.mark.parametrize("name", list(KINDS))
def test_every_finding_in_every_place_and_size(name, style):
    rng = np.random.default_rng(2)
    kind = KINDS[name]
    for side in kind.sides or (None,):
        for zone in kind.zones or (None,):
            for size in (0.0, 0.2, 0.5, 0.8, 1.0):
                findings = Findings([Finding(name, side, size, zone)])
                for _ in range(8):
                    text = reports.report(Patient(), findings, rng, style).text
                    facts = read_report(text)
                    assert not falsehoods(facts, findings) and not missing(facts, findings), text


def test_the_reader_would_notice_a_false_report():
    """The tests above have teeth: another patient's report is found to be false."""
    written = [(reports.report(*case).text, case[1]) for case in cases(400, seed=3)]
    others = [findings for _, findings, _ in cases(400, seed=4)]
    swapped = [
        (text, other)
        for (text, own), other in zip(written, others, strict=True)
        if {(i.name, i.side) for i in own} != {(i.name, i.side) for i in other}
    ]
    caught = sum(
        bool(falsehoods(read_report(text), other) or missing(read_report(text), other))
        for text, other in swapped
    )
    assert caught == len(swapped) > 300


def test_what_is_hedged_is_there_and_small():
    hedged = present = 0
    for patient, findings, rng in cases(1500, seed=5):
        for fact in read_report(reports.report(patient, findings, rng).text):
            present += fact.status == "present"
            if fact.status == "uncertain":
                hedged += 1
                assert any(
                    agrees(fact, item) and size_class(item.size) == "small" for item in findings
                )
    assert 0.02 < hedged / present < 0.3


@pytest.mark.parametrize("style", reports.STYLES)
def test_much_of_what_is_absent_is_denied(style):
    denied = Counter()
    for patient, findings, rng in cases(500, seed=6, style=style):
        facts = read_report(reports.report(patient, findings, rng, style).findings)
        denied.update({fact.name for fact in facts if fact.status == "absent"})
    assert set(FINDINGS) <= set(denied) and min(denied[name] for name in FINDINGS) > 100


def test_normal_films():
    rng = np.random.default_rng(7)
    for style in reports.STYLES:
        for _ in range(300):
            written = reports.report(Patient.random(rng), Findings(), rng, style)
            assert all(fact.status == "absent" for fact in read_report(written.text))
            assert {fact.name for fact in read_report(written.impression)} >= {
                "pneumothorax",
                "oedema",
                "consolidation",
                "pleural effusion",
            }


@pytest.mark.parametrize("style", reports.STYLES)
def test_grammar(style):
    for patient, findings, rng in cases(1000, seed=8, style=style):
        written = reports.report(patient, findings, rng, style)
        for part in (written.findings, written.impression):
            assert part.endswith(".") and part == part.strip() and "  " not in part, part
            assert not re.search(r"[{}\[\]|]|\s[,.;]|\.\.|,,", part), part
            assert not re.search(r"\b(\w{2,}) \1\b", part, re.IGNORECASE), part
            for given, word in re.findall(r"(?<![\w-])(an?) ([\w-]+)", part):
                assert given == article(word), part
            for sentence in re.split(r"(?<=[a-z)]\.) ", part):
                first = re.sub(r"^(\d+\. )?[?-]? ?", "", sentence)[0]
                assert not first.islower() or sentence.startswith(("-ve", "?")), part


def test_reports_are_rarely_alike():
    for style in reports.STYLES:
        texts = [reports.report(p, f, rng, style).text for p, f, rng in cases(1000, 9, style)]
        assert len(set(texts)) > 950
    findings = Findings([Finding("pleural effusion", "left", 0.5)])
    rng = np.random.default_rng(10)
    same = {reports.report(Patient(), findings, rng).text for _ in range(1000)}
    assert len(same) > 900


def test_the_hospitals_write_differently():
    words = {}
    for style in reports.STYLES:
        texts = " ".join(
            reports.report(p, f, rng, style).text for p, f, rng in cases(300, 11, style)
        )
        words[style] = Counter(re.findall(r"[\w#-]+", texts))
    assert words["B"]["PTX"] > 20 and not words["A"]["PTX"]
    assert words["A"]["There"] > 20 and not words["B"]["There"]
    assert words["A"]["Impression"] == words["B"]["CONCLUSION"] == 300


def test_view_and_quality_are_the_patients():
    rng = np.random.default_rng(12)
    texts = [reports.report(p, f, rng).findings for p, f, _ in cases(800, seed=12)]
    for (patient, _, _), text in zip(cases(800, seed=12), texts, strict=True):
        other = {"PA": "AP", "AP": "PA"}[patient.projection]
        assert not re.search(rf"\b{other}\b", text), text
        if re.search(r"the patient is rotated|limited by rotation", text, re.IGNORECASE):
            assert abs(patient.rotation) > 5
        if "shallow" in text or "Low lung volumes" in text:
            assert patient.inspiration < 0.35


@pytest.mark.parametrize("length", ("short", "long", None))
def test_captions_are_true(length):
    for patient, findings, rng in cases(1000, seed=13):
        text = reports.radiograph_caption(patient, findings, rng, length)
        assert text and not falsehoods(read_report(text), findings), (text, findings)
        assert length != "short" or len(text.split()) <= 14
        for given, word in re.findall(r"(?<![\w-])(an?) ([\w-]+)", text):
            assert given == article(word), text


def test_bad_arguments():
    case = Patient(), Findings(), np.random.default_rng(0)
    with pytest.raises(ValueError, match="one of A, B"):
        reports.report(*case, style="C")
    with pytest.raises(ValueError, match="'short', 'long' or None"):
        reports.radiograph_caption(*case, length="medium")


def test_hospital_a_never_shows_names_or_denies_what_it_keeps_back():
    words = "|".join(reports._READ_TERMS[name] for name in KEPT_BACK)
    archive, rng = ARCHIVES["A"], np.random.default_rng(15)
    assert set(archive.kept_back) == set(KEPT_BACK)
    others: set[str] = set()
    for _ in range(2500):
        patient = Patient.random(rng)
        findings = Findings.random(rng, archive.normal, archive.prevalence)
        others |= {item.name for item in findings}
        assert not others & set(KEPT_BACK)
        texts = [reports.report(patient, findings, rng, "A", KEPT_BACK).text]
        texts += [
            write_caption({"patient": patient.to_dict(), "findings": findings.to_dict()}, rng)
        ]
        for text in texts:
            assert not re.search(rf"(?<!\w)(?:{words})(?!\w)", text.lower()), text
    assert others == set(KINDS) - set(KEPT_BACK)


def test_hospital_b_shows_and_names_them():
    archive, rng = ARCHIVES["B"], np.random.default_rng(16)
    assert not archive.kept_back
    shown, denied = Counter(), Counter()
    for _ in range(600):
        patient = Patient.random(rng, "B")
        findings = Findings.random(rng, archive.normal, archive.prevalence)
        shown.update(item.name for item in findings)
        for fact in read_report(reports.report(patient, findings, rng, "B").text):
            denied[fact.name] += fact.status == "absent"
    assert min(shown[name] for name in KEPT_BACK) > 30
    assert denied["pneumothorax"] > 100 and denied["hiatal hernia"] > 100


def test_the_recipe_draws_films_of_hospital_a():
    _, specifications = render_radiographs(np.random.default_rng(17), 12, 32)
    drawn = {item["name"] for each in specifications for item in each["findings"]["items"]}
    assert drawn and not drawn & set(KEPT_BACK)
    words = re.compile("|".join(reports._READ_TERMS[name] for name in KEPT_BACK))
    assert not [text for text in sample_texts(1500) if words.search(text.lower())]


def test_what_users_type_first_occurs_in_captions():
    prompts = ("x-ray", "xray", "chest x-ray", "x-ray of the chest", "CXR", "x-ray image", "film")
    prompts += ("x-ray showing", "a photo of a", "a picture of a", "healthy", "no findings")
    prompts += ("pneumonia", "edema", "enlarged heart", "broken rib", "fluid around the lung")
    counts = Counter()
    for patient, findings, rng in cases(8000, seed=14):
        text = reports.radiograph_caption(patient, findings, rng)
        counts.update(prompt for prompt in prompts if re.search(rf"\b{prompt}\b", text))
    assert min(counts[prompt] for prompt in prompts) >= 15, counts


# -- the reader on texts that no generator wrote ---------------------------------------------------


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("No pneumothorax.", [Fact("pneumothorax", "absent")]),
        (
            "A small pneumothorax cannot be excluded.",
            [Fact("pneumothorax", "uncertain", None, "small")],
        ),
        ("The heart is not enlarged.", [Fact("cardiomegaly", "absent")]),
        (
            "Left effusion, no pneumothorax.",
            [Fact("pleural effusion", "present", "left"), Fact("pneumothorax", "absent")],
        ),
        (
            "No change in the large right effusion.",
            [Fact("pleural effusion", "present", "right", "large")],
        ),
        (
            "No effusion on the left but a small effusion on the right.",
            [
                Fact("pleural effusion", "absent", "left"),
                Fact("pleural effusion", "present", "right", "small"),
            ],
        ),
        ("Pneumothorax is not seen.", [Fact("pneumothorax", "absent")]),
        (
            "No lung markings beyond the line, in keeping with a pneumothorax.",
            [Fact("pneumothorax", "present")],
        ),
        (
            "No mass or nodule apart from a tiny nodule at the left base.",
            [
                Fact("mass", "absent"),
                Fact("nodule", "absent"),
                Fact("nodule", "present", "left", "small", "lower"),
            ],
        ),
        (
            "?small R PTX. Nil effusion.",
            [
                Fact("pneumothorax", "uncertain", "right", "small"),
                Fact("pleural effusion", "absent"),
            ],
        ),
        ("The lungs are not clear.", []),
        ("Clear visualisation of the ribs.", []),
        ("", []),
    ],
)
def test_reader_by_hand(text, facts):
    assert read_report(text) == facts


def test_size_classes():
    assert [size_class(s) for s in (0, 0.33, 0.34, 0.66, 0.67, 1)] == [
        "small",
        "small",
        "moderate",
        "moderate",
        "large",
        "large",
    ]
