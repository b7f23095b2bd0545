"""What a shop writes about a product, made from the product's specification, and read back.

Texts are composed by chance from the phrase tables of `clipstudio.words`, so that two of
them are rarely alike, and say nothing that the specification does not. `read_caption` finds the
facts in a text by rules of its own: tests compare what it finds with the specification.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable

import numpy as np

from clipstudio.camera import Shot
from clipstudio.grammar import Words, capital, expand, pick, tidy
from clipstudio.product import Product
from clipstudio.vocabulary import SENTENCES, SHOP, Design

FACTS = ("category", "colour", "pattern", "material", "design")
SHORT_WORDS = 14


def _design(product: Product) -> Design:
    """Return the words of a product's design; one without words is spoken of by its name."""
    known = SHOP.designs[product.category].get(product.design)
    return known or Design(before=(product.design,))


def _shares_a_stem(phrase: str, noun: str) -> bool:
    """Tell whether a word of ``phrase`` is said again in ``noun`` ("denim denims")."""
    stems = [{word[:4] for word in re.findall(r"\w{3,}", text)} for text in (phrase, noun)]
    return bool(stems[0] & stems[1])


class Writer:
    """The phrases one caption is composed of; draws a noun once and keeps to its number."""

    def __init__(
        self,
        product: Product,
        rng: np.random.Generator,
        mention: Collection[str],
        rate: float = 0.6,
        general: float = 0.1,
    ) -> None:
        self.product = product
        self.rng = rng
        self.rate = rate  # how often a fact is said where it may be
        self.general = general  # how often a more general name stands for the category's
        self.told: set[str] = set()
        self.facts = [fact for fact in FACTS if fact in mention]
        self.entry = SHOP.categories[product.category]
        self.group = SHOP.groups[self.entry.group]
        self.material = SHOP.materials[product.material]
        self.pattern = SHOP.patterns[product.pattern]
        self.praise = self._deck(self.group.praise)
        self.noun, self.number = self._draw_noun()

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    # -- words ---------------------------------------------------------------------------------

    def _draw_noun(self) -> tuple[str, str]:
        if "category" not in self.facts:
            return pick(self.rng, SENTENCES.anything), "one"
        entry = self.entry
        if self.chance(self.general):
            kind = pick(self.rng, entry.kinds)
            if kind in SHOP.mass_kinds:
                return kind, "mass"
            return kind, "many" if kind in SHOP.plural_kinds else "one"
        number = pick(self.rng, [n for n in ("one", "pair", "many") if getattr(entry, n)])
        names = [name for name in getattr(entry, number) if self._fits(name)]
        if self.said("design", 0.35):
            both = entry.one and entry.many
            nouns = [
                noun
                for noun in _design(self.product).nouns
                if self._fits(noun) and (not both or noun.endswith("s") == (number != "one"))
            ]
            if nouns:
                return pick(self.rng, nouns), number
        return (names[0] if self.chance(0.4) else pick(self.rng, names)), number

    def _fits(self, name: str) -> bool:
        """Tell whether a name is free of materials, save the product's own if it may be said."""
        own = {self.product.material} if "material" in self.facts else set()
        others = SHOP.materials.keys() - own
        return not any(re.search(rf"\b{other}\b", name) for other in others)

    def colour(self, name: str | None = None) -> str:
        words = SHOP.colours[name or self.product.colour]
        return words[0] if self.chance(0.5) else pick(self.rng, words)

    def _second(self) -> bool:
        """Tell whether the second colour may be said: it shows for certain in patterns alone."""
        product = self.product
        return product.pattern != "plain" and product.second_colour not in (None, product.colour)

    def said(self, fact: str, rate: float) -> bool:
        """Decide whether to say a fact now, and remember it."""
        says = fact in self.facts and self.chance(rate)
        if says:
            self.told.add(fact)
        return says

    # -- noun phrases --------------------------------------------------------------------------

    def phrase(self, rate: float | None = None, praise: float = 0.25) -> str:
        """Return a noun phrase without article: adjectives in their order, noun, what follows."""
        rate = rate or self.rate
        before: list[str] = []
        after: list[str] = []
        if self.chance(praise):
            before.append(self.praise())
        colour = self.said("colour", 1.2 * rate)
        pattern = self.said("pattern", rate if self.product.pattern != "plain" else 0.35 * rate)
        if colour or pattern:
            self._surface(before, after, colour, pattern)
        if self.said("material", 0.8 * rate):
            part = _design(self.product).part or self.entry.part
            if self.chance(0.7):
                before.append(pick(self.rng, self.material.before))
            elif part and "category" in self.facts:
                after.append(f"with a {pick(self.rng, self.material.before)} {part}")
            else:
                made = pick(self.rng, SENTENCES.made)
                after.append(f"{made} {pick(self.rng, self.material.of)}")
        if self.said("design", 0.5 * rate):
            design = _design(self.product)
            if design.after and (not design.before or self.chance(0.5)):
                after.append(pick(self.rng, design.after))
            elif design.before:
                word = pick(self.rng, design.before)
                before.insert(0 if word in SHOP.shapes else len(before), word)
        words = [self.noun]
        for word in reversed(before):
            if not _shares_a_stem(word, " ".join(words)):
                words.insert(0, word)
        after.sort(key=lambda words: words.startswith("with"))
        if len(after) > 1 and all(re.match("with (?!no )", words) for words in after[-2:]):
            after[-1] = "and" + after[-1].removeprefix("with")
        after = [more for more in after if not _shares_a_stem(more, self.noun)]
        return " ".join([*words, *after])

    def _surface(self, before: list[str], after: list[str], colour: bool, pattern: bool) -> None:
        """Say colour and pattern, together or apart, before the noun or after it."""
        words = self.pattern
        if not pattern:
            if self.chance(0.85):
                before.append(self.colour())
            else:
                after.append(f"in {self.colour()}")
            return
        if not colour:
            if self.chance(0.65):
                before.append(pick(self.rng, words.before))
            else:
                after.append(pick(self.rng, words.after))
            return
        if self._second() and self.chance(0.55):
            second = self.colour(self.product.second_colour)
            if words.marks and self.chance(0.5):
                before.append(self.colour())
                after.append(f"with {second} {pick(self.rng, words.marks)}")
            elif self.chance(0.7):
                before += [f"{self.colour()} and {second}", pick(self.rng, words.before)]
            else:
                before.append(pick(self.rng, words.before))
                after.append(f"in {self.colour()} and {second}")
            return
        if self.chance(0.6):
            before += [self.colour(), pick(self.rng, words.before)]
        elif self.chance(0.5):
            before.append(self.colour())
            after.append(pick(self.rng, words.after))
        else:
            before.append(pick(self.rng, words.before))
            after.append(f"in {self.colour()}")

    def with_article(self, phrase: str) -> str:
        if self.number == "one":
            return f"a {phrase}"
        if self.number == "pair" and self.chance(0.5):
            return f"a pair of {phrase}"
        return phrase

    # -- sentences -----------------------------------------------------------------------------

    def slots(self) -> dict[str, Words]:
        """Return the words of the sentence templates, agreeing with the noun in number."""
        one = self.number in ("one", "mass")
        entry, material, pattern = self.entry, self.material, self.pattern
        washable = entry.group in ("clothes", "headwear", "accessories")
        kinds = [k for k in entry.kinds if k not in SHOP.mass_kinds + SHOP.plural_kinds]
        return {
            "it": "it" if one else "they",
            "them": "it" if one else "them",
            "its": "its" if one else "their",
            "is": "is" if one else "are",
            "has": "has" if one else "have",
            "this": "this" if one else "these",
            "s": "s" if one else "",
            "es": "es" if one else "",
            "a": lambda: self.with_article(self.phrase()),
            "np": lambda: self.phrase(praise=0),
            "rich": lambda: self.with_article(self.phrase(rate=self.rate + 0.25)),
            "colour": self.colour,
            "second": lambda: self.colour(self.product.second_colour),
            "stuff": material.of,
            "virtue": material.virtues,
            "care": material.care if washable or not material.cloth else SHOP.cloth_care,
            "patterned": pattern.before,
            "pattern": pattern.name,
            "marks": pattern.marks,
            "kind": kinds or [self.noun],
            "trait": self._deck(entry.traits),
            "use": self._deck(entry.uses),
            "plain_use": self._deck(tuple(use for use in entry.uses if " and " not in use)),
            "praise": self.praise,
            "occasion": self.group.occasions,
            "fit": self.group.fit,
            "definition": entry.definitions,
        }

    def _deck(self, options: tuple[str, ...]) -> Callable[[], str]:
        """Return a function that draws from ``options`` and repeats none before all are drawn."""
        left: list[str] = []

        def draw() -> str:
            if not left:
                left.extend(options[i] for i in self.rng.permutation(len(options)))
            return left.pop()

        return draw

    def remarks(self) -> dict[str, tuple[str, ...]]:
        """Return what may follow the first sentence, by topic: facts that may be mentioned."""
        topics = []
        if "category" in self.facts:
            topics += ["trait", "fit", "occasion", "use", "praise"]
        topics += [fact for fact in ("colour", "pattern", "material") if fact in self.facts]
        if "material" in self.facts:
            topics.append("care")
        remarks = {topic: getattr(SENTENCES.remarks, topic) for topic in topics}
        if "pattern" in remarks and self.product.pattern == "plain":
            remarks["pattern"] = SENTENCES.remarks.plain
        if (
            "pattern" in remarks
            and "colour" in self.facts
            and self._second()
            and self.pattern.marks
        ):
            remarks["pattern"] += SENTENCES.remarks.marks
        return remarks

    def sentences(self, n_remarks: int) -> str:
        """Write a first sentence and ``n_remarks`` more, each on a topic of its own."""
        words = self.slots()
        named = "category" in self.facts
        opener = pick(self.rng, SENTENCES.openers if named else SENTENCES.bare_openers)
        text = [expand(opener, self.rng, words)]
        remarks = self.remarks()
        topics = [str(topic) for topic in self.rng.permutation(list(remarks))]
        if self.chance(0.7):  # what has not been said yet comes first, what has been last
            news = {"colour", "pattern", "material"} - self.told
            topics.sort(key=lambda topic: (topic in self.told, topic not in news))
        topics = topics[:n_remarks]
        text += [expand(pick(self.rng, remarks[topic]), self.rng, words) for topic in topics]
        return " ".join(tidy(sentence, sentence=True) for sentence in text)


