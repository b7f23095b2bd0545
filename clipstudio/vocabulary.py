"""The words of the shop: what products, colours, patterns and materials are called.

Data only. Every word is true of everything it stands for: a synonym that fits one design alone
stands under that design (`DESIGN_NOUNS`), and whatever a `Trait` or a use says holds for every
design of its category.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """How a category is spoken of.

    Attributes
    ----------
    group : str
        Key of `GROUPS`.
    one, pair, many : tuple of str
        Names that take "a" ("mug"), that take "a pair of" ("jeans"), and plain plurals
        ("sneakers"). The first of them all is the usual name.
    kinds : tuple of str
        More general names; a plural stands in `PLURAL_KINDS`.
    labels : tuple of str
        Names as data sets and search boxes write them, without grammar ("longsleeve").
    traits : tuple of str
        What every design has: completes "with ...".
    uses : tuple of str
        What it is for: completes "for ...".
    """

    group: str
    one: tuple[str, ...] = ()
    pair: tuple[str, ...] = ()
    many: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    traits: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()


ENTRIES: dict[str, Entry] = {
    "t-shirt": Entry(
        "clothes",
        one=("t-shirt", "tee", "short-sleeved tee", "short-sleeved top"),
        kinds=("top", "garment", "piece of clothing"),
        labels=("t-shirt", "tshirt", "t shirt", "tee", "top", "t-shirt/top"),
        traits=("short sleeves",),
        uses=(
            "warm days",
            "the summer",
            "the gym",
            "sport and leisure",
            "every day",
            "lazy weekends",
            "holidays by the sea",
            "wearing on its own or under a layer",
        ),
    ),
    "long-sleeved top": Entry(
        "clothes",
        one=(
            "long-sleeved top",
            "long-sleeved tee",
            "long sleeve",
            "long-sleeve top",
            "longsleeve",
        ),
        kinds=("top", "garment", "piece of clothing"),
        labels=("longsleeve", "long sleeve", "long-sleeved top", "long sleeve top"),
        traits=("long sleeves",),
        uses=(
            "cooler days",
            "layering",
            "spring and autumn",
            "every day",
            "cool evenings",
            "slow weekends",
            "wearing as a light layer",
        ),
    ),
    "shirt": Entry(
        "clothes",
        one=("shirt", "button-up shirt", "buttoned shirt", "button-down", "button-up"),
        kinds=("top", "garment", "piece of clothing"),
        labels=("shirt", "button-up shirt", "top"),
        traits=("buttons down the front", "a button front", "a row of buttons"),
        uses=(
            "the office",
            "dinner out",
            "smart occasions",
            "work and weekends",
            "meetings",
            "a wedding or a party",
            "formal and casual days",
        ),
    ),
    "pullover": Entry(
        "clothes",
        one=("pullover", "jumper", "sweater"),
        kinds=("top", "garment", "piece of clothing"),
        labels=("pullover", "sweater", "jumper"),
        traits=("long sleeves",),
        uses=(
            "cold days",
            "chilly evenings",
            "autumn and winter",
            "keeping warm",
            "layering",
            "walks in the cold",
            "evenings by the fire",
        ),
    ),
    "hoodie": Entry(
        "clothes",
        one=("hoodie", "hooded sweatshirt", "hoody", "hooded top"),
        kinds=("top", "garment", "piece of clothing"),
        labels=("hoodie", "hooded sweatshirt", "hoody"),
        traits=("a hood", "long sleeves and a hood"),
        uses=(
            "lounging at home",
            "after training",
            "cool days",
            "sport and leisure",
            "windy days",
            "weekends",
            "the way to the gym",
        ),
    ),
    "jacket": Entry(
        "clothes",
        one=("jacket", "short jacket", "outdoor jacket"),
        kinds=("outer layer", "garment", "piece of outerwear"),
        labels=("jacket", "outerwear", "outwear"),
        traits=("long sleeves", "a front that opens"),
        uses=(
            "windy days",
            "between the seasons",
            "spring and autumn",
            "going out",
            "cool evenings",
            "the way to work",
            "wearing over other layers",
        ),
    ),
    "coat": Entry(
        "clothes",
        one=("coat", "overcoat"),
        kinds=("outer layer", "garment", "piece of outerwear"),
        labels=("coat", "outerwear", "outwear", "overcoat"),
        traits=("long sleeves", "a front that opens"),
        uses=(
            "winter",
            "cold weather",
            "frosty mornings",
            "wearing over everything else",
            "snow and wind",
            "the coldest days",
            "city walks in winter",
        ),
    ),
    "dress": Entry(
        "clothes",
        one=("dress", "frock"),
        kinds=("garment", "piece of clothing", "one-piece garment"),
        labels=("dress", "frock", "womens dress"),
        traits=("one line from shoulder to hem",),
        uses=(
            "summer parties",
            "weddings",
            "dancing",
            "a dinner date",
            "garden parties",
            "special occasions",
            "holidays",
            "the office and the evening after",
        ),
    ),
    "skirt": Entry(
        "clothes",
        one=("skirt",),
        kinds=("garment", "piece of clothing", "bottom"),
        labels=("skirt", "womens skirt"),
        traits=("a waistband", "a hem that hangs freely"),
        uses=(
            "the office",
            "dancing",
            "summer days",
            "parties",
            "work and weekends",
            "an evening out",
            "warm afternoons",
        ),
    ),
    "trousers": Entry(
        "clothes",
        pair=("trousers", "pants", "slacks", "long trousers"),
        kinds=("bottoms", "garment", "legwear"),
        labels=("trousers", "trouser", "pants", "slacks", "bottoms"),
        traits=("two long legs", "long legs", "a waistband"),
        uses=(
            "the office",
            "every day",
            "work and weekends",
            "meetings",
            "travelling",
            "smart and casual days",
            "long walks",
        ),
    ),
    "jeans": Entry(
        "clothes",
        pair=("jeans", "denims"),
        kinds=("pants", "garment", "legwear"),
        labels=("jeans", "denim", "pants", "jean"),
        traits=("long legs", "sturdy seams", "a waistband"),
        uses=(
            "every day",
            "weekends",
            "travelling",
            "hard work",
            "casual Fridays",
            "concerts and pubs",
            "wearing for years",
        ),
    ),
    "shorts": Entry(
        "clothes",
        pair=("shorts", "short pants", "summer shorts"),
        kinds=("bottoms", "garment", "legwear"),
        labels=("shorts", "short pants"),
        traits=("short legs", "short legs and a waistband"),
        uses=(
            "hot days",
            "the beach",
            "summer",
            "running and cycling",
            "holidays",
            "hiking",
            "games in the park",
        ),
    ),
    "sneaker": Entry(
        "footwear",
        one=("sneaker", "trainer", "sports shoe", "gym shoe"),
        many=("sneakers", "trainers", "kicks", "sports shoes", "gym shoes"),
        kinds=("shoe", "shoes", "footwear"),
        labels=("sneaker", "sneakers", "shoes", "shoe", "trainers", "footwear"),
        traits=("a rubber sole", "a cushioned sole", "a grippy sole"),
        uses=("walking all day", "the gym", "sport", "city streets", "training", "everyday wear"),
    ),
    "sandal": Entry(
        "footwear",
        one=("sandal", "summer sandal", "open shoe"),
        many=("sandals", "summer sandals", "open shoes"),
        kinds=("shoe", "shoes", "footwear"),
        labels=("sandal", "sandals", "shoes", "shoe", "footwear"),
        traits=("an open upper", "open toes", "plenty of air for the foot"),
        uses=(
            "hot days",
            "the beach",
            "the summer",
            "holidays",
            "the garden",
            "barefoot weather",
            "walks along the sea",
        ),
    ),
    "ankle boot": Entry(
        "footwear",
        one=("ankle boot", "bootie", "boot", "short boot"),
        many=("ankle boots", "booties", "boots", "short boots"),
        kinds=("shoe", "shoes", "footwear"),
        labels=("ankle boot", "ankle boots", "boots", "boot", "shoes", "footwear"),
        traits=("a shaft that covers the ankle", "a sturdy sole", "an ankle-high shaft"),
        uses=(
            "autumn and winter",
            "rainy days",
            "city walks",
            "cold pavements",
            "hiking in town",
            "wet leaves and puddles",
            "the cold season",
        ),
    ),
    "high-heeled shoe": Entry(
        "footwear",
        one=("high-heeled shoe", "high heel", "heeled shoe", "heel"),
        many=("high heels", "heels", "high-heeled shoes", "heeled shoes"),
        kinds=("shoe", "shoes", "footwear"),
        labels=("high heels", "heels", "high heel", "high-heeled shoe", "shoes", "footwear"),
        traits=("a high heel", "a raised heel"),
        uses=(
            "evenings out",
            "parties",
            "weddings",
            "dancing",
            "dressing up",
            "the office and the theatre",
            "special occasions",
        ),
    ),
    "hat": Entry(
        "headwear",
        one=("hat", "brimmed hat", "hat with a brim"),
        kinds=("headwear", "piece of headwear", "accessory"),
        labels=("hat", "brimmed hat", "headwear"),
        traits=("a brim all round", "a brim", "a crown and a brim"),
        uses=(
            "sunny days",
            "shade on the face",
            "the beach",
            "garden parties",
            "the races",
            "summer walks",
            "keeping the sun off",
        ),
    ),
    "cap": Entry(
        "headwear",
        one=("cap", "peaked cap"),
        kinds=("headwear", "hat", "piece of headwear", "accessory"),
        labels=("cap", "hat", "headwear", "peaked cap"),
        traits=("a peak at the front", "a peak over the eyes"),
        uses=(
            "sunny days",
            "shading the eyes",
            "street style",
            "bad hair days",
            "the park",
            "walks in the sun",
            "keeping the sun off the face",
        ),
    ),
    "beanie": Entry(
        "headwear",
        one=("beanie", "beanie hat", "winter hat", "brimless hat"),
        kinds=("headwear", "hat", "piece of headwear", "accessory"),
        labels=("beanie", "hat", "headwear", "winter hat"),
        traits=("a soft fit", "no brim"),
        uses=(
            "cold days",
            "warm ears",
            "winter walks",
            "skiing and sledging",
            "snow",
            "frosty mornings",
            "keeping the head warm",
        ),
    ),
    "scarf": Entry(
        "accessories",
        one=("scarf", "neck scarf", "muffler", "neck warmer"),
        kinds=("accessory", "piece of neckwear"),
        labels=("scarf", "muffler", "accessory"),
        traits=("enough length to wrap", "a soft drape"),
        uses=(
            "wrapping round the neck",
            "cold days",
            "warm necks",
            "a splash of style",
            "windy walks",
            "autumn and winter",
        ),
    ),
    "belt": Entry(
        "accessories",
        one=("belt", "waist belt", "belt with a buckle"),
        kinds=("accessory",),
        labels=("belt", "waist belt", "accessory"),
        traits=("a buckle", "a row of holes and a buckle"),
        uses=(
            "the waist",
            "holding everything up",
            "a well-defined waist",
            "work and weekends",
            "finishing an outfit",
            "every day",
        ),
    ),
    "handbag": Entry(
        "bags",
        one=("handbag", "bag", "purse", "ladies' bag", "hand bag"),
        kinds=("bag", "accessory"),
        labels=("handbag", "bag", "purse", "bags"),
        traits=("room for the essentials", "space for purse, phone and keys"),
        uses=(
            "phone, keys and make-up",
            "the office",
            "shopping",
            "an evening out",
            "days in town",
            "carrying the essentials",
            "going out",
        ),
    ),
    "backpack": Entry(
        "bags",
        one=("backpack", "rucksack", "knapsack", "daypack"),
        kinds=("bag",),
        labels=("backpack", "rucksack", "bag", "daypack"),
        traits=("two shoulder straps", "padded straps", "room for books and a laptop"),
        uses=(
            "school",
            "hiking",
            "the way to work",
            "books and a laptop",
            "travelling",
            "weekend trips",
            "carrying on both shoulders",
        ),
    ),
    "watch": Entry(
        "accessories",
        one=("watch", "wristwatch", "wrist watch", "timepiece"),
        kinds=("accessory",),
        labels=("watch", "wristwatch", "timepiece", "accessory"),
        traits=("a face that is easy to read", "a sturdy case", "a clear face"),
        uses=(
            "the wrist",
            "telling the time",
            "business and leisure",
            "being on time",
            "giving as a present",
            "every day",
        ),
    ),
    "sunglasses": Entry(
        "accessories",
        pair=("sunglasses", "shades", "sun specs", "specs", "dark glasses"),
        kinds=("eyewear", "accessory"),
        labels=("sunglasses", "shades", "eyewear", "glasses"),
        traits=("dark lenses", "two dark lenses", "tinted lenses"),
        uses=(
            "bright days",
            "the beach",
            "driving in the sun",
            "protecting the eyes",
            "skiing and sailing",
            "summer holidays",
            "bright sun",
        ),
    ),
    "mug": Entry(
        "tableware",
        one=("mug", "cup", "coffee mug", "coffee cup", "tea mug"),
        kinds=("piece of tableware", "kitchenware"),
        labels=("mug", "cup", "coffee mug", "tableware"),
        traits=("a handle", "a handle at the side", "a handle for safe hold"),
        uses=(
            "hot drinks",
            "coffee and tea",
            "the first coffee of the day",
            "cocoa",
            "the office kitchen",
            "a long tea break",
            "breakfast",
        ),
    ),
    "teapot": Entry(
        "tableware",
        one=("teapot", "tea pot", "pot for tea"),
        kinds=("piece of tableware", "kitchenware", "pot"),
        labels=("teapot", "tea pot", "pot", "kitchenware"),
        traits=("a spout and a handle", "a lid and a spout", "a curved spout"),
        uses=(
            "brewing tea",
            "tea with friends",
            "afternoon tea",
            "breakfast",
            "serving tea",
            "a quiet tea at four",
            "loose leaves",
        ),
    ),
    "vase": Entry(
        "homeware",
        one=("vase", "flower vase", "decorative vase"),
        kinds=("piece of homeware", "decoration"),
        labels=("vase", "flower vase", "homeware"),
        traits=("an open mouth", "room for fresh flowers"),
        uses=(
            "fresh flowers",
            "cut flowers",
            "a bouquet",
            "long stems",
            "a sideboard",
            "dried grasses",
            "a bunch of tulips",
        ),
    ),
    "bottle": Entry(
        "tableware",
        one=("bottle",),
        kinds=("vessel for drinks", "container for liquids"),
        labels=("bottle", "bottles"),
        traits=("a neck and a body", "an upright body", "a tight closure"),
        uses=(
            "cold drinks",
            "a picnic",
            "the dinner table",
            "filling and refilling",
            "keeping liquids",
            "the kitchen shelf",
        ),
    ),
    "table lamp": Entry(
        "homeware",
        one=("table lamp", "lamp", "electric lamp"),
        kinds=("lighting", "piece of homeware"),
        labels=("lamp", "table lamp", "lighting"),
        traits=("a steady base", "a bulb inside", "a base that will not tip"),
        uses=(
            "reading in bed",
            "a cosy light",
            "the bedside",
            "the desk",
            "late reading",
            "long evenings",
            "warm light at night",
        ),
    ),
    "chair": Entry(
        "furniture",
        one=("chair",),
        kinds=("seat", "piece of furniture"),
        labels=("chair", "seat", "furniture"),
        traits=("a seat and a backrest", "a backrest"),
        uses=(
            "the dining room",
            "the kitchen",
            "the desk",
            "long dinners",
            "reading",
            "guests",
            "sitting in comfort",
        ),
    ),
    "stool": Entry(
        "furniture",
        one=("stool", "backless stool"),
        kinds=("seat", "piece of furniture"),
        labels=("stool", "seat", "furniture"),
        traits=("no backrest", "a seat without a back"),
        uses=(
            "the kitchen",
            "an extra seat",
            "small rooms",
            "the counter",
            "the workshop",
            "sitting down for a moment",
        ),
    ),
    "sofa": Entry(
        "furniture",
        one=("sofa", "couch", "settee"),
        kinds=("seat", "piece of furniture"),
        labels=("sofa", "couch", "settee", "furniture"),
        traits=("a wide seat", "room to stretch out", "soft upholstery"),
        uses=(
            "the living room",
            "film nights",
            "afternoon naps",
            "the whole family",
            "guests",
            "lounging",
            "stretching out",
        ),
    ),
    "umbrella": Entry(
        "accessories",
        one=("umbrella", "brolly", "rain umbrella"),
        kinds=("accessory",),
        labels=("umbrella", "brolly", "parasol"),
        traits=("a handle", "a wide canopy", "strong ribs"),
        uses=(
            "rainy days",
            "keeping dry",
            "sudden showers",
            "wet weather",
            "a walk in the rain",
            "autumn storms",
        ),
    ),
    "headphones": Entry(
        "accessories",
        pair=("headphones", "stereo headphones"),
        kinds=("accessory", "audio gear"),
        labels=("headphones", "headset", "audio"),
        traits=("a headband and two ear cups", "padded ear cushions", "a headband"),
        uses=(
            "music",
            "podcasts",
            "the train",
            "video calls",
            "long flights",
            "gaming",
            "listening in peace",
        ),
    ),
}

PLURAL_KINDS = {"shoes", "bottoms", "pants"}
MASS_KINDS = {
    "footwear",
    "legwear",
    "headwear",
    "kitchenware",
    "eyewear",
    "audio gear",
    "lighting",
    "decoration",
}


@dataclass(frozen=True)
class Group:
    """What is said of all products of one kind."""

    praise: tuple[str, ...]
    occasions: tuple[str, ...]
    fit: tuple[str, ...]


GROUPS: dict[str, Group] = {
    "clothes": Group(
        praise=(
            "classic",
            "simple",
            "comfortable",
            "everyday",
            "casual",
            "timeless",
            "modern",
            "versatile",
            "easy-going",
            "smart",
            "elegant",
            "lovely",
            "well-made",
            "stylish",
        ),
        occasions=(
            "A [favourite|staple|keeper] for [every|any] wardrobe",
            "As smart or as relaxed as you make {them}",
            "Wear {it} [alone|on {its} own] or layered",
            "Made to be worn again and again",
            "As good at work as at the weekend",
            "Go{es} with [almost everything|nearly all you own]",
            "Look{s} [good|great|right] from morning till night",
        ),
        fit=(
            "Fit{s} true to size",
            "The cut is comfortable [and allows free movement|]",
            "Cut for comfort",
            "Available in [all|many] sizes",
            "Sizes XS to XL",
            "If between sizes, take the [larger|smaller] one",
            "Unisex cut",
            "[Men's|Women's|Unisex] sizes available",
        ),
    ),
    "footwear": Group(
        praise=(
            "classic",
            "simple",
            "comfortable",
            "lightweight",
            "everyday",
            "stylish",
            "modern",
            "sturdy",
            "well-made",
            "elegant",
        ),
        occasions=(
            "Comfortable from the first step",
            "Made for [many|long] miles",
            "A [step|stride] in the right direction",
            "Look{s} good with almost any outfit",
            "Good to the foot all day long",
            "Easy to put on and hard to take off",
        ),
        fit=(
            "Fit{s} true to size",
            "Sizes 36 to 45",
            "Run{s} a little [small|large]",
            "With a padded insole",
            "The insole is soft",
            "Half sizes available",
        ),
    ),
    "headwear": Group(
        praise=(
            "classic",
            "simple",
            "comfortable",
            "lightweight",
            "everyday",
            "stylish",
            "modern",
            "casual",
            "timeless",
        ),
        occasions=(
            "Finish{es} any outfit",
            "Keep{s} {its} shape",
            "Light enough to forget",
            "Easy to pack",
            "A small thing that makes the outfit",
        ),
        fit=(
            "One size fits most",
            "Sit{s} comfortably on the head",
            "Two sizes available",
            "Fit{s} heads from 54 to 60 cm",
        ),
    ),
    "bags": Group(
        praise=(
            "classic",
            "roomy",
            "handy",
            "practical",
            "everyday",
            "stylish",
            "modern",
            "sturdy",
            "elegant",
            "smart",
        ),
        occasions=(
            "Everything has {its} place",
            "Go{es} wherever the day goes",
            "Hold{s} a lot and weigh{s} little",
            "Look{s} better with every year",
            "A good companion for busy days",
        ),
        fit=(
            "[Fully lined|Lined inside]",
            "One main compartment",
            "Fit{s} a [tablet|paperback]",
            "Light to carry",
            "Stitched by hand",
        ),
    ),
    "accessories": Group(
        praise=(
            "classic",
            "simple",
            "handy",
            "lightweight",
            "stylish",
            "modern",
            "timeless",
            "elegant",
            "practical",
            "well-made",
        ),
        occasions=(
            "A [fine|thoughtful|welcome] gift",
            "A small luxury for every day",
            "Go{es} with almost everything",
            "Never out of fashion",
            "Made to last for years",
        ),
        fit=(
            "Come{s} in a gift box",
            "Suit{s} [women and men|everyone]",
            "Light and easy to carry",
            "One size",
        ),
    ),
    "tableware": Group(
        praise=(
            "simple",
            "handy",
            "classic",
            "sturdy",
            "charming",
            "lovely",
            "everyday",
            "practical",
            "beautiful",
            "modern",
        ),
        occasions=(
            "A [fine|thoughtful|welcome] gift for a new home",
            "Good in the hand",
            "Look{s} good on every table",
            "A pleasure to use every day",
            "Mix{es} well with what is already in the cupboard",
            "No two are quite alike",
        ),
        fit=(
            "Stand{s} firmly",
            "[Easy|Quick] to clean",
            "Made in small batches",
            "Sold singly",
            "Also available as a set",
        ),
    ),
    "homeware": Group(
        praise=(
            "simple",
            "decorative",
            "classic",
            "elegant",
            "charming",
            "lovely",
            "graceful",
            "modern",
            "beautiful",
            "stylish",
        ),
        occasions=(
            "A [fine|thoughtful|welcome] gift for a new home",
            "Look{s} good in every room",
            "An eye-catcher on any shelf",
            "Bring{s} a quiet corner to life",
            "At home in old houses and new flats",
        ),
        fit=(
            "Stand{s} firmly",
            "[Easy|Quick] to clean",
            "Made in small batches",
            "Arrive{s} well packed",
            "Also available in other sizes",
        ),
    ),
    "furniture": Group(
        praise=(
            "comfortable",
            "sturdy",
            "classic",
            "simple",
            "elegant",
            "modern",
            "stylish",
            "solidly built",
            "timeless",
            "handsome",
        ),
        occasions=(
            "At home in old houses and new flats",
            "Made for long evenings",
            "A good place to sit down",
            "Look{s} good in every room",
            "Invite{s} everybody to stay a little longer",
        ),
        fit=(
            "Hold{s} up to 120 kg",
            "Delivered ready to use",
            "Easy to put together",
            "Felt pads protect the floor",
            "Stable on every floor",
        ),
    ),
}

# The first word is the studio's own name and is used most; no word may fit another colour.
COLOURS: dict[str, tuple[str, ...]] = {
    "white": (
        "white",
        "snow white",
        "bright white",
        "pure white",
        "off-white",
        "chalk white",
        "milk white",
        "ivory",
        "pearl white",
    ),
    "black": (
        "black",
        "jet black",
        "deep black",
        "ebony",
        "onyx",
        "raven black",
        "coal black",
        "midnight black",
        "ink black",
    ),
    "grey": (
        "grey",
        "gray",
        "slate grey",
        "stone grey",
        "ash grey",
        "mid-grey",
        "smoke grey",
        "steel grey",
        "mouse grey",
        "dove grey",
    ),
    "red": (
        "red",
        "bright red",
        "scarlet",
        "crimson",
        "cherry red",
        "ruby red",
        "poppy red",
        "tomato red",
        "fire red",
        "vermilion",
    ),
    "blue": (
        "blue",
        "royal blue",
        "cobalt blue",
        "cobalt",
        "bright blue",
        "azure",
        "sapphire",
        "sapphire blue",
        "ocean blue",
        "cornflower blue",
    ),
    "navy": (
        "navy",
        "navy blue",
        "dark blue",
        "midnight blue",
        "deep blue",
        "marine blue",
        "ink blue",
        "midnight",
        "deep navy",
    ),
    "green": (
        "green",
        "bright green",
        "emerald",
        "emerald green",
        "grass green",
        "leaf green",
        "fern green",
        "jade green",
        "apple green",
        "shamrock green",
    ),
    "olive": (
        "olive",
        "olive green",
        "khaki green",
        "army green",
        "moss green",
        "dark olive",
        "drab olive",
        "military green",
    ),
    "yellow": (
        "yellow",
        "bright yellow",
        "lemon",
        "lemon yellow",
        "sunny yellow",
        "canary yellow",
        "sunflower yellow",
        "golden yellow",
        "buttercup yellow",
    ),
    "orange": (
        "orange",
        "bright orange",
        "tangerine",
        "pumpkin orange",
        "mandarin orange",
        "apricot orange",
        "amber orange",
        "carrot orange",
    ),
    "pink": (
        "pink",
        "rose pink",
        "blush pink",
        "rosy pink",
        "candy pink",
        "bubblegum pink",
        "flamingo pink",
        "soft pink",
        "baby pink",
    ),
    "purple": (
        "purple",
        "violet",
        "plum purple",
        "aubergine",
        "amethyst",
        "grape purple",
        "deep purple",
        "royal purple",
        "indigo violet",
    ),
    "brown": (
        "brown",
        "chocolate brown",
        "chestnut brown",
        "chestnut",
        "dark brown",
        "cocoa brown",
        "mocha brown",
        "walnut brown",
        "mahogany brown",
        "chocolate",
    ),
    "beige": (
        "beige",
        "sand",
        "tan",
        "sandy beige",
        "camel",
        "oatmeal",
        "fawn",
        "ecru",
        "biscuit",
        "sand-coloured",
    ),
    "teal": (
        "teal",
        "petrol",
        "petrol blue",
        "blue-green",
        "dark turquoise",
        "peacock blue",
        "teal green",
        "teal blue",
        "dark cyan",
    ),
    "burgundy": (
        "burgundy",
        "wine red",
        "maroon",
        "bordeaux red",
        "dark red",
        "claret",
        "oxblood",
        "wine-coloured",
        "deep red",
        "garnet",
    ),
    "turquoise": ("turquoise", "aqua", "aquamarine", "bright turquoise", "turquoise blue"),
    "cream": ("cream", "cream-coloured", "vanilla", "creamy white", "eggshell"),
    "mustard": ("mustard", "mustard yellow", "ochre", "curry yellow", "dark yellow"),
    "coral": ("coral", "coral pink", "salmon", "coral red", "salmon pink"),
    "lavender": ("lavender", "lilac", "light purple", "pale violet", "mauve"),
    "mint": ("mint", "mint green", "pale green", "light green", "peppermint green"),
    "charcoal": ("charcoal", "charcoal grey", "dark grey", "anthracite", "graphite"),
    "gold": ("gold", "golden", "gold-coloured"),
    "silver": ("silver", "silvery", "silver-coloured"),
    "light blue": ("light blue", "sky blue", "pale blue", "baby blue", "powder blue", "ice blue"),
    "sky": ("sky blue", "light blue", "pale blue", "baby blue", "powder blue", "ice blue"),
    "khaki": ("khaki", "khaki-coloured", "dusty khaki"),
    "rust": ("rust", "rust red", "rusty orange", "terracotta", "burnt orange"),
}


@dataclass(frozen=True)
class Pattern:
    """Words for a pattern: before the noun, after it, and its marks in the second colour."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    marks: tuple[str, ...] = ()
    name: tuple[str, ...] = ()


