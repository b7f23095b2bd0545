"""What a shop writes about a product, made from the product's specification, and read back.

Texts are composed by chance from the phrase tables of `clipstudio.vocabulary`, so that two of
them are rarely alike, and say nothing that the specification does not. `read_caption` finds the
facts in a text by rules of its own: tests compare what it finds with the specification.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

import numpy as np

from clipstudio import vocabulary
from clipstudio.definitions import DEFINITIONS
from clipstudio.grammar import capital, expand, pick, tidy

FACTS = ("category", "colour", "pattern", "material", "design")
SHORT_WORDS = 14

# One of these opens a caption that names its medium; what they claim holds for every picture.
_PHOTO_OF = (
    "a photo of {a}",
    "a photo of {a}",
    "a photo of {a}",
    "photo of {a}",
    "a picture of {a}",
    "picture of {a}",
    "an image of {a}",
    "product photo of {a}",
    "a product photo: {a}",
    "a photograph of {a}",
    "a catalogue picture of {a}",
    "shop picture, {a}",
    "{a}, product photo",
    "{a} in an online shop",
    "this is {a}",
    "a photo of the {bare}",
    "{a}, a picture from a shop",
    "a good photo of {a}",
    "here you see {a}",
    "{a} for sale",
    "for sale: {a}",
    "a snapshot of {a}",
    "an example of {a}",
    "the {bare}",
)
_GREY_PHOTO_OF = (
    "a black and white photo of {a}",
    "black and white picture of {a}",
    "a greyscale photo of {a}",
    "a monochrome picture of {a}",
    "{a}, black and white photo",
    "{a} in a black and white picture",
)
_CLOSE_UP_OF = (
    "a close-up of {a}",
    "close-up photo of {a}",
    "{a}, close up",
    "{a} seen from close by",
)
_FROM_ABOVE = ("{a} seen from above", "{a} photographed from above", "{a}, top view")
_FLAT_LAY = ("a flat lay of {a}", "flat lay: {a}", "{a} laid out flat", "{a} seen from above")
_PLACES = {  # backgrounds on which a product may lie or stand
    "wooden floor": "on a wooden floor",
    "table top": "on a table",
    "carpet": "on a carpet",
    "rug": "on a rug",
    "tiles": "on a tiled floor",
    "concrete": "on concrete",
    "grass": "on the grass",
    "cloth": "on a sheet",
    "white": "on a white background",
}


def _style(product) -> vocabulary.Style:
    """Return the words of a product's design; unknown ones are spoken of by name."""
    known = vocabulary.STYLES.get((product.category, product.design))
    return known or vocabulary.Style(before=(product.design,))


def _shares_a_stem(phrase: str, noun: str) -> bool:
    """Tell whether a word of ``phrase`` is said again in ``noun`` ("denim denims")."""
    stems = [{word[:4] for word in re.findall(r"\w{3,}", text)} for text in (phrase, noun)]
    return bool(stems[0] & stems[1])