def _check_mention(mention: Iterable[str]) -> tuple[str, ...]:
    mention = tuple(mention)
    unknown = [fact for fact in mention if fact not in FACTS]
    if unknown:
        raise ValueError(
            f"A caption cannot mention {unknown[0]!r}; possible are {', '.join(FACTS)}."
        )
    if not set(mention) - {"design"}:
        raise ValueError("A caption needs a fact to mention: category, colour, pattern, material.")
    return mention


def _tags(writer: Writer, label: bool = False) -> list[str]:
    """Return single words for the facts: one each, the second colour by chance."""
    words = []
    if "category" in writer.facts:
        words.append(_bare_name(writer) if label else writer.noun)
    if "colour" in writer.facts:
        words.append(writer.colour())
    if "pattern" in writer.facts:
        words.append(pick(writer.rng, writer.pattern.before))
    if "material" in writer.facts:
        made = [w for w in writer.material.before if not _shares_a_stem(w, " ".join(words))]
        words.append(pick(writer.rng, made or writer.material.before))
    return words


def _bare_name(writer: Writer) -> str:
    """Return a name as search boxes know it; "denim" only for what is made of it."""
    name = pick(writer.rng, writer.entry.labels)
    return name if writer._fits(name) else writer.noun


def title(product: Product, rng: np.random.Generator) -> str:
    """Write the short title a shop would put above a product.

    Parameters
    ----------
    product : Product
        The specification; only its words are read.
    rng : numpy.random.Generator
        Chooses the words.

    Returns
    -------
    str
        Two to about a dozen words, a capital first, no full stop.

    Examples
    --------
    >>> mug = Product("mug", "straight", "teal", "white", material="ceramic")
    >>> facts = read_caption(title(mug, np.random.default_rng(3)))
    >>> facts["category"], facts["colour"]
    (('mug',), ('teal',))
    """
    return _title(Writer(product, rng, FACTS, general=0.0))


