"""The training pictures: rendered once, in parallel, and kept in a folder of shards.

A shard is `N.npy`, uint8 pictures with the product's mask as fourth channel, beside `N.jsonl`, the
specification of each. Captions are written anew each time a picture is seen.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import cached_property
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import adaptive_avg_pool2d
from transformers import CLIPTokenizer

from clipkit.runs import checksum, whole
from clipstudio import (
    CATEGORIES,
    COLOURS,
    MATERIALS,
    PATTERNS,
    Findings,
    Group,
    Patient,
    Product,
    Shot,
    Wearer,
    Worn,
    lettered,
    photographs,
    radiograph,
    random_shot,
    subject_from_dict,
)
from clipstudio.build import KNOWN_PREVALENCE
from clipstudio.product import Subject
from clipstudio.reports import radiograph_caption
from clipstudio.scene_captions import subject_caption
from clipstudio.splits import KEPT_BACK, SEEDS, is_held_out
from clipstudio.subjects import PRINTED_CLOTHES, with_readable_ink
from pretraining.augment import augment, draw_grey
from pretraining.towers import PATCHES, train_tokenizer

VIEWS, COLOURINGS = 2, 3
"""Every shape is taken from two sides, in three combinations of colours and pattern."""
PIXELS = 80
PICTURES_IN_SHARD = 512
SUBJECTS = {"product": 0.50, "lettered": 0.12, "worn": 0.25, "group": 0.13}
"""Shares of the shapes that are rendered: products by themselves, with words, worn, and several."""
PRINTED_SHARE = 0.2
"""Share of worn clothes with words on them, of those that are sold so."""
RADIOGRAPH_SHARD = 24
"""Every twenty-fourth shard holds radiographs, all others products."""
LIKE_FILMS, LIKE_GROUPS, OFTEN = 0.08, 0.08, 1.5
"""Shares of the radiographs and of groups among what is drawn; how much more often a thing to wear
is drawn than one for the home, since the former are what real photographs are asked about."""
LONG_SHARE = 0.2
"""Share of the batches whose captions are descriptions of a few sentences."""
HOME = {
    *("mug", "teapot", "vase", "bottle", "table lamp"),
    *("chair", "stool", "sofa", "umbrella", "headphones"),
}
CLASSES = {
    "category": list(CATEGORIES),
    "design": [f"{name}, {design}" for name in CATEGORIES for design in CATEGORIES[name].designs],
    "colour": list(COLOURS),
    "pattern": list(PATTERNS),
    "material": list(MATERIALS),
}


@dataclass
class Batch:
    """What a step of training sees.

    Attributes
    ----------
    pixels : torch.Tensor of float32, shape (n, 3, p, p)
        Normalised as the processor does.
    input_ids, attention_mask : torch.Tensor of int64, shape (n, length)
    caption_ids : torch.Tensor of int64, shape (n,)
        Equal for equal captions, in every process.
    labels : dict of str to torch.Tensor of int64, shape (n,)
        The renderer's own labels; -100 where a picture has none.
    cover : torch.Tensor of float32, shape (n, patches)
        How much of each patch the product covers, 0 to 1.
    """

    pixels: torch.Tensor
    input_ids: torch.Tensor
    attention_mask: torch.Tensor
    caption_ids: torch.Tensor
    labels: dict[str, torch.Tensor]
    cover: torch.Tensor

    def to(self, device) -> Batch:
        labels = {name: values.to(device) for name, values in self.labels.items()}
        tensors = (self.pixels, self.input_ids, self.attention_mask, self.caption_ids)
        return Batch(*(tensor.to(device) for tensor in tensors), labels, self.cover.to(device))


# ---------------------------------------------------------------------------------- rendering


def random_product(rng: np.random.Generator) -> Product:
    """Return a product whose category and colour are not held out."""
    while True:
        product = Product.random(rng)
        if not is_held_out(product.category, product.colour):
            return product


def random_subject(rng: np.random.Generator) -> Subject:
    """Return a product alone, with words, worn, or among others, none of them held out."""
    kind = rng.choice(list(SUBJECTS), p=list(SUBJECTS.values()))
    while True:
        if kind == "worn":
            subject = Worn.random(rng)
        elif kind == "group":
            subject = Group.random(rng)
        else:
            subject = random_product(rng)
            subject = lettered(rng, subject) if kind == "lettered" else subject
        printable = kind == "worn" and subject.product.category in PRINTED_CLOTHES
        if printable and rng.random() < PRINTED_SHARE:
            subject = replace(subject, product=lettered(rng, subject.product, on="print"))
        if not any(is_held_out(p.category, p.colour) for p in subject.products):
            return subject


def recoloured(subject: Subject, rng: np.random.Generator) -> Subject:
    """Return the same objects in other colours and other patterns: their geometry stays.

    Of an outfit the product on sale changes, and the tone of who wears it.
    """
    if isinstance(subject, Group):
        twins: dict[Product, Product] = {}  # what was alike stays alike
        for product in subject.products:
            twins.setdefault(product, recoloured(product, rng))
        return replace(subject, products=tuple(twins[p] for p in subject.products))
    if isinstance(subject, Worn):
        twin = Wearer.random(rng, kind=subject.wearer.kind)
        wearer = replace(subject.wearer, skin=twin.skin, hair_colour=twin.hair_colour)
        return replace(subject, product=recoloured(subject.product, rng), wearer=wearer)
    while True:
        twin = Product.random(rng, category=subject.category, design=subject.design)
        if not is_held_out(twin.category, twin.colour):
            colours = {"colour": twin.colour, "second_colour": twin.second_colour}
            printed = subject.lettering is not None and subject.lettering.on == "print"
            pattern = subject.pattern if printed else twin.pattern
            new = replace(subject, **colours, pattern=pattern)
            return with_readable_ink(new)


def render_products(rng: np.random.Generator, n: int, pixels: int) -> tuple[np.ndarray, list[dict]]:
    """n pictures of products, alone and otherwise. -> (n, p, p, 4) uint8, specifications.

    Building a shape and tracing a view cost far more than colouring it, so each shape is taken
    from `VIEWS` sides, in `COLOURINGS` colourings, always in another room.
    """
    pictures, specifications = [], []
    while len(specifications) < n:
        shape = random_subject(rng)
        products = [shape] + [recoloured(shape, rng) for _ in range(COLOURINGS - 1)]
        for _ in range(VIEWS):
            view = random_shot(rng, shape)
            shots = [in_another_room(view, rng, product) for product in products]
            taken = list(zip(products, shots, strict=True))
            antialias, matt = int(rng.choice([1, 2])), bool(rng.random() < 0.5)
            if any(product.lettering for product in shape.products):
                antialias = 2  # or words could not be read
            pictures.append(photographs(taken, pixels, antialias, matt))
            specifications += [{"product": p.to_dict(), "shot": s.to_dict()} for p, s in taken]
    return np.concatenate(pictures)[:n], specifications[:n]


def in_another_room(shot: Shot, rng: np.random.Generator, product: Subject) -> Shot:
    """Return the same view in the same light, which is what costs most, on another background."""
    room = random_shot(rng, product)
    seed = room.seed - room.seed % 2 + shot.seed % 2  # an even or odd seed: light from one side
    return replace(shot, background=room.background, seed=seed)


def render_radiographs(rng: np.random.Generator, n: int, pixels: int):
    """n radiographs of hospital A, without a mask. -> (n, p, p, 4) uint8, specifications."""
    pictures, specifications = [], []
    for _ in range(n):
        patient = Patient.random(rng)
        findings = Findings.random(rng, prevalence=KNOWN_PREVALENCE)
        film = np.asarray(radiograph(patient, findings, pixels).convert("L"))
        pictures.append(np.dstack([film, film, film, np.zeros_like(film)]))
        specifications.append({"patient": patient.to_dict(), "findings": findings.to_dict()})
    return np.stack(pictures), specifications


def render_shard(folder: Path, number: int, pixels: int) -> int:
    """Render one shard and return its number; the specification file, written last, seals it."""
    rng = np.random.default_rng([SEEDS["pretraining"], number])
    draw = render_products if number % RADIOGRAPH_SHARD else render_radiographs
    pictures, specifications = draw(rng, PICTURES_IN_SHARD, pixels)
    with whole(folder / f"{number:05d}.npy") as part, part.open("wb") as file:
        np.save(file, pictures)
    lines = "".join(json.dumps(specification) + "\n" for specification in specifications)
    with whole(folder / f"{number:05d}.jsonl") as part:
        part.write_text(lines)
    return number


def render(folder: Path, pictures: int, processes: int = 1, pixels: int = PIXELS) -> None:
    """Render the shards that are still missing, in parallel; interrupt it whenever you like.

    Parameters
    ----------
    folder : Path
        The cache; is made where it is missing.
    pictures : int
        How many there shall be in the end, rounded up to whole shards.
    processes : int
        Renderers at work; one a core.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted = range(-(-pictures // PICTURES_IN_SHARD))
    missing = [n for n in wanted if not (folder / f"{n:05d}.jsonl").exists()]
    began = time.monotonic()
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        jobs = [pool.submit(render_shard, folder, n, pixels) for n in missing]
        for done, job in enumerate(as_completed(jobs), start=1):
            job.result()
            left = (time.monotonic() - began) / done * (len(missing) - done)
            print(f"shard {done}/{len(missing)}  {left / 60:.0f} min left", flush=True)


# ------------------------------------------------------------------------------------ reading


def write_caption(specification: dict, rng, grey: bool = False, length: str | None = None) -> str:
    """Return a new caption of a picture; that of a grey picture does not name its colour."""
    if "product" in specification:
        subject = subject_from_dict(specification["product"])
        return subject_caption(subject, rng, length=length, grey=grey)
    patient = Patient.from_dict(specification["patient"])
    findings = Findings.from_dict(specification["findings"])
    return radiograph_caption(patient, findings, rng, length=length, kept_back=KEPT_BACK)


def sample_texts(n: int = 40_000, seed: int = 0) -> list[str]:
    """Captions of random specifications, as training will write them: for the tokenizer."""
    rng = np.random.default_rng([SEEDS["pretraining"], 999_999, seed])
    texts = []
    for index in range(n):
        if index % 12:
            specification = {"product": random_subject(rng).to_dict()}
        else:
            patient = Patient.random(rng)
            findings = Findings.random(rng, prevalence=KNOWN_PREVALENCE)
            specification = {"patient": patient.to_dict(), "findings": findings.to_dict()}
        length = "long" if index % 3 == 0 else "short"
        texts.append(write_caption(specification, rng, length=length))
    return texts


class Corpus:
    """The shards of a folder in memory, and the batch of any step.

    Parameters
    ----------
    folder : Path
        Made by `render`.
    start : Path, optional
        A model to train on: its tokenizer is used in place of a new one.

    Raises
    ------
    FileNotFoundError
        If the folder holds no finished shard.
    """

    def __init__(self, folder: Path, start: Path | None = None):
        self.folder, self.start = Path(folder), start
        sealed = sorted(self.folder.glob("*.jsonl"))
        if not sealed:
            raise FileNotFoundError(
                f"{self.folder} holds no training pictures; make some with "
                f"`python -m pretraining render --cache {self.folder}`."
            )
        # In memory: reading single pictures from a memory map was slower than the training.
        self.pictures = np.concatenate([np.load(path.with_suffix(".npy")) for path in sealed])
        self.specifications = [
            json.loads(line) for path in sealed for line in path.read_text().splitlines()
        ]
        self.pixels = self.pictures.shape[1]
        self.shares = _shares(self.specifications)
        self.classes = {name: len(values) for name, values in CLASSES.items()}
        self.fingerprint = checksum([path.name for path in sealed], self.specifications)

    def __len__(self) -> int:
        return len(self.pictures)

    @cached_property
    def tokenizer(self) -> CLIPTokenizer:
        """That of the model to train on; or trained once on `texts`, then kept in the folder."""
        if self.start:
            return CLIPTokenizer.from_pretrained(self.start)
        path = self.folder / "tokenizer"
        if not path.exists():
            with whole(path) as part:
                train_tokenizer(self.texts()).save_pretrained(part)
        return CLIPTokenizer.from_pretrained(path)

    def texts(self) -> list[str]:
        """Return what the tokenizer was trained on, and the known words come from."""
        path = self.folder / "texts.json"
        if not path.exists():
            with whole(path) as part:
                part.write_text(json.dumps(sample_texts()))
        return json.loads(path.read_text())

    def batch(self, step: int, size: int, seed: int, rank: int = 0, ranks: int = 1) -> Batch:
        """Return the rows of process `rank` in a step; a function of its arguments alone."""
        rng = np.random.default_rng([seed, step])
        mine = rng.choice(len(self), size=size, p=self.shares)[rank::ranks]
        rng = np.random.default_rng([seed, step, rank])
        length = "long" if step % 10 < 10 * LONG_SHARE else "short"
        generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
        grey = draw_grey(len(mine), generator)
        specifications = [self.specifications[index] for index in mine]
        texts = [
            write_caption(specification, rng, bool(is_grey), length)
            for specification, is_grey in zip(specifications, grey, strict=True)
        ]
        tokens = self.tokenizer(texts, padding=True, truncation=True, return_tensors="pt")
        pixels, cover = self._pixels(mine, specifications, grey, generator)
        numbers = torch.tensor([_number(text) for text in texts])
        labels = _labels(specifications, grey)
        return Batch(pixels, tokens.input_ids, tokens.attention_mask, numbers, labels, cover)

    def batches(self, recipe, first: int, rank: int = 0, ranks: int = 1) -> Iterator[Batch]:
        """Yield the batches from step `first` on; the next is made while the model works."""
        with ThreadPoolExecutor(1) as ahead:

            def make(step):
                return ahead.submit(self.batch, step, recipe.batch_size, recipe.seed, rank, ranks)

            waiting = make(first)
            for step in range(first, recipe.steps):
                batch = waiting.result()
                waiting = make(step + 1)
                yield batch

    def _pixels(self, rows, specifications, grey, generator) -> tuple[torch.Tensor, torch.Tensor]:
        rgba = torch.from_numpy(self.pictures[rows]).permute(0, 3, 1, 2)
        turn = torch.tensor([_may_turn(specification) for specification in specifications])
        alone = torch.tensor([_is_alone(specification) for specification in specifications])
        pictures, masks = augment(rgba, grey, turn, alone, generator)
        cover = adaptive_avg_pool2d(masks, PATCHES).flatten(1)
        return (pictures - _MEAN) / _STD, cover


# The processor's own: OpenAI's mean and standard deviation of a picture's channels.
_MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(1, 3, 1, 1)
_STD = torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(1, 3, 1, 1)


def _products(specification: dict) -> list[dict]:
    """Return the products of a specification that a caption is about: none of a radiograph."""
    subject = specification.get("product")
    if subject is None:
        return []
    if "products" in subject:
        return subject["products"]
    return [subject["product"] if "wearer" in subject else subject]


def _may_turn(specification: dict) -> bool:
    """Whether a picture may be mirrored: not where there are words, nor a left and a right."""
    products = _products(specification)
    return len(products) == 1 and "lettering" not in products[0]


def _is_alone(specification: dict) -> bool:
    """Whether the mask is all that a caption speaks of: nobody wears it, no tag hangs on it."""
    beside = any(
        product.get("lettering", {}).get("on", "print") not in ("print", "sticker")
        for product in _products(specification)
    )
    return not beside and "wearer" not in specification.get("product", {})


def _kind(specification: dict) -> str:
    """Return the category of a picture's product, or "film" or "group"."""
    products = _products(specification)
    return products[0]["category"] if len(products) == 1 else "group" if products else "film"


def _shares(specifications: list[dict]) -> np.ndarray:
    """How often each picture is drawn: evenly over categories, with the wishes above."""
    kinds = [_kind(specification) for specification in specifications]
    weights = {kind: 1.0 if kind in HOME else OFTEN for kind in set(kinds)}
    apart = {"film": LIKE_FILMS, "group": LIKE_GROUPS}
    apart = {kind: share for kind, share in apart.items() if kind in weights}
    others = sum(weight for kind, weight in weights.items() if kind not in apart)
    for kind, share in apart.items():
        weights[kind] = share / (1 - sum(apart.values())) * max(others, 1.0)
    counts = Counter(kinds)
    shares = np.array([weights[kind] / counts[kind] for kind in kinds])
    return shares / shares.sum()


def _number(text: str) -> int:
    """Return the same 63-bit number for the same text, in every process."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def _value(products: list[dict], name: str) -> str | None:
    """Return what a specification says of one of `CLASSES`: true of all products."""

    def value(product: dict) -> str:
        return f"{product['category']}, {product['design']}" if name == "design" else product[name]

    values = {value(product) for product in products}
    return values.pop() if len(values) == 1 else None


def _labels(specifications: list[dict], grey: torch.Tensor) -> dict[str, torch.Tensor]:
    labels = {}
    for name, values in CLASSES.items():
        place = {value: number for number, value in enumerate(values)}
        rows = [place.get(_value(_products(s), name), -100) for s in specifications]
        labels[name] = torch.tensor(rows)
    labels["colour"] = labels["colour"].masked_fill(grey, -100)
    return labels