class _Writer:
    """The phrases one caption is composed of; draws a noun once and keeps to its number."""

    def __init__(self, product, rng, mention: Collection[str], rate=0.6, general=0.1):
        self.product = product
        self.rng = rng
        self.rate = rate  # how often a fact is said where it may be
        self.general = general  # how often a more general name stands for the category's
        self.told: set[str] = set()
        self.facts = [fact for fact in FACTS if fact in mention]
        self.entry = vocabulary.ENTRIES[product.category]
        self.group = vocabulary.GROUPS[self.entry.group]
        self.praise = self._deck(self.group.praise)
        self.noun, self.number = self._draw_noun()

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    # -- words ---------------------------------------------------------------------------------

    def _draw_noun(self) -> tuple[str, str]:
        if "category" not in self.facts:
            return pick(self.rng, ("item", "product", "piece", "article", "thing")), "one"
        entry = self.entry
        if self.chance(self.general):
            kind = pick(self.rng, entry.kinds)
            if kind in vocabulary.MASS_KINDS:
                return kind, "mass"
            return kind, "many" if kind in vocabulary.PLURAL_KINDS else "one"
        number = pick(self.rng, [n for n in ("one", "pair", "many") if getattr(entry, n)])
        names = [name for name in getattr(entry, number) if self._fits(name)]
        if self.said("design", 0.35):
            both = entry.one and entry.many
            nouns = [
                noun
                for noun in _style(self.product).nouns
                if self._fits(noun) and (not both or noun.endswith("s") == (number != "one"))
            ]
            if nouns:
                return pick(self.rng, nouns), number
        return (names[0] if self.chance(0.4) else pick(self.rng, names)), number

    def _fits(self, name: str) -> bool:
        """Tell whether a name is free of materials, save the product's own if it may be said."""
        own = {self.product.material} if "material" in self.facts else set()
        others = vocabulary.MATERIALS.keys() - own
        return not any(re.search(rf"\b{other}\b", name) for other in others)

    def colour(self, name: str | None = None) -> str:
        words = vocabulary.COLOURS.get(name or self.product.colour, (name or self.product.colour,))
        return words[0] if self.chance(0.5) else pick(self.rng, words)

    def _second(self) -> bool:
        """Tell whether the second colour may be said: it shows for certain in patterns alone."""
        product = self.product
        return product.pattern != "plain" and product.second_colour not in (None, product.colour)

    def _material(self) -> vocabulary.Stuff:
        name = self.product.material
        return vocabulary.MATERIALS.get(name) or vocabulary.Stuff((name,), (name,), ())

    def _pattern(self) -> vocabulary.Pattern:
        name = self.product.pattern
        return vocabulary.PATTERNS.get(name) or vocabulary.Pattern((name,), (f"with {name}",))

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
        before, after = [], []
        if self.chance(praise):
            before.append(self.praise())
        colour = self.said("colour", 1.2 * rate)
        pattern = self.said("pattern", rate if self.product.pattern != "plain" else 0.35 * rate)
        if colour or pattern:
            self._surface(before, after, colour, pattern)
        if self.said("material", 0.8 * rate):
            stuff = self._material()
            part = vocabulary.PARTS.get(self.product.design) or vocabulary.PARTS.get(
                self.product.category
            )
            if self.chance(0.7):
                before.append(pick(self.rng, stuff.before))
            elif part and "category" in self.facts:
                after.append(f"with a {pick(self.rng, stuff.before)} {part}")
            else:
                made = pick(self.rng, ("made of", "made from", "in", "of"))
                after.append(f"{made} {pick(self.rng, stuff.of)}")
        if self.said("design", 0.5 * rate):
            style = _style(self.product)
            if style.after and (not style.before or self.chance(0.5)):
                after.append(pick(self.rng, style.after))
            elif style.before:
                word = pick(self.rng, style.before)
                before.insert(0 if word in vocabulary.SHAPES else len(before), word)
        words = [self.noun]
        for word in reversed(before):
            if not _shares_a_stem(word, " ".join(words)):
                words.insert(0, word)
        after.sort(key=lambda words: words.startswith("with"))
        if len(after) > 1 and all(re.match("with (?!no )", words) for words in after[-2:]):
            after[-1] = "and" + after[-1].removeprefix("with")
        after = [more for more in after if not _shares_a_stem(more, self.noun)]
        return " ".join([*words, *after])

    def _surface(self, before: list, after: list, colour: bool, pattern: bool) -> None:
        """Say colour and pattern, together or apart, before the noun or after it."""
        words = self._pattern()
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

    def slots(self) -> dict:
        """Return the words of the sentence templates, agreeing with the noun in number."""
        one = self.number in ("one", "mass")
        entry, stuff, pattern = self.entry, self._material(), self._pattern()
        washable = entry.group in ("clothes", "headwear", "accessories")
        cloth = self.product.material in vocabulary.CLOTH
        kinds = [k for k in entry.kinds if k not in vocabulary.MASS_KINDS | vocabulary.PLURAL_KINDS]
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
            "stuff": stuff.of,
            "virtue": stuff.virtues or ("good",),
            "care": stuff.care if washable or not cloth else vocabulary.CLOTH_CARE,
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
            "definition": DEFINITIONS[self.product.category],
        }

    def _deck(self, options: tuple[str, ...]):
        """Return a function that draws from ``options`` and repeats none before all are drawn."""
        left = []

        def draw() -> str:
            if not left:
                left.extend(options[i] for i in self.rng.permutation(len(options)))
            return left.pop()

        return draw

    def remarks(self) -> dict[str, tuple[str, ...]]:
        """Return what may follow the first sentence, by topic: facts that may be mentioned."""
        remarks = {}
        if "category" in self.facts:
            remarks |= _REMARKS
        if "colour" in self.facts:
            remarks["colour"] = _COLOUR_REMARKS
        if "pattern" in self.facts:
            plain = self.product.pattern == "plain"
            remarks["pattern"] = _PLAIN_REMARKS if plain else _PATTERN_REMARKS
            if self._second() and "colour" in self.facts and self._pattern().marks:
                remarks["pattern"] += _MARKS_REMARKS
        if "material" in self.facts:
            remarks["material"] = _MATERIAL_REMARKS
            remarks["care"] = ("{care}",)
        return remarks

    def sentences(self, n_remarks: int) -> str:
        """Write a first sentence and ``n_remarks`` more, each on a topic of its own."""
        words = self.slots()
        opener = pick(self.rng, _OPENERS if "category" in self.facts else _BARE_OPENERS)
        text = [expand(opener, self.rng, words)]
        remarks = self.remarks()
        topics = [str(topic) for topic in self.rng.permutation(list(remarks))]
        if self.chance(0.7):  # what has not been said yet comes first, what has been last
            news = {"colour", "pattern", "material"} - self.told
            topics.sort(key=lambda topic: (topic in self.told, topic not in news))
        topics = topics[:n_remarks]
        text += [expand(pick(self.rng, remarks[topic]), self.rng, words) for topic in topics]
        return " ".join(tidy(sentence, sentence=True) for sentence in text)