def _title(writer: Writer) -> str:
    rng = writer.rng
    words = writer.slots()
    words["noun"] = writer.noun
    words["np"] = lambda: writer.phrase(rate=0.75, praise=0.1)
    tail = _tags(writer)[1:]
    keep = rng.permutation(len(tail))[: 1 + int(rng.random() * 2)]
    words["tail"] = ", ".join(tail[i] for i in keep)
    template = pick(rng, SENTENCES.titles)
    if "in {tail}" in template:
        words["tail"] = writer.colour if "colour" in writer.facts else SENTENCES.available
    text = capital(tidy(expand(template, rng, words)))
    if writer.chance(0.15):
        text = re.sub(
            r"(?<![\w'])(?!(?:and|with|a|an|of|in|for|from|the|on|to)\b)[a-z]",
            lambda m: m[0].upper(),
            text,
        )
    return text


def description(product: Product, rng: np.random.Generator) -> str:
    """Write a description of one to three sentences: synonyms, uses, materials, fit, care.

    Parameters
    ----------
    product : Product
        The specification.
    rng : numpy.random.Generator
        Chooses the words.

    Returns
    -------
    str
        Sentences with capitals and full stops.
    """
    writer = Writer(product, rng, FACTS, rate=0.85, general=0.0)
    return writer.sentences(pick(rng, (0, 1, 1, 1, 2, 2, 2)))