PATTERNS: dict[str, Pattern] = {
    "plain": Pattern(
        ("plain", "solid", "solid-coloured", "unpatterned"),
        ("without a pattern", "with no pattern", "without any pattern"),
    ),
    "striped": Pattern(
        ("striped", "stripy", "stripe-patterned"),
        ("with stripes", "with a striped pattern", "with a stripe print", "covered in stripes"),
        ("stripes", "bands of stripes"),
        ("stripes", "a stripe pattern"),
    ),
    "checked": Pattern(
        ("checked", "checkered", "gingham", "check-patterned"),
        ("with checks", "with a check pattern", "in a gingham check", "with a checked pattern"),
        ("checks", "squares"),
        ("checks", "a check pattern", "gingham"),
    ),
    "dotted": Pattern(
        ("dotted", "polka-dot", "spotted", "dotty"),
        ("with dots", "with polka dots", "with a polka-dot print", "covered in dots"),
        ("dots", "polka dots", "spots"),
        ("dots", "polka dots", "a dot pattern"),
    ),
    "floral": Pattern(
        ("floral", "flowery", "flower-print", "floral-print", "flower-patterned"),
        (
            "with a flower print",
            "with a floral pattern",
            "with a floral print",
            "with printed flowers",
        ),
        ("flowers", "blossoms"),
        ("a floral print", "a flower pattern"),
    ),
    "plaid": Pattern(
        ("plaid", "tartan", "tartan-patterned"),
        ("in tartan", "with a plaid pattern", "with a tartan pattern", "in plaid"),
        (),
        ("tartan", "plaid", "a tartan pattern"),
    ),
    "speckled": Pattern(
        ("speckled", "flecked", "speckle-patterned"),
        ("with speckles", "with flecks all over", "with a speckled finish", "with a flecked look"),
        ("speckles", "flecks"),
        ("speckles", "flecks"),
    ),
    "zigzag": Pattern(
        ("zigzag", "chevron", "zigzag-patterned"),
        ("with a zigzag pattern", "with zigzags", "with chevrons", "in a chevron pattern"),
        ("zigzags", "zigzag lines", "chevrons"),
        ("zigzags", "a chevron pattern"),
    ),
    "camouflage": Pattern(
        ("camouflage", "camo", "camouflage-print"),
        ("in camouflage", "with a camouflage pattern", "with a camo print"),
        (),
        ("camouflage", "a camo print"),
    ),
    "two-tone": Pattern(
        ("two-tone", "colour-block", "two-coloured"),
        ("in two tones", "with a colour-block design"),
        (),
        ("a colour-block design",),
    ),
}