_OPENERS = (
    "{rich}",
    "{rich}",
    "{rich} for {use}",
    "{rich}, made for {use}",
    "{rich}, with {trait}",
    "{this} {praise} {np} {is} made for {use}",
    "{this} {np} {has} {trait}",
    "meet our {np}",
    "for {use}: {rich}",
    "new in: {rich}",
    "{rich} for {plain_use} and {plain_use}",
    "{this} {np} {is} a [safe|good|fine] choice for {use}",
    "our {np} {is} right for {use}",
    "[in search of something|looking for something|something] for {use}? [try|take] {this} {np}",
    "{praise} and {praise}: {rich}",
    "{rich}, [new|back] in stock",
    "[here we have|here comes|we present|we recommend] {rich}",
    "{rich} that {is} made for {use}",
    "[just in|back in stock|our favourite]: {rich}",
)
_BARE_OPENERS = ("{rich}", "this is {rich}", "here is {rich}", "{a}", "we call this {rich}")
_REMARKS = {
    "trait": ("with {trait}", "{it} {has} {trait}", "note {its} [best|finest] feature: {trait}"),
    "fit": ("{fit}",),
    "occasion": ("{occasion}",),
    "use": (
        "good for {use}",
        "good for {plain_use} and {plain_use}",
        "ideal for {use}",
        "perfect for {use}",
        "[just right|made|great|wonderful] for {use}",
        "we like {them} for {use}",
        "a {praise} {kind} for {use}",
        "[think of|at home with] {use}",
        "many of our customers buy {them} for {use}",
    ),
    "praise": (
        "{praise} and {praise}",
        "{praise}, {praise} and {praise}",
        "[simply|honestly|pleasantly] {praise}",
        "{it} {is} {praise}",
    ),
}
# Where a definition stands alone, colour and pattern follow it.
_DEFINITIONS = (
    "{definition}",
    "{definition}",
    "{definition}, in {colour}",
    "{definition}, {patterned}",
    "{colour}, {definition}",
    "{colour}: {definition}",
)
_COLOUR_REMARKS = (
    "the colour is {colour}",
    "in [a lovely|a rich|a fine|] {colour}",
    "{it} come{s} in {colour}",
    "colour: {colour}",
    "here in {colour}",
    "the {colour} [goes with many things|never tires the eye|looks fresh]",
)
_PLAIN_REMARKS = ("{it} {is} {patterned}", "no pattern, no fuss", "{patterned} all over")
_PATTERN_REMARKS = (
    "{it} {is} {patterned}",
    "pattern: {pattern}",
    "the [eye-catcher|highlight]: {pattern}",
    "we love the {patterned} look",
)
_MARKS_REMARKS = (
    "the {marks} are {second}",
    "with {second} {marks} on {colour}",
    "{marks} in {second} [catch the eye|stand out|do the rest]",
)
_MATERIAL_REMARKS = (
    "made of {stuff}",
    "the material is {stuff}, {virtue}",
    "{stuff}",
    "{it} {is} made [of|from] {stuff}",
    "material: {stuff}",
    "{stuff}, {virtue}",
    "the {stuff} is {virtue}",
    "we chose {stuff} because it is {virtue}",
    "{virtue}, because {it} {is} made of {stuff}",
)

