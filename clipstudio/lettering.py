"""Words in pictures: printed on a product, or on a tag, a label, a sticker or a box beside it."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from clipstudio.materials import COLOURS, check_name

SUPPORTS: dict[str, str] = {
    "print": "printed on the product itself",
    "hang-tag": "on a tag that hangs from the product by a thread",
    "price label": "on a card that stands before the product",
    "sticker": "on a round or square sticker on the product",
    "box": "on a cardboard box beside the product",
}
"""What words are written on."""
LONGEST, MOST_LINES = 12, 2
"""Most characters in a line, and most lines."""


@dataclass(frozen=True)
class Lettering:
    r"""Words in a picture.

    Parameters
    ----------
    text : str
        One or two lines (parted by "\n") of up to twelve printable characters.
    on : str
        A name in SUPPORTS.
    ink, ground : str
        Names in COLOURS: of the letters, and of what they are written on (a print has no ground
        of its own: it is the product's).

    Examples
    --------
    >>> Lettering("SALE", "hang-tag").words()
    'SALE'
    >>> Lettering("SALE\n-50%", "sticker", ink="white", ground="red").words()
    'SALE -50%'
    """

    text: str
    on: str = "print"
    ink: str = "black"
    ground: str = "white"

    def __post_init__(self) -> None:
        check_name("support of a lettering", self.on, SUPPORTS)
        check_name("ink", self.ink, COLOURS)
        check_name("ground", self.ground, COLOURS)
        lines = self.text.split("\n") if isinstance(self.text, str) else []
        if not (1 <= len(lines) <= MOST_LINES and all(1 <= len(t) <= LONGEST for t in lines)):
            raise ValueError(
                f"a text has 1 to {MOST_LINES} lines of 1 to {LONGEST} characters, "
                f"got {self.text!r}"
            )
        if not all(t.isprintable() and t.strip() for t in lines):
            raise ValueError(f"a text is made of printable characters, got {self.text!r}")

    def lines(self) -> list[str]:
        """Return the text line by line."""
        return self.text.split("\n")

    def words(self) -> str:
        """Return the text in one line, as a caption says it."""
        return " ".join(self.lines())

    def to_dict(self) -> dict:
        """Plain values, ready for JSON."""
        return asdict(self)


# ------------------------------------------------------------------------------ drawing at random
PRINTED: tuple[str, ...] = ("mug", "t-shirt", "long-sleeved top", "pullover", "hoodie", "handbag")
"""Categories that are sold with words printed on them."""
STUCK: tuple[str, ...] = ("mug", "vase", "bottle", "teapot", "handbag", "backpack")
"""Categories on which a sticker holds."""
OFFERS = ("SALE", "NEW", "-50%", "-20%", "SALE\n-30%", "BEST\nBUY", "LAST ONE", "2 FOR 1")
PRICES = ("9.99", "19.90", "24.50", "49.00", "79.95", "5.00", "12.50", "129.00")
SAYINGS = (
    "HELLO",
    "LOVE",
    "SUMMER",
    "COFFEE",
    "MUSIC",
    "PARIS",
    "TENNIS",
    "DREAM",
    "OCEAN",
    "PIZZA",
) + ("GOOD\nMORNING", "NO. 7", "TEAM\nBLUE", "OH YES", "MONDAY", "EST. 1998", "GARDEN", "LUCKY")
"""Words that have nothing to do with any product."""
NAMES: dict[str, str] = {
    "long-sleeved top": "LONG\nSLEEVE",
    "high-heeled shoe": "HIGH HEELS",
    "ankle boot": "BOOTS",
    "sneaker": "SNEAKERS",
    "sandal": "SANDALS",
    "table lamp": "LAMP",
}
"""How a category is called on a label, where not by its own name."""
RELATIONS = ("agrees", "nothing", "another")
"""What the words say: the product's own name, an offer, a price or a saying, another product."""


def name_on_label(category: str) -> str:
    """How a category is written on a label.

    Examples
    --------
    >>> name_on_label("mug"), name_on_label("ankle boot")
    ('MUG', 'BOOTS')
    """
    return NAMES.get(category, category.upper())


def supports_for(category: str, pose: str) -> list[str]:
    """On what words can be written for a category's product in a pose."""
    supports = ["hang-tag"]
    if category in PRINTED:
        supports += ["print", "print"]
    if category in STUCK:
        supports.append("sticker")
    if pose in ("standing", "side"):
        supports += ["price label", "box"]
    return supports


def contrast(a: str, b: str) -> float:
    """How different two colours look (distance of their display values)."""
    x, y = (np.array(COLOURS[c]) ** (1 / 2.2) for c in (a, b))
    return float(np.linalg.norm(x - y))


def readable_ink(colours: tuple[str, ...]) -> str:
    """Return the ink that stands out most from the colours of what it is printed on.

    Examples
    --------
    >>> readable_ink(("black", "navy")), readable_ink(("white",))
    ('white', 'black')
    """
    inks = ("black", "white", "red", "navy", "yellow")
    return max(inks, key=lambda ink: min([contrast(ink, c) for c in colours], default=1.0))


def random_lettering(
    rng: np.random.Generator,
    category: str,
    categories: tuple[str, ...],
    supports: list[str],
    relation: str | None = None,
    colours: tuple[str, ...] = (),
) -> Lettering:
    """Words for a product of a category.

    The `relation` is drawn evenly where it is not given; a print stands out from `colours`.
    """
    drawn = RELATIONS[rng.integers(len(RELATIONS))]
    relation = check_name("relation", relation or drawn, RELATIONS)
    on = supports[rng.integers(len(supports))]
    if relation == "agrees":
        text = name_on_label(category)
    elif relation == "another":
        others = [c for c in categories if c != category]
        text = name_on_label(others[rng.integers(len(others))])
    else:
        pool = {"print": SAYINGS, "price label": PRICES + OFFERS, "sticker": OFFERS + SAYINGS}
        options = pool.get(on, OFFERS + PRICES + SAYINGS)
        text = options[rng.integers(len(options))]
    ground = ("white", "white", "beige", "yellow", "red", "black")[rng.integers(6)]
    if on == "box":
        ground = ("beige", "brown", "white")[rng.integers(3)]
    dark = ground in ("red", "black", "brown")
    ink = "white" if dark else ("black", "navy", "red")[rng.integers(3)]
    if on == "print":
        ink = readable_ink(colours)
    return Lettering(text, on, ink, ground)