def _grouped(facts: list[str], writer: Writer) -> list[str]:
    """Drop facts by chance, so that any of them may stand alone."""
    kept = [fact for fact in facts if writer.chance(0.65)]
    if set(kept) - {"design"}:
        return kept
    return [pick(writer.rng, [fact for fact in facts if fact != "design"])]


def _label(writer: Writer) -> str:
    """Write a bare label or a list of tags."""
    rng = writer.rng
    form = rng.random()
    if form < 0.25 and "category" in writer.facts:
        return _bare_name(writer)
    if form < 0.6:
        words = _tags(writer, label=True)
        words = [words[i] for i in rng.permutation(len(words))]
        return pick(rng, (", ", ", ", " ", " | ")).join(words[: 1 + int(rng.random() * 4)])
    if form < 0.7:
        names = [fact for fact in writer.facts if fact != "design"]
        pairs = [f"{name}: {word}" for name, word in zip(names, _tags(writer), strict=True)]
        return pick(rng, (", ", "; ")).join(pairs)
    phrase = writer.phrase(praise=0)
    return tidy(writer.with_article(phrase) if form < 0.85 else phrase)


def _photo_of(writer: Writer, shot: Shot | None, pose: str | None, grey: bool) -> str:
    """Write "a photo of ...", with what is known to be true of the picture."""
    frames = SENTENCES.photo_of
    if grey:
        frames = SENTENCES.grey_photo_of
    elif shot is not None and writer.chance(0.5):
        if shot.zoom >= 1.5:
            frames = SENTENCES.close_up_of
        elif pose == "flat":
            frames = SENTENCES.flat_lay
        elif (shot.pitch or 0) >= 50 and pose in ("standing", "side"):
            frames = SENTENCES.from_above
    bare = writer.phrase(praise=0.1)
    words = {"bare": bare, "a": writer.with_article(bare)}
    text = expand(pick(writer.rng, frames), writer.rng, words)
    if shot is not None and pose in ("standing", "side", "flat") and writer.chance(0.2):
        text += " " + SENTENCES.places.get(shot.background, "")
    return tidy(text)


def _definition(writer: Writer) -> str:
    """Say what the thing is without its name, at times with its colour or its pattern."""
    said = [
        form
        for form in SENTENCES.definitions
        if ("colour" in writer.facts or "{colour}" not in form)
        and ("pattern" in writer.facts or "{patterned}" not in form)
    ]
    return tidy(expand(pick(writer.rng, said), writer.rng, writer.slots()))


def caption(
    product: Product,
    rng: np.random.Generator,
    shot: Shot | None = None,
    mention: Collection[str] = FACTS,
    length: str | None = None,
    grey: bool = False,
    pose: str | None = None,
) -> str:
    """Write a caption for pretraining: a label, tags, a title, a sentence or a description.

    Parameters
    ----------
    product : Product
        The specification.
    rng : numpy.random.Generator
        Chooses the form and the words.
    shot : Shot, optional
        How the picture was taken; a close-up or a background is named only if this says so.
    mention : collection of str
        The facts that the caption may use, out of `FACTS`. A picture that was turned grey, for
        instance, must not be captioned with its colour.
    length : {"short", "long"}, optional
        "short" has at most 14 words, "long" is a description; by default both occur.
    grey : bool
        Whether the picture is black and white; this may then be said, and colours are not.
    pose : str, optional
        The product's pose in the picture (`clipstudio.POSES`); only with it the text may say
        that the product lies flat, is seen from above, or what it lies on.

    Returns
    -------
    str
        A true caption; facts are dropped by chance.

    Raises
    ------
    ValueError
        If ``mention`` or ``length`` is none of those listed.
    """
    mention = _check_mention(mention)
    if length not in ("short", "long", None):
        raise ValueError(f"A caption's length is 'short', 'long' or None, not {length!r}.")
    if grey:
        mention = tuple(fact for fact in mention if fact != "colour")
    if length == "long" or (length is None and rng.random() < 0.3):
        writer = Writer(product, rng, mention)
        text = writer.sentences(1 + int(rng.random() * 2.4))
        if "category" in mention and writer.chance(0.2):
            text += " " + tidy(expand("{definition}", rng, writer.slots()), sentence=True)
        return text
    while True:
        text = _short(product, rng, shot, pose, mention, grey)
        if len(text.split()) <= SHORT_WORDS:
            return text