_TITLES = (
    "{np}",
    "{np}",
    "{np}",
    "{np}",
    "{noun}, {tail}",
    "{noun} in {tail}",
    "{praise} {np}",
    "{np} for {use}",
    "{np}, with {trait}",
    "{np} – {praise} and {praise}",
    "{noun} – {tail}",
    "{np}, {praise}",
)


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


def _tags(writer: _Writer, label: bool = False) -> list[str]:
    """Return single words for the facts: one each, the second colour by chance."""
    words = []
    if "category" in writer.facts:
        words.append(_bare_name(writer) if label else writer.noun)
    if "colour" in writer.facts:
        words.append(writer.colour())
    if "pattern" in writer.facts:
        words.append(pick(writer.rng, writer._pattern().before))
    if "material" in writer.facts:
        words.append(pick(writer.rng, writer._material().before))
    return words


def _bare_name(writer: _Writer) -> str:
    """Return a name as search boxes know it; "denim" only for what is made of it."""
    name = pick(writer.rng, writer.entry.labels)
    return name if writer._fits(name) else writer.noun


def title(product, rng: np.random.Generator) -> str:
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
    >>> from types import SimpleNamespace
    >>> mug = SimpleNamespace(category="mug", design="straight", colour="teal",
    ...                       second_colour="white", pattern="plain", material="ceramic")
    >>> facts = read_caption(title(mug, np.random.default_rng(3)))
    >>> facts["category"], facts["colour"]
    (('mug',), ('teal',))
    """
    return _title(_Writer(product, rng, FACTS, general=0.0))


def _title(writer: _Writer) -> str:
    rng = writer.rng
    words = writer.slots()
    words["noun"] = writer.noun
    words["np"] = lambda: writer.phrase(rate=0.75, praise=0.1)
    tail = _tags(writer)[1:]
    keep = rng.permutation(len(tail))[: 1 + int(rng.random() * 2)]
    words["tail"] = ", ".join(tail[i] for i in keep)
    template = pick(rng, _TITLES)
    if "in {tail}" in template:
        words["tail"] = writer.colour if "colour" in writer.facts else ("stock", "demand")
    text = capital(tidy(expand(template, rng, words)))
    if writer.chance(0.15):
        text = re.sub(
            r"(?<![\w'])(?!(?:and|with|a|an|of|in|for|from|the|on|to)\b)[a-z]",
            lambda m: m[0].upper(),
            text,
        )
    return text


def description(product, rng: np.random.Generator) -> str:
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
    writer = _Writer(product, rng, FACTS, rate=0.85, general=0.0)
    return writer.sentences(pick(rng, (0, 1, 1, 1, 2, 2, 2)))


def _grouped(facts: list[str], writer: _Writer) -> list[str]:
    """Drop facts by chance, so that any of them may stand alone."""
    kept = [fact for fact in facts if writer.chance(0.65)]
    if set(kept) - {"design"}:
        return kept
    return [pick(writer.rng, [fact for fact in facts if fact != "design"])]


def _label(writer: _Writer) -> str:
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


def _photo_of(writer: _Writer, shot, pose: str | None, grey: bool) -> str:
    """Write "a photo of ...", with what is known to be true of the picture."""
    frames = _PHOTO_OF
    if grey:
        frames = _GREY_PHOTO_OF
    elif shot is not None and writer.chance(0.5):
        if shot.zoom >= 1.5:
            frames = _CLOSE_UP_OF
        elif pose == "flat":
            frames = _FLAT_LAY
        elif (shot.pitch or 0) >= 50 and pose in ("standing", "side"):
            frames = _FROM_ABOVE
    bare = writer.phrase(praise=0.1)
    words = {"bare": bare, "a": writer.with_article(bare)}
    text = expand(pick(writer.rng, frames), writer.rng, words)
    if shot is not None and pose in ("standing", "side", "flat") and writer.chance(0.2):
        text += " " + _PLACES.get(shot.background, "")
    return tidy(text)


def _definition(writer: _Writer) -> str:
    """Say what the thing is without its name, at times with its colour or its pattern."""
    said = [
        form
        for form in _DEFINITIONS
        if ("colour" in writer.facts or "{colour}" not in form)
        and ("pattern" in writer.facts or "{patterned}" not in form)
    ]
    return tidy(expand(pick(writer.rng, said), writer.rng, writer.slots()))


def caption(
    product,
    rng: np.random.Generator,
    shot=None,
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
        writer = _Writer(product, rng, mention)
        text = writer.sentences(1 + int(rng.random() * 2.4))
        if "category" in mention and writer.chance(0.2):
            text += " " + tidy(expand("{definition}", rng, writer.slots()), sentence=True)
        return text
    while True:
        text = _short(product, rng, shot, pose, mention, grey)
        if len(text.split()) <= SHORT_WORDS:
            return text


def _short(product, rng, shot, pose, mention, grey) -> str:
    writer = _Writer(product, rng, mention)
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
    for category, entry in vocabulary.ENTRIES.items():
        styles = [style for key, style in vocabulary.STYLES.items() if key[0] == category]
        own = {*entry.one, *entry.pair, *entry.many, *entry.kinds, *entry.labels} - {"denim"}
        for name in [*own, *(noun for style in styles for noun in style.nouns)]:
            for form in (name, name + "s"):
                names.setdefault(_spelling(form), set()).add(category)
    return names


_CATEGORY_OF = _names()
_COLOUR_OF = {
    _spelling(word): colour for colour, words in vocabulary.COLOURS.items() for word in words
}
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
            name for name in vocabulary.ENTRIES if all(name in found for found in named)
        )
    facts |= _colours(text)
    for fact, rules in (("pattern", _PATTERN_RULES), ("material", _MATERIAL_RULES)):
        taken, found = text, []
        for name, rule in rules.items():
            if name == "plain":
                hit = re.search(rf"\b(?:{rule})\b", taken)
            else:
                hit = _finds(taken, rf"\b(?:{rule})\b")
            if hit:
                found.append(name)
                taken = re.sub(rf"\b(?:{rule})\b", ";", taken)
        if found:
            facts[fact] = tuple(found)
    return facts


def _categories(text: str) -> list[set[str]]:
    """Return what each name in the text may mean; of two side by side the last one counts."""
    found = []
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