@dataclass(frozen=True)
class Stuff:
    """Words for a material: before the noun, after "made of", its virtues, and how to care."""

    before: tuple[str, ...]
    of: tuple[str, ...]
    virtues: tuple[str, ...]
    care: tuple[str, ...] = ("Wipe clean with a [soft|damp] cloth",)


MATERIALS: dict[str, Stuff] = {
    "cotton": Stuff(
        ("cotton", "pure cotton", "organic cotton"),
        ("cotton", "pure cotton", "organic cotton"),
        ("soft", "breathable", "kind to the skin", "easy to wash", "soft and light"),
        (
            "Machine wash at [30|40] degrees",
            "Wash with like colours",
            "Machine washable",
            "Can be washed and ironed",
        ),
    ),
    "denim": Stuff(
        ("denim",),
        ("denim", "sturdy denim", "heavy denim"),
        ("hard-wearing", "sturdy", "better with every wash", "tough but soft inside"),
        ("Wash inside out", "Machine wash cold", "Wash separately at first"),
    ),
    "wool": Stuff(
        ("wool", "woollen", "pure wool"),
        ("wool", "pure wool", "soft wool", "virgin wool"),
        ("warm", "soft and warm", "naturally warm", "cosy"),
        ("Hand wash cold", "Dry clean only", "Dry flat", "Air after wearing"),
    ),
    "knit": Stuff(
        ("knitted", "knit", "soft-knit"),
        ("knit", "soft knit", "fine knit", "knitwear yarn"),
        ("soft", "stretchy", "cosy", "warm and elastic"),
        ("Hand wash and dry flat", "Wash cold on a gentle cycle", "Store folded"),
    ),
    "leather": Stuff(
        ("leather", "smooth leather", "real leather"),
        ("leather", "smooth leather", "supple leather"),
        ("hard-wearing", "supple", "more beautiful with age", "smooth and strong"),
        ("Wipe with a damp cloth", "Treat with a little wax", "Keep away from heat"),
    ),
    "suede": Stuff(
        ("suede", "soft suede"),
        ("suede", "soft suede", "fine suede"),
        ("velvety", "soft to the touch", "pleasantly soft"),
        ("Brush gently", "Protect with a spray", "Keep dry"),
    ),
    "satin": Stuff(
        ("satin", "satin-finish"),
        ("satin", "flowing satin", "fine satin"),
        ("smooth and shiny", "softly gleaming", "silky to the touch"),
        ("Hand wash cold", "Iron on low heat", "Dry clean"),
    ),
    "silk": Stuff(
        ("silk", "pure silk"),
        ("silk", "pure silk"),
        ("smooth and light", "softly gleaming"),
        ("Hand wash cold", "Dry clean only"),
    ),
    "linen": Stuff(
        ("linen", "pure linen"),
        ("linen", "pure linen"),
        ("cool in summer", "airy"),
        ("Machine wash at 30 degrees",),
    ),
    "velvet": Stuff(
        ("velvet",),
        ("velvet", "soft velvet"),
        ("soft to the touch",),
        ("Brush gently", "Dry clean only"),
    ),
    "nylon": Stuff(("nylon",), ("nylon", "light nylon"), ("light", "quick to dry")),
    "straw": Stuff(("straw", "woven-straw"), ("straw", "woven straw"), ("light", "airy")),
    "canvas": Stuff(
        ("canvas", "sturdy canvas", "cotton-canvas"),
        ("canvas", "sturdy canvas", "tough canvas"),
        ("hard-wearing", "tough", "light but strong"),
        ("Brush off dry dirt", "Spot clean only"),
    ),
    "rubber": Stuff(
        ("rubber",),
        ("rubber", "natural rubber"),
        ("waterproof", "springy", "flexible"),
        ("Rinse with water", "Wipe clean"),
    ),
    "ceramic": Stuff(
        ("ceramic", "stoneware", "earthenware", "glazed"),
        ("ceramic", "stoneware", "glazed ceramic", "fired clay"),
        ("smooth", "glazed by hand", "pleasant to touch", "fired twice"),
        ("Wash by hand", "Easy to wipe clean", "Handle with care"),
    ),
    "glass": Stuff(
        ("glass", "blown-glass"),
        ("glass", "blown glass", "thick glass"),
        ("smooth", "full of light", "easy to clean", "mouth-blown"),
        ("Wash by hand", "Handle with care", "Polish with a soft cloth"),
    ),
    "metal": Stuff(
        ("metal", "all-metal"),
        ("metal", "solid metal", "polished metal"),
        ("sturdy", "cool to the touch", "built to last"),
    ),
    "wood": Stuff(
        ("wooden", "wood", "solid-wood"),
        ("wood", "solid wood", "oiled wood"),
        ("warm to the touch", "naturally grained", "oiled by hand"),
        ("Oil once a year", "Wipe with a dry cloth", "Keep away from damp"),
    ),
    "plastic": Stuff(
        ("plastic", "moulded-plastic"),
        ("plastic", "tough plastic", "moulded plastic"),
        ("light", "easy to clean", "almost unbreakable"),
    ),
}