def _short(
    product: Product,
    rng: np.random.Generator,
    shot: Shot | None,
    pose: str | None,
    mention: tuple[str, ...],
    grey: bool,
) -> str:
    writer = Writer(product, rng, mention)
    form = rng.random()
    if form < 0.35:
        writer.facts = _grouped(writer.facts, writer)
        if "category" in mention and "category" not in writer.facts:
            writer.noun, writer.number = writer._draw_noun()
        return _label(writer)
    if form < 0.6 or "category" not in mention:
        return _photo_of(writer, shot, pose, grey)
    if form < 0.72:
        return _definition(writer)
    if form < 0.87:
        return _title(writer)
    return writer.sentences(0)


# -- reading ---------------------------------------------------------------------------------------

_IGNORED = re.compile(
    r"\b(?:(?:black and white|greyscale|monochrome) (?:photo|picture|image|photograph)"
    r"|in (?:a )?black and white|(?:fresh|cut|dried) flowers|flowers in water"
    r"|(?:rubber|leather|wooden|glass|metal) (?:sole|handle|lid|buckle|strap|base)s?"
    r"|(?:on|against|in front of) an? [\w ]*?(?:background|backdrop|floor|wall|table|surface)"
    r"|(?:red|white) wine|(?:black|green|white) (?:tea|coffee)(?! mug| cup| pot)"
    r"|orange juice|glass of \w+|(?:roll|low|flap) top(?! pack)"
    r"|ear cups|on an? (?:\w+ ){0,2}(?:heel|wedge|platform)|rolled top|dress(?:ed)? (?:up|down)"
    r"|(?:long|short|cap|shirt) sleeves"
    r"|shirt collar|top view|hat stand|coat hook|cap toe|belt loops?)\b"
)
_PATTERN_RULES = {
    "plain": r"plain|solid(?= coloured)?(?! wood| metal| built)|unpatterned|unprinted"
    r"|(?:no|without an?|without) (?:pattern|prints?)(?! \w+ed)",
    "striped": r"strip(?:es?|ed|y)",
    "checked": r"check(?:s|ed|ered)?|gingham|squares",
    "dotted": r"(?:polka )?dot(?:s|ted|ty)?|spots|spotted",
    "floral": r"floral|flowery|flowers?(?! vase)|blossoms",
    "plaid": r"plaid|tartan",
    "speckled": r"speckle[sd]?|fleck(?:s|ed)",
    "zigzag": r"zigzags?|chevrons?",
    "camouflage": r"camouflage|camo",
    "two-tone": r"two tones?|colour block|two coloured",
}
_MATERIAL_RULES = {
    "canvas": r"(?:cotton )?canvas",
    "cotton": r"cotton",
    "denim": r"denim(?!s)",
    "wool": r"wool(?:len)?",
    "knit": r"knit(?:ted|wear)?",
    "leather": r"leather",
    "suede": r"suede",
    "satin": r"satin",
    "silk": r"silk",
    "linen": r"linen",
    "velvet": r"velvet",
    "nylon": r"nylon",
    "straw": r"straw",
    "rubber": r"rubber",
    "ceramic": r"ceramic|stoneware|earthenware|glazed|clay",
    "glass": r"glass",
    "metal": r"metal",
    "wood": r"wood(?:en)?",
    "plastic": r"plastic",
}
_MARK = re.compile(
    r"(?:polka |bands of )?(?:strip|check|squares|dot|spots|flower|blossom|speckle|fleck|zigzag"
    r"|chevron|lines)"
)
_NEGATION = re.compile(
    r"\b(?:no|not|never|without|isn t|aren t|neither|nor|rather than)(?: (?!but )\w+){0,3} $"
)