@dataclass(frozen=True)
class Style:
    """What one design is called, said before the noun and said after it."""

    nouns: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


# Adjectives of size and shape: they come before the colour, the other ones after it.
SHAPES = {
    "small",
    "large",
    "tall",
    "long",
    "longer",
    "short",
    "round",
    "high",
    "low",
    "loose",
    "soft",
    "wide",
    "squat",
    "stout",
    "straight",
    "square",
    "slim",
    "stiff",
    "warm",
    "flat",
    "open",
    "closed",
    "narrow",
    "sturdy",
    "chunky",
    "slender",
    "oversized",
    "boxy",
    "fitted",
    "tight",
}
# Care for what does not go into a washing machine, though it is made of cloth.
CLOTH = {"cotton", "denim", "wool", "knit", "satin", "canvas"}
CLOTH_CARE = ("Spot clean only", "Brush off dry dirt", "Clean gently with a damp cloth")
# What is made of a product's material where it is not the whole: by category or design.
PARTS = {
    "watch": "strap",
    "sunglasses": "frame",
    "cone shade": "shade",
    "open": "canopy",
    "standing open": "canopy",
}

# (category, design) -> its words. A design that is missing is spoken of by its own name.
STYLES: dict[tuple[str, str], Style] = {
    ("t-shirt", "crew neck"): Style(
        ("crew neck tee",), ("crew neck", "round-neck"), ("with a crew neck", "with a round neck")
    ),
    ("t-shirt", "v-neck"): Style(
        ("v-neck tee",), ("v-neck",), ("with a v-neck", "with a v neckline")
    ),
    ("t-shirt", "boxy"): Style(
        (), ("boxy", "short, wide"), ("with dropped shoulders", "in a boxy cut")
    ),
    ("t-shirt", "long line"): Style(
        (), ("long-line", "longer"), ("with a curved hem", "in a long cut")
    ),
    ("t-shirt", "ringer"): Style(("ringer tee",), ("ringer",), ("with a contrasting neckband",)),
    ("t-shirt", "fitted scoop neck"): Style((), ("fitted", "scoop-neck"), ("with a scoop neck",)),
    ("t-shirt", "chest pocket"): Style(
        ("pocket tee",), (), ("with a chest pocket", "with a small pocket")
    ),
    ("t-shirt", "graphic print"): Style(
        ("graphic tee",), ("graphic",), ("with a big graphic on the chest",)
    ),
    ("long-sleeved top", "crew neck"): Style(
        (), ("crew neck", "round-neck"), ("with a crew neck",)
    ),
    ("long-sleeved top", "raglan"): Style(
        ("raglan top", "baseball top"), ("raglan",), ("with raglan sleeves",)
    ),
    ("long-sleeved top", "boat neck"): Style(
        (), ("boat neck",), ("with a boat neck", "with a wide neckline")
    ),
    ("long-sleeved top", "fitted scoop neck"): Style(
        (), ("fitted", "scoop-neck"), ("with a scoop neck",)
    ),
    ("long-sleeved top", "v-neck tunic"): Style(
        ("tunic",), ("loose", "v-neck"), ("with a v-neck",)
    ),
    ("long-sleeved top", "high neck"): Style(
        (), ("high-neck", "close-fitting"), ("with a high neck",)
    ),
    ("shirt", "classic"): Style(
        ("dress shirt", "long-sleeved shirt"), (), ("with a collar and cuffs",)
    ),
    ("shirt", "short-sleeved"): Style(
        ("short-sleeved shirt",), ("short-sleeved",), ("with short sleeves and a collar",)
    ),
    ("shirt", "work shirt"): Style(
        ("work shirt",), ("sturdy",), ("with two chest pockets", "with flap pockets")
    ),
    ("shirt", "camp collar"): Style(
        ("camp shirt", "holiday shirt"), ("loose",), ("with an open camp collar",)
    ),
    ("shirt", "band collar"): Style(
        ("grandad shirt",), ("band-collar", "collarless"), ("with a band collar",)
    ),
    ("shirt", "contrast collar"): Style((), ("contrast-collar",), ("with a contrasting collar",)),
    ("shirt", "fitted blouse"): Style(
        ("blouse",), ("fitted",), ("with a narrow waist", "with a small collar")
    ),
    ("pullover", "crew neck"): Style(
        (), ("crew neck", "round-neck"), ("with a crew neck", "with ribbed cuffs")
    ),
    ("pullover", "v-neck"): Style((), ("v-neck",), ("with a v-neck", "with a deep v neckline")),
    ("pullover", "turtleneck"): Style(
        ("turtleneck", "roll-neck jumper", "polo-neck sweater"),
        ("turtleneck", "roll-neck"),
        ("with a high rolled collar",),
    ),
    ("pullover", "cable knit"): Style(
        ("cable-knit sweater",), ("chunky", "cable-knit"), ("with cables down the front",)
    ),
    ("pullover", "oversized"): Style(
        (), ("oversized", "slouchy"), ("in an oversized cut", "with dropped shoulders")
    ),
    ("hoodie", "pullover"): Style((), (), ("with a kangaroo pocket", "with drawstrings")),
    ("hoodie", "zipped"): Style(
        ("zip hoodie", "zip-up hoodie"), ("zipped",), ("with a zip down the front",)
    ),
    ("hoodie", "cropped"): Style(
        ("crop hoodie",), ("cropped",), ("in a short cut", "that ends at the waist")
    ),
    ("hoodie", "contrast lining"): Style((), (), ("with a contrasting lining in the hood",)),
    ("jacket", "denim"): Style(
        ("denim jacket", "jean jacket", "trucker jacket"), (), ("with chest pockets",)
    ),
    ("jacket", "bomber"): Style(
        ("bomber jacket", "bomber"), (), ("with ribbed cuffs and hem", "with a zip")
    ),
    ("jacket", "blazer"): Style(
        ("blazer", "suit jacket", "tailored jacket"),
        (),
        ("with lapels", "with lapels and two buttons"),
    ),
    ("jacket", "puffer"): Style(
        ("puffer jacket", "quilted jacket", "down jacket"),
        ("quilted", "padded"),
        ("with a warm padding",),
    ),
    ("jacket", "windbreaker"): Style(
        ("windbreaker", "windcheater", "rain jacket"), (), ("with a hood",)
    ),
    ("jacket", "biker"): Style(
        ("biker jacket", "moto jacket"), (), ("with a slanted zip", "with wide lapels")
    ),
    ("jacket", "zip cardigan"): Style(
        ("zip cardigan", "track jacket"), ("soft",), ("with a standing collar and a zip",)
    ),
    ("coat", "wool"): Style(
        ("winter coat", "long coat", "tailored coat"),
        ("single-breasted",),
        ("with lapels and big buttons",),
    ),
    ("coat", "trench"): Style(
        ("trench coat", "trench", "mac"),
        ("double-breasted",),
        ("with a tied waist", "with wide lapels"),
    ),
    ("coat", "long puffer"): Style(
        ("puffer coat", "quilted coat", "winter coat"),
        ("quilted", "padded"),
        ("with a hood and a zip",),
    ),
    ("coat", "duffle"): Style(
        ("duffle coat", "winter coat"), ("hooded",), ("with toggles and a hood")
    ),
    ("coat", "parka"): Style(
        ("parka", "hooded parka"), ("hooded",), ("with a hood and four pockets",)
    ),
    ("dress", "a-line sleeveless"): Style(
        ("a-line dress", "sundress"),
        ("sleeveless", "a-line"),
        ("without sleeves", "with a flared hem"),
    ),
    ("dress", "short-sleeved sheath"): Style(
        ("sheath dress", "shift dress"), ("short-sleeved", "straight-cut"), ("with short sleeves",)
    ),
    ("dress", "fit and flare"): Style(
        ("skater dress",), ("fit-and-flare",), ("with a full, gathered lower half",)
    ),
    ("dress", "wrap"): Style(
        ("wrap dress",), ("wrap",), ("tied at the waist", "with a crossed front")
    ),
    ("dress", "shirt dress"): Style(
        ("shirt dress",), ("button-through",), ("with a collar and buttons",)
    ),
    ("dress", "slip"): Style(
        ("slip dress", "strap dress"), ("lightweight",), ("on thin straps", "with thin straps")
    ),
    ("dress", "maxi"): Style(
        ("maxi dress", "gown", "long dress", "evening gown"),
        ("floor-length", "long"),
        ("that falls to the ankles",),
    ),
    ("dress", "tiered"): Style(
        ("tiered dress", "boho dress"), ("tiered", "loose"), ("with gathered tiers",)
    ),
    ("dress", "long-sleeved"): Style(
        ("long-sleeved dress",), ("long-sleeved",), ("with long sleeves",)
    ),
    ("skirt", "a-line"): Style(("a-line skirt",), ("a-line", "flared"), ("with a flared hem",)),
    ("skirt", "pencil"): Style(("pencil skirt",), ("narrow", "knee-length"), ("with a slit",)),
    ("skirt", "pleated"): Style(
        ("pleated skirt",), ("pleated",), ("with pressed pleats", "with pleats")
    ),
    ("skirt", "skater"): Style(
        ("skater skirt", "mini skirt"), ("short", "swingy"), ("with an elastic waist",)
    ),
    ("skirt", "denim buttoned"): Style(
        ("denim skirt", "jean skirt"), (), ("with a row of buttons",)
    ),
    ("skirt", "maxi"): Style(
        ("maxi skirt", "long skirt"), ("flowing", "ankle-length"), ("that falls to the ankles",)
    ),
    ("skirt", "tiered ruffles"): Style(
        ("ruffle skirt", "tiered skirt"),
        ("ruffled", "tiered"),
        ("with ruffles", "in gathered tiers"),
    ),
    ("skirt", "wrap"): Style(("wrap skirt",), ("wrap",), ("with a crossed front",)),
    ("trousers", "straight"): Style(
        ("dress pants", "suit trousers"),
        ("straight-leg",),
        ("with a pressed crease", "with straight legs"),
    ),
    ("trousers", "wide leg"): Style(
        ("palazzo pants",), ("wide-leg", "high-waisted"), ("with wide legs",)
    ),
    ("trousers", "joggers"): Style(
        ("joggers", "sweatpants", "jogging bottoms", "track pants"),
        (),
        ("with ribbed cuffs and a drawstring",),
    ),
    ("trousers", "chinos"): Style(
        ("chinos", "khakis"), (), ("with slanted pockets", "in a tapered cut")
    ),
    ("trousers", "cargo"): Style(
        ("cargo pants", "cargo trousers"), ("cargo",), ("with thigh pockets",)
    ),
    ("trousers", "leggings"): Style(
        ("leggings", "tights"), ("tight", "stretchy"), ("with an elastic waist",)
    ),
    ("jeans", "straight"): Style((), ("straight-leg", "classic"), ("with straight legs",)),
    ("jeans", "skinny"): Style(("skinny jeans",), ("skinny", "tight"), ("in a skinny cut",)),
    ("jeans", "flared"): Style(
        ("bell-bottoms", "flares"), ("flared", "bootcut"), ("that flare from the knee",)
    ),
    ("jeans", "boyfriend"): Style(
        ("boyfriend jeans",), ("loose", "boyfriend"), ("with rolled-up hems",)
    ),
    ("jeans", "ripped"): Style(
        (), ("ripped", "distressed", "torn"), ("with torn knees", "with holes at the knees")
    ),
    ("shorts", "denim"): Style(
        ("denim shorts", "cut-offs", "jean shorts"), (), ("with a raw or rolled hem",)
    ),
    ("shorts", "running"): Style(
        ("running shorts", "sports shorts", "gym shorts"), ("sporty",), ("with an elastic waist",)
    ),
    ("shorts", "bermuda"): Style(
        ("bermudas", "bermuda shorts", "chino shorts"), ("knee-length",), ("with slanted pockets",)
    ),
    ("shorts", "cargo"): Style(("cargo shorts",), ("cargo", "knee-length"), ("with flap pockets",)),
    ("shorts", "sweat"): Style(
        ("sweat shorts", "jogger shorts"), ("soft",), ("with a drawstring",)
    ),
    ("sneaker", "low court"): Style(
        ("court shoe", "court sneaker", "tennis shoe", "tennis shoes", "court sneakers"),
        ("low-top", "lace-up"),
        ("with laces and a flat sole",),
    ),
    ("sneaker", "high-top"): Style(
        ("high-top", "high-tops", "basketball shoe", "basketball shoes"),
        ("high-top", "ankle-high"),
        ("with laces up over the ankle",),
    ),
    ("sneaker", "runner"): Style(
        ("running shoe", "runner", "runners", "running shoes"),
        ("chunky",),
        ("with a thick, sculpted sole",),
    ),
    ("sneaker", "slip-on"): Style(
        ("slip-on", "slip-ons", "plimsoll", "plimsolls"),
        ("slip-on", "laceless"),
        ("without laces",),
    ),
    ("sandal", "strappy"): Style(
        ("strappy sandal", "strappy sandals"), ("strappy",), ("with an ankle strap",)
    ),
    ("sandal", "slide"): Style(
        ("slide", "slides", "slider", "sliders", "pool slides"),
        ("slip-on",),
        ("with one broad band",),
    ),
    ("sandal", "flip-flop"): Style(
        ("flip-flop", "flip-flops", "thong sandal", "thong sandals"),
        (),
        ("with a strap between the toes",),
    ),
    ("sandal", "gladiator"): Style(
        ("gladiator sandal", "gladiators", "gladiator sandals"),
        ("gladiator",),
        ("with many narrow straps",),
    ),
    ("sandal", "wedge"): Style(
        ("wedge", "wedges", "wedge sandal", "wedge sandals"),
        ("wedge", "platform"),
        ("on a high wedge",),
    ),
    ("ankle boot", "chelsea"): Style(
        ("chelsea boot", "chelsea boots"), ("chelsea", "pull-on"), ("with elastic sides",)
    ),
    ("ankle boot", "lace-up"): Style(
        ("lace-up boot", "lace-up boots", "combat boot", "combat boots"),
        ("lace-up",),
        ("with laces",),
    ),
    ("ankle boot", "heeled"): Style(
        ("heeled boot", "heeled boots"), ("heeled",), ("on a block heel", "with a zip")
    ),
    ("ankle boot", "hiking"): Style(
        ("hiking boot", "hiking boots", "walking boots", "walking boot"),
        ("rugged",),
        ("with a deep tread",),
    ),
    ("high-heeled shoe", "pump"): Style(
        ("pump", "pumps", "court heel", "stilettos", "stiletto"),
        ("closed",),
        ("on a thin heel", "with a pointed look"),
    ),
    ("high-heeled shoe", "slingback stiletto"): Style(
        ("stiletto", "stilettos", "slingback", "slingbacks"),
        ("slingback", "strappy"),
        ("on a very thin heel",),
    ),
    ("high-heeled shoe", "block heel"): Style(
        ("pump", "pumps", "block heel", "block heels"),
        ("block-heeled",),
        ("on a block heel", "on a sturdy heel"),
    ),
    ("high-heeled shoe", "peep-toe platform"): Style(
        ("peep-toe", "peep-toes", "platform heel", "platform heels"),
        ("peep-toe",),
        ("on a thick platform",),
    ),
    ("hat", "fedora"): Style(("fedora", "trilby"), (), ("with a creased crown and a ribbon",)),
    ("hat", "sun hat"): Style(
        ("sun hat", "floppy hat", "beach hat"),
        ("floppy", "wide-brimmed"),
        ("with a very wide brim",),
    ),
    ("hat", "bucket"): Style(("bucket hat", "fisherman hat"), (), ("with a sloping brim",)),
    ("hat", "boater"): Style(
        ("boater", "boater hat"), ("stiff",), ("with a flat crown and a ribbon",)
    ),
    ("hat", "cowboy"): Style(
        ("cowboy hat", "western hat"), (), ("with the brim rolled up at the sides",)
    ),
    ("cap", "baseball"): Style(
        ("baseball cap", "ball cap", "visor cap"), (), ("with a curved visor",)
    ),
    ("cap", "trucker"): Style(("trucker cap", "mesh cap"), (), ("with mesh at the back",)),
    ("cap", "flat cap"): Style(("flat cap", "newsboy cap"), ("low",), ("with a short stiff peak",)),
    ("beanie", "cuffed"): Style(("watch cap",), ("cuffed",), ("with a turned-up cuff",)),
    ("beanie", "bobble"): Style(
        ("bobble hat", "pompom hat"), (), ("with a fluffy pompom", "with a bobble")
    ),
    ("beanie", "slouchy"): Style((), ("slouchy", "long"), ("that falls to one side",)),
    ("beanie", "skull cap"): Style(("skull cap",), ("close-fitting",), ("that hugs the head",)),
    ("scarf", "looped"): Style((), (), ("looped round the neck",)),
    ("scarf", "folded"): Style((), ("fringed",), ("neatly folded", "with a fringe")),
    ("scarf", "hanging"): Style((), ("long", "fringed"), ("with fringed ends",)),
    ("scarf", "snood"): Style(("snood", "infinity scarf", "loop scarf"), (), ("without ends",)),
    ("belt", "rolled"): Style((), (), ("rolled up", "rolled into a coil")),
    ("belt", "buckled"): Style((), (), ("closed into a loop",)),
    ("belt", "laid out"): Style((), (), ("laid out in a curve",)),
    ("handbag", "tote"): Style(
        ("tote", "tote bag", "shopper"), ("open",), ("with two long handles",)
    ),
    ("handbag", "flap satchel"): Style(
        ("satchel", "flap bag"), (), ("with a broad flap", "with buckled straps")
    ),
    ("handbag", "top handle"): Style(
        ("top-handle bag",), ("structured",), ("with two stiff handles",)
    ),
    ("handbag", "clutch"): Style(
        ("clutch", "clutch bag", "evening bag"), ("small", "flat"), ("without a handle",)
    ),
    ("handbag", "crossbody"): Style(
        ("crossbody bag", "shoulder bag"), ("small",), ("with a long strap",)
    ),
    ("handbag", "hobo"): Style(
        ("hobo bag", "shoulder bag"), ("slouchy", "soft"), ("with one broad strap",)
    ),
    ("backpack", "school"): Style(
        ("school bag", "school backpack"), (), ("with a front pocket", "with a zip all round")
    ),
    ("backpack", "roll-top"): Style(("roll-top pack",), ("roll-top",), ("with a rolled top",)),
    ("backpack", "leather flap"): Style(
        (), ("flap-top",), ("with a large flap", "with buckled straps")
    ),
    ("watch", "round leather"): Style(("dress watch",), (), ("with a round dial",)),
    ("watch", "square"): Style(("dress watch",), ("square-faced",), ("with a square case",)),
    ("watch", "digital"): Style(
        ("digital watch", "sports watch"), ("digital",), ("with a digital display",)
    ),
    ("watch", "metal bracelet"): Style(
        ("diver's watch", "bracelet watch"), (), ("on a bracelet of links",)
    ),
    ("sunglasses", "round"): Style((), ("round", "round-lens"), ("with round lenses",)),
    ("sunglasses", "aviator"): Style(
        ("aviators", "aviator sunglasses", "pilot sunglasses"), (), ("with drop-shaped lenses",)
    ),
    ("sunglasses", "wayfarer"): Style(("wayfarers",), ("thick-rimmed",), ("with angular lenses",)),
    ("mug", "straight"): Style((), ("straight",), ("with straight sides",)),
    ("mug", "tapered"): Style(("tall mug",), ("tapered", "tall"), ("that widens to the rim",)),
    ("mug", "barrel"): Style((), ("round-bellied", "rounded"), ("with a round belly",)),
    ("mug", "espresso cup with saucer"): Style(
        ("espresso cup", "cup and saucer", "teacup"), ("small",), ("on a saucer", "with its saucer")
    ),
    ("mug", "travel"): Style(("travel mug", "tumbler"), ("tall", "lidded"), ("with a lid",)),
    ("mug", "enamel"): Style(("camping mug", "enamel mug"), ("enamel",), ("with a rolled rim",)),
    ("teapot", "round"): Style((), ("round", "round-bellied"), ("with a looped handle",)),
    ("teapot", "cast iron"): Style((), ("squat", "Japanese"), ("with a handle over the lid",)),
    ("teapot", "tall"): Style(("coffee pot",), ("tall", "slender"), ("with a long spout",)),
    ("vase", "amphora"): Style(("amphora",), (), ("with two handles", "with a slender neck")),
    ("vase", "bud"): Style(("bud vase",), ("round", "small"), ("with a thin neck",)),
    ("vase", "cylinder"): Style(("cylinder vase",), ("straight",), ("with straight sides",)),
    ("vase", "fluted"): Style((), ("fluted",), ("with upright flutes", "with a flared rim")),
    ("vase", "broad-shouldered"): Style((), ("broad-shouldered",), ("with a short neck",)),
    ("bottle", "wine"): Style(("wine bottle",), ("corked",), ("with a label", "with a cork")),
    ("bottle", "water flask"): Style(
        ("water bottle", "flask", "drinking bottle"),
        (),
        ("with a screw lid", "with a carrying loop"),
    ),
    ("bottle", "apothecary"): Style(
        ("apothecary bottle", "pharmacy bottle"), ("stout",), ("with a stopper",)
    ),
    ("bottle", "sports"): Style(
        ("sports bottle", "water bottle", "drinking bottle"),
        ("squeezable",),
        ("with a pull-up mouthpiece",),
    ),
    ("table lamp", "cone shade"): Style(
        ("bedside lamp",), (), ("with a cloth shade", "with a shade")
    ),
    ("table lamp", "globe"): Style(
        ("globe lamp", "ball lamp"), ("round", "glowing"), ("in the form of a ball",)
    ),
    ("table lamp", "desk arm"): Style(
        ("desk lamp", "reading lamp", "work lamp"), ("jointed",), ("with two jointed arms",)
    ),
    ("table lamp", "mushroom"): Style(("mushroom lamp", "dome lamp"), (), ("with a smooth dome",)),
    ("umbrella", "open"): Style(("parasol",), ("open", "opened"), ("held open",)),
    ("umbrella", "standing open"): Style((), ("open", "opened"), ("put down to dry",)),
    ("umbrella", "closed"): Style((), ("closed", "furled", "folded"), ("with a crook",)),
    ("headphones", "over-ear"): Style(
        ("over-ear headphones",), ("closed",), ("with large cushions",)
    ),
    ("headphones", "on-ear slim"): Style(("on-ear headphones",), ("slim",), ("with a thin band",)),
    ("headphones", "studio"): Style(("studio headphones",), (), ("with a cable",)),
    ("chair", "slat back"): Style(
        ("dining chair", "kitchen chair", "slat-back chair"),
        (),
        ("with a slatted back", "with slats in the back"),
    ),
    ("chair", "upholstered"): Style(
        ("dining chair", "upholstered chair"), ("padded",), ("with a padded seat and back",)
    ),
    ("chair", "wingback armchair"): Style(
        ("armchair", "wingback chair", "easy chair"), ("wide",), ("with a high winged back",)
    ),
    ("chair", "director"): Style(
        ("director's chair", "folding chair"), ("folding",), ("with crossed legs",)
    ),
    ("chair", "bentwood"): Style(
        ("bentwood chair", "café chair", "bistro chair"),
        (),
        ("with a round seat and a curved back",),
    ),
    ("chair", "shell"): Style(
        ("shell chair", "bucket seat"), ("moulded",), ("on slim splayed legs",)
    ),
    ("stool", "round bar"): Style(
        ("bar stool", "counter stool"), ("high", "round"), ("with a ring for the feet",)
    ),
    ("stool", "square"): Style((), ("square",), ("with a square seat",)),
    ("stool", "milking"): Style(
        ("low stool", "milking stool"), ("low", "three-legged"), ("on three legs",)
    ),
    ("stool", "swivel"): Style(
        ("swivel stool",), ("padded", "swivel"), ("on one column", "that turns on one column")
    ),
    ("sofa", "two-seater"): Style(
        ("two-seater", "loveseat"), ("two-seat", "compact"), ("with two seats", "for two")
    ),
    ("sofa", "three-seater"): Style(
        ("three-seater",), ("three-seat", "long"), ("with three seats",)
    ),
    ("sofa", "chesterfield"): Style(("chesterfield",), ("buttoned",), ("with rolled arms",)),
    ("sofa", "chaise"): Style(
        ("corner sofa", "corner couch"), ("l-shaped",), ("with a long end for the legs",)
    ),
    ("sofa", "daybed"): Style(("daybed", "chaise longue"), (), ("with one raised end",)),
    ("ankle boot", "winter"): Style(
        ("winter boot", "winter boots", "snow boots"), ("warm",), ("with a warm lining",)
    ),
    ("high-heeled shoe", "wedge"): Style(
        ("wedge heel", "wedge heels"), ("wedge",), ("on a high wedge",)
    ),
    ("sunglasses", "cat-eye"): Style((), ("cat-eye",), ("with upswept corners",)),
}