def _spelling(text: str) -> str:
    """Lower case, hyphens and apostrophes as spaces, punctuation apart."""
    text = re.sub(r"[-'’/|]", lambda m: " | " if m[0] == "|" else " ", text.lower())
    return " ".join(re.sub(r"([,.;:?!–|])", r" \1 ", text).split())


def _alternatives(words: Iterable[str]) -> re.Pattern:
    """Return a pattern that finds the longest of ``words`` first, as whole words."""
    ordered = sorted({_spelling(word) for word in words}, key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(map(re.escape, ordered)) + r")\b")


def _names() -> dict[str, set[str]]:
    """Return every name of a product, with its plural, and the categories it may mean."""
    names: dict[str, set[str]] = {}
    for category, entry in SHOP.categories.items():
        designs = SHOP.designs.get(category, {}).values()
        own = {*entry.one, *entry.pair, *entry.many, *entry.kinds, *entry.labels} - {"denim"}
        for name in [*own, *(noun for design in designs for noun in design.nouns)]:
            for form in (name, name + "s"):
                names.setdefault(_spelling(form), set()).add(category)
    return names


_CATEGORY_OF = _names()
_COLOUR_OF = {_spelling(word): colour for colour, words in SHOP.colours.items() for word in words}
_CATEGORY = _alternatives(_CATEGORY_OF)
_COLOUR = _alternatives(_COLOUR_OF)


def _finds(text: str, pattern: re.Pattern | str) -> list[re.Match]:
    """Find a pattern where it is not denied ("not red", "without stripes")."""
    found = re.finditer(pattern, text)
    return [match for match in found if not _NEGATION.search(text[: match.start()])]


def read_caption(text: str) -> dict[str, tuple[str, ...]]:
    """Find the facts that a caption states about a product.

    Parameters
    ----------
    text : str
        Any text; what is denied ("not red") is not a fact.

    Returns
    -------
    dict
        "category", "colour", "second_colour", "pattern" and "material", as far as the text states
        them. Each is a tuple of the studio's names; a category that the text leaves open ("shoes")
        gives all it may mean, a contradiction ("a mug, a sofa") gives an empty tuple.

    Examples
    --------
    >>> read_caption("Dark blue tee with white stripes, made of cotton")
    {'category': ('t-shirt',), 'colour': ('navy',), 'second_colour': ('white',),
     'pattern': ('striped',), 'material': ('cotton',)}
    >>> read_caption("a pair of shoes, not red")
    {'category': ('sneaker', 'sandal', 'ankle boot', 'high-heeled shoe')}
    """
    text = _IGNORED.sub(" ; ", _spelling(text))
    facts: dict[str, tuple[str, ...]] = {}
    if named := _categories(text):
        facts["category"] = tuple(
            name for name in SHOP.categories if all(name in found for found in named)
        )
    facts |= _colours(text)
    for fact, rules in (("pattern", _PATTERN_RULES), ("material", _MATERIAL_RULES)):
        taken, found = text, []
        for name, rule in rules.items():
            words = rf"\b(?:{rule})\b"
            if re.search(words, taken) if name == "plain" else _finds(taken, words):
                found.append(name)
                taken = re.sub(words, ";", taken)
        if found:
            facts[fact] = tuple(found)
    return facts


def _categories(text: str) -> list[set[str]]:
    """Return what each name in the text may mean; of two side by side the last one counts."""
    found: list[set[str]] = []
    end = -2
    for match in _finds(text, _CATEGORY):
        if match.start() == end + 1 and found:
            found.pop()
        found.append(_CATEGORY_OF[match[0]])
        end = match.end()
    return found


def _colours(text: str) -> dict[str, tuple[str, ...]]:
    """Tell the main colour from the second: "navy and white", "with white dots"."""
    main, second, end = [], [], None
    for match in _finds(text, _COLOUR):
        name = _COLOUR_OF[match[0]]
        before, after = text[: match.start()], text[match.end() :]
        of_marks = re.search(r"\bwith $", before) and _MARK.match(after.lstrip())
        marks_are = re.search(r"(\w+) (?:are|in) $", before)
        pair = end is not None and text[end : match.start()] == " and "
        if of_marks or pair or (marks_are and _MARK.match(marks_are[1])):
            second.append(name)
        else:
            main.append(name)
        end = match.end()
    found = {"colour": tuple(dict.fromkeys(main)), "second_colour": tuple(dict.fromkeys(second))}
    return {fact: names for fact, names in found.items() if names}
