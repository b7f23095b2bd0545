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
        one=("t-shirt", "tee", "tee shirt", "short-sleeved tee", "short-sleeved top"),
        kinds=("top", "garment", "piece of clothing"),
        labels=("t-shirt", "tshirt", "t shirt", "tee", "top", "t-shirt/top"),
        traits=("short sleeves",),
        uses=("warm days", "the summer", "the gym", "sport and leisure", "every day",
              "lazy weekends", "holidays by the sea", "wearing on its own or under a layer"),
    ),
    "long-sleeved top": Entry(
        "clothes",
        one=("long-sleeved top", "long-sleeved tee", "long sleeve", "long-sleeve top",
             "longsleeve"),
        kinds=("top", "garment", "piece of clothing"),
        labels=("longsleeve", "long sleeve", "long-sleeved top", "long sleeve top"),
        traits=("long sleeves",),
        uses=("cooler days", "layering", "spring and autumn", "every day", "cool evenings",
              "slow weekends", "wearing as a light layer"),
    ),
    "shirt": Entry(
        "clothes",
        one=("shirt", "button-up shirt", "buttoned shirt", "button-down", "button-up"),
        kinds=("top", "garment", "piece of clothing"),
        labels=("shirt", "button-up shirt", "top"),
        traits=("buttons down the front", "a button front", "a row of buttons"),
        uses=("the office", "dinner out", "smart occasions", "work and weekends", "meetings",
              "a wedding or a party", "formal and casual days"),
    ),
    "pullover": Entry(
        "clothes",
        one=("pullover", "jumper", "sweater"),
        kinds=("top", "garment", "piece of clothing"),
        labels=("pullover", "sweater", "jumper"),
        traits=("long sleeves",),
        uses=("cold days", "chilly evenings", "autumn and winter", "keeping warm", "layering",
              "walks in the cold", "evenings by the fire"),
    ),
    "hoodie": Entry(
        "clothes",
        one=("hoodie", "hooded sweatshirt", "hoody", "hooded top"),
        kinds=("top", "garment", "piece of clothing"),
        labels=("hoodie", "hooded sweatshirt", "hoody"),
        traits=("a hood", "long sleeves and a hood"),
        uses=("lounging at home", "after training", "cool days", "sport and leisure",
              "windy days", "weekends", "the way to the gym"),
    ),
    "jacket": Entry(
        "clothes",
        one=("jacket", "short jacket", "outdoor jacket"),
        kinds=("outer layer", "garment", "piece of outerwear"),
        labels=("jacket", "outerwear", "outwear"),
        traits=("long sleeves", "a front that opens"),
        uses=("windy days", "between the seasons", "spring and autumn", "going out",
              "cool evenings", "the way to work", "wearing over other layers"),
    ),
    "coat": Entry(
        "clothes",
        one=("coat", "overcoat", "long coat", "winter coat"),
        kinds=("outer layer", "garment", "piece of outerwear"),
        labels=("coat", "outerwear", "outwear", "overcoat"),
        traits=("long sleeves", "a front that opens"),
        uses=("winter", "cold weather", "frosty mornings", "wearing over everything else",
              "snow and wind", "the coldest days", "city walks in winter"),
    ),
    "dress": Entry(
        "clothes",
        one=("dress", "frock"),
        kinds=("garment", "piece of clothing", "one-piece garment"),
        labels=("dress", "frock", "womens dress"),
        traits=("one line from shoulder to hem",),
        uses=("summer parties", "weddings", "dancing", "a dinner date", "garden parties",
              "special occasions", "holidays", "the office and the evening after"),
    ),
    "skirt": Entry(
        "clothes",
        one=("skirt",),
        kinds=("garment", "piece of clothing", "bottom"),
        labels=("skirt", "womens skirt"),
        traits=("a waistband", "a hem that hangs freely"),
        uses=("the office", "dancing", "summer days", "parties", "work and weekends",
              "an evening out", "warm afternoons"),
    ),
    "trousers": Entry(
        "clothes",
        pair=("trousers", "pants", "slacks", "long trousers"),
        kinds=("bottoms", "garment", "legwear"),
        labels=("trousers", "trouser", "pants", "slacks", "bottoms"),
        traits=("two long legs", "long legs", "a waistband"),
        uses=("the office", "every day", "work and weekends", "meetings", "travelling",
              "smart and casual days", "long walks"),
    ),
    "jeans": Entry(
        "clothes",
        pair=("jeans", "denims", "five-pocket jeans"),
        kinds=("pants", "garment", "legwear"),
        labels=("jeans", "denim", "pants", "jean"),
        traits=("long legs", "sturdy seams", "a waistband"),
        uses=("every day", "weekends", "travelling", "hard work", "casual Fridays",
              "concerts and pubs", "wearing for years"),
    ),
    "shorts": Entry(
        "clothes",
        pair=("shorts", "short pants", "summer shorts"),
        kinds=("bottoms", "garment", "legwear"),
        labels=("shorts", "short pants"),
        traits=("short legs", "a cut above the knee", "a waistband"),
        uses=("hot days", "the beach", "summer", "running and cycling", "holidays", "hiking",
              "games in the park"),
    ),
    "sneaker": Entry(
        "footwear",
        one=("sneaker", "trainer", "sports shoe", "running shoe", "gym shoe"),
        many=("sneakers", "trainers", "runners", "kicks", "sports shoes", "running shoes"),
        kinds=("shoe", "shoes", "footwear"),
        labels=("sneaker", "sneakers", "shoes", "shoe", "trainers", "footwear"),
        traits=("a flat sole", "a rubber sole", "a cushioned sole"),
        uses=("running", "the gym", "walking all day", "sport", "city streets",
              "training", "everyday wear"),
    ),
    "sandal": Entry(
        "footwear",
        one=("sandal", "summer sandal", "open shoe"),
        many=("sandals", "summer sandals", "open shoes"),
        kinds=("shoe", "shoes", "footwear"),
        labels=("sandal", "sandals", "shoes", "shoe", "footwear"),
        traits=("straps", "an open upper", "plenty of air for the foot"),
        uses=("hot days", "the beach", "the summer", "holidays", "the garden",
              "barefoot weather", "walks along the sea"),
    ),
    "ankle boot": Entry(
        "footwear",
        one=("ankle boot", "bootie", "boot", "short boot"),
        many=("ankle boots", "booties", "boots", "short boots"),
        kinds=("shoe", "shoes", "footwear"),
        labels=("ankle boot", "ankle boots", "boots", "boot", "shoes", "footwear"),
        traits=("a shaft that covers the ankle", "a sturdy sole", "an ankle-high shaft"),
        uses=("autumn and winter", "rainy days", "city walks", "cold pavements", "hiking in town",
              "wet leaves and puddles", "the cold season"),
    ),
    "high-heeled shoe": Entry(
        "footwear",
        one=("high-heeled shoe", "high heel", "heeled shoe", "heel"),
        many=("high heels", "heels", "high-heeled shoes", "heeled shoes"),
        kinds=("shoe", "shoes", "footwear"),
        labels=("high heels", "heels", "high heel", "high-heeled shoe", "shoes", "footwear"),
        traits=("a high heel", "a raised heel", "a slender heel"),
        uses=("evenings out", "parties", "weddings", "dancing", "dressing up",
              "the office and the theatre", "special occasions"),
    ),
    "hat": Entry(
        "headwear",
        one=("hat", "brimmed hat", "hat with a brim"),
        kinds=("headwear", "piece of headwear", "accessory"),
        labels=("hat", "brimmed hat", "headwear"),
        traits=("a brim all round", "a brim", "a crown and a brim"),
        uses=("sunny days", "shade on the face", "the beach", "garden parties", "the races",
              "summer walks", "keeping the sun off"),
    ),
    "cap": Entry(
        "headwear",
        one=("cap", "peaked cap", "visor cap"),
        kinds=("headwear", "hat", "piece of headwear", "accessory"),
        labels=("cap", "hat", "headwear", "peaked cap"),
        traits=("a peak at the front", "a peak over the eyes", "a visor"),
        uses=("sunny days", "baseball and tennis", "running", "shading the eyes", "the stadium",
              "street style", "bad hair days"),
    ),
    "beanie": Entry(
        "headwear",
        one=("beanie", "beanie hat", "winter hat", "brimless hat"),
        kinds=("headwear", "hat", "piece of headwear", "accessory"),
        labels=("beanie", "hat", "headwear", "winter hat"),
        traits=("a close fit round the head", "no brim"),
        uses=("cold days", "warm ears", "winter walks", "skiing and sledging", "snow",
              "frosty mornings", "keeping the head warm"),
    ),
    "scarf": Entry(
        "accessories",
        one=("scarf", "neck scarf", "shawl", "neck warmer"),
        kinds=("accessory", "piece of neckwear"),
        labels=("scarf", "shawl", "accessory"),
        traits=("enough length to wrap", "a soft drape"),
        uses=("wrapping round the neck", "cold days", "warm necks", "a splash of style",
              "windy walks", "autumn and winter"),
    ),
    "belt": Entry(
        "accessories",
        one=("belt", "waist belt", "belt with a buckle"),
        kinds=("accessory",),
        labels=("belt", "waist belt", "accessory"),
        traits=("a buckle", "a row of holes and a buckle"),
        uses=("the waist", "holding everything up", "a well-defined waist", "work and weekends",
              "finishing an outfit", "every day"),
    ),
    "handbag": Entry(
        "bags",
        one=("handbag", "bag", "purse", "ladies' bag", "hand bag"),
        kinds=("bag", "accessory"),
        labels=("handbag", "bag", "purse", "bags"),
        traits=("room for the essentials", "space for purse, phone and keys"),
        uses=("phone, keys and make-up", "the office", "shopping", "an evening out",
              "days in town", "carrying the essentials", "going out"),
    ),
    "backpack": Entry(
        "bags",
        one=("backpack", "rucksack", "knapsack", "daypack", "school bag"),
        kinds=("bag",),
        labels=("backpack", "rucksack", "bag", "daypack"),
        traits=("two shoulder straps", "padded straps", "room for books and a laptop"),
        uses=("school", "hiking", "the way to work", "books and a laptop", "travelling",
              "weekend trips", "carrying on both shoulders"),
    ),
    "watch": Entry(
        "accessories",
        one=("watch", "wristwatch", "wrist watch", "timepiece"),
        kinds=("accessory",),
        labels=("watch", "wristwatch", "timepiece", "accessory"),
        traits=("a strap and a dial", "a clear dial", "a dial that is easy to read"),
        uses=("the wrist", "telling the time", "business and leisure", "being on time",
              "a birthday present", "every day"),
    ),
    "sunglasses": Entry(
        "accessories",
        pair=("sunglasses", "shades", "sun specs", "specs", "dark glasses"),
        kinds=("eyewear", "accessory"),
        labels=("sunglasses", "shades", "eyewear", "glasses"),
        traits=("dark lenses", "two dark lenses", "tinted lenses"),
        uses=("bright days", "the beach", "driving in the sun", "protecting the eyes",
              "skiing and sailing", "summer holidays", "bright light"),
    ),
    "mug": Entry(
        "tableware",
        one=("mug", "cup", "coffee mug", "coffee cup", "tea mug"),
        kinds=("piece of tableware", "kitchenware"),
        labels=("mug", "cup", "coffee mug", "tableware"),
        traits=("a handle", "a handle at the side", "room for a big drink"),
        uses=("hot drinks", "coffee and tea", "the first coffee of the day", "cocoa",
              "the office kitchen", "a long tea break", "breakfast"),
    ),
    "teapot": Entry(
        "tableware",
        one=("teapot", "tea pot", "pot for tea"),
        kinds=("piece of tableware", "kitchenware", "pot"),
        labels=("teapot", "tea pot", "pot", "kitchenware"),
        traits=("a spout and a handle", "a lid and a spout", "a curved spout"),
        uses=("brewing tea", "tea with friends", "afternoon tea", "breakfast", "serving tea",
              "a quiet tea at four", "loose leaves"),
    ),
    "vase": Entry(
        "homeware",
        one=("vase", "flower vase", "decorative vase"),
        kinds=("piece of homeware", "decoration"),
        labels=("vase", "flower vase", "homeware"),
        traits=("an open mouth", "room for a bouquet"),
        uses=("fresh flowers", "cut flowers", "a bouquet", "long stems", "a sideboard",
              "dried grasses", "a bunch of tulips"),
    ),
    "bottle": Entry(
        "tableware",
        one=("bottle", "drinking bottle", "water bottle", "flask"),
        kinds=("container", "vessel"),
        labels=("bottle", "water bottle", "flask"),
        traits=("a narrow neck", "a neck and a body", "a tall body"),
        uses=("water on the go", "cold drinks", "sport and travel", "a picnic", "long hikes",
              "the desk", "juice and water"),
    ),
    "table lamp": Entry(
        "homeware",
        one=("table lamp", "lamp", "desk lamp", "bedside lamp"),
        kinds=("lighting", "piece of homeware"),
        labels=("lamp", "table lamp", "desk lamp", "lighting"),
        traits=("a shade and a base", "a stand and a shade", "a steady base"),
        uses=("reading in bed", "a cosy light", "the bedside", "the desk", "late reading",
              "long evenings", "warm light at night"),
    ),
    "chair": Entry(
        "furniture",
        one=("chair", "dining chair", "kitchen chair"),
        kinds=("seat", "piece of furniture"),
        labels=("chair", "seat", "furniture"),
        traits=("a seat and a backrest", "a backrest"),
        uses=("the dining room", "the kitchen", "the desk", "long dinners", "reading",
              "guests", "sitting in comfort"),
    ),
    "stool": Entry(
        "furniture",
        one=("stool", "bar stool", "low stool"),
        kinds=("seat", "piece of furniture"),
        labels=("stool", "seat", "furniture"),
        traits=("no backrest", "a seat without a back"),
        uses=("the kitchen", "an extra seat", "small rooms", "the counter", "the workshop",
              "sitting down for a moment"),
    ),
    "sofa": Entry(
        "furniture",
        one=("sofa", "couch", "settee"),
        kinds=("seat", "piece of furniture"),
        labels=("sofa", "couch", "settee", "furniture"),
        traits=("room for two or more", "a wide seat", "arms and a back"),
        uses=("the living room", "film nights", "afternoon naps", "the whole family",
              "guests", "lounging", "stretching out"),
    ),
    "umbrella": Entry(
        "accessories",
        one=("umbrella", "brolly", "rain umbrella"),
        kinds=("accessory",),
        labels=("umbrella", "brolly", "parasol"),
        traits=("a handle and a wide canopy", "a wide canopy", "strong ribs"),
        uses=("rainy days", "keeping dry", "sudden showers", "wet weather", "a walk in the rain",
              "autumn storms"),
    ),
    "headphones": Entry(
        "accessories",
        pair=("headphones", "over-ear headphones"),
        kinds=("accessory", "audio gear"),
        labels=("headphones", "headset", "audio"),
        traits=("a headband and two ear cups", "padded ear cushions", "a headband"),
        uses=("music", "podcasts", "the train", "video calls", "long flights",
              "gaming", "listening in peace"),
    ),
}

PLURAL_KINDS = {"shoes", "bottoms", "pants"}
MASS_KINDS = {"footwear", "legwear", "headwear", "kitchenware", "eyewear", "audio gear", "lighting",
              "decoration"}


@dataclass(frozen=True)
class Group:
    """What is said of all products of one kind."""

    praise: tuple[str, ...]
    occasions: tuple[str, ...]
    fit: tuple[str, ...]


GROUPS: dict[str, Group] = {
    "clothes": Group(
        praise=("classic", "simple", "comfortable", "everyday", "casual", "timeless", "modern",
                "versatile", "easy-going", "smart", "elegant", "lovely", "well-made", "stylish"),
        occasions=("A [favourite|staple|keeper] for [every|any] wardrobe",
                   "As smart or as relaxed as you make {them}",
                   "Wear {it} [alone|on {its} own] or layered",
                   "Made to be worn again and again", "As good at work as at the weekend",
                   "Go{es} with [almost everything|nearly all you own]",
                   "Look{s} [good|great|right] from morning till night"),
        fit=("Fit{s} true to size", "The cut is comfortable [and allows free movement|]",
             "Cut for comfort", "Available in [all|many] sizes", "Sizes XS to XL",
             "If between sizes, take the [larger|smaller] one",
             "Unisex cut", "[Men's|Women's|Unisex] sizes available"),
    ),
    "footwear": Group(
        praise=("classic", "simple", "comfortable", "lightweight", "everyday", "stylish", "modern",
                "sturdy", "well-made", "elegant"),
        occasions=("Comfortable from the first step", "Made for [many|long] miles",
                   "A [step|stride] in the right direction",
                   "Look{s} good with almost any outfit", "Good to the foot all day long",
                   "Easy to put on and hard to take off"),
        fit=("Fit{s} true to size", "Sizes 36 to 45", "Run{s} a little [small|large]",
             "With a padded insole", "The insole is soft", "Half sizes available"),
    ),
    "headwear": Group(
        praise=("classic", "simple", "comfortable", "lightweight", "everyday", "stylish", "modern",
                "casual", "timeless"),
        occasions=("Finish{es} any outfit", "Keep{s} {its} shape", "Light enough to forget",
                   "Easy to pack", "A small thing that makes the outfit"),
        fit=("One size fits most", "Sit{s} comfortably on the head", "Two sizes available",
             "Fit{s} heads from 54 to 60 cm"),
    ),
    "bags": Group(
        praise=("classic", "roomy", "handy", "practical", "everyday", "stylish", "modern",
                "sturdy", "elegant", "smart"),
        occasions=("Everything has {its} place", "Go{es} wherever the day goes",
                   "Hold{s} a lot and weigh{s} little", "Look{s} better with every year",
                   "A good companion for busy days"),
        fit=("[Fully lined|Lined inside]", "One main compartment", "Fit{s} a [tablet|paperback]",
             "Light to carry", "Stitched by hand"),
    ),
    "accessories": Group(
        praise=("classic", "simple", "handy", "lightweight", "stylish", "modern", "timeless",
                "elegant", "practical", "well-made"),
        occasions=("A [fine|thoughtful|welcome] gift", "A small luxury for every day",
                   "Go{es} with almost everything", "Never out of fashion",
                   "Made to last for years"),
        fit=("Come{s} in a gift box", "Suit{s} [women and men|everyone]", "Light and easy to carry",
             "One size"),
    ),
    "tableware": Group(
        praise=("simple", "handy", "classic", "sturdy", "charming", "lovely", "everyday",
                "practical", "beautiful", "modern"),
        occasions=("A [fine|thoughtful|welcome] gift for a new home", "Good in the hand",
                   "Look{s} good on every table", "A pleasure to use every day",
                   "Mix{es} well with what is already in the cupboard",
                   "No two are quite alike"),
        fit=("Stand{s} firmly", "[Easy|Quick] to clean", "Made in small batches",
             "Sold singly", "Also available as a set"),
    ),
    "homeware": Group(
        praise=("simple", "decorative", "classic", "elegant", "charming", "lovely", "graceful",
                "modern", "beautiful", "stylish"),
        occasions=("A [fine|thoughtful|welcome] gift for a new home",
                   "Look{s} good in every room", "An eye-catcher on any shelf",
                   "Bring{s} a quiet corner to life", "At home in old houses and new flats"),
        fit=("Stand{s} firmly", "[Easy|Quick] to clean", "Made in small batches",
             "Arrive{s} well packed", "Also available in other sizes"),
    ),
    "furniture": Group(
        praise=("comfortable", "sturdy", "classic", "simple", "elegant", "modern", "stylish",
                "solidly built", "timeless", "handsome"),
        occasions=("At home in old houses and new flats", "Made for long evenings",
                   "A good place to sit down", "Look{s} good in every room",
                   "Invite{s} everybody to stay a little longer"),
        fit=("Hold{s} up to 120 kg", "Delivered ready to use", "Easy to put together",
             "Felt pads protect the floor", "Stable on every floor"),
    ),
}

# The first word is the studio's own name and is used most; no word may fit another colour.
COLOURS: dict[str, tuple[str, ...]] = {
    "white": ("white", "snow white", "bright white", "pure white", "off-white", "chalk white",
              "milk white", "ivory", "pearl white"),
    "black": ("black", "jet black", "deep black", "ebony", "onyx", "raven black", "coal black",
              "midnight black", "ink black"),
    "grey": ("grey", "gray", "slate grey", "stone grey", "ash grey", "mid-grey", "smoke grey",
             "steel grey", "mouse grey", "dove grey"),
    "red": ("red", "bright red", "scarlet", "crimson", "cherry red", "ruby red", "poppy red",
            "tomato red", "fire red", "vermilion"),
    "blue": ("blue", "royal blue", "cobalt blue", "cobalt", "bright blue", "azure", "sapphire",
             "sapphire blue", "ocean blue", "cornflower blue"),
    "navy": ("navy", "navy blue", "dark blue", "midnight blue", "deep blue", "marine blue",
             "ink blue", "midnight", "deep navy"),
    "green": ("green", "bright green", "emerald", "emerald green", "grass green", "leaf green",
              "fern green", "jade green", "apple green", "shamrock green"),
    "olive": ("olive", "olive green", "khaki green", "army green", "moss green", "dark olive",
              "drab olive", "military green"),
    "yellow": ("yellow", "bright yellow", "lemon", "lemon yellow", "sunny yellow",
               "canary yellow", "sunflower yellow", "golden yellow", "buttercup yellow"),
    "orange": ("orange", "bright orange", "tangerine", "pumpkin orange", "mandarin orange",
               "apricot orange", "amber orange", "carrot orange"),
    "pink": ("pink", "rose pink", "blush pink", "rosy pink", "candy pink", "bubblegum pink",
             "flamingo pink", "soft pink", "baby pink"),
    "purple": ("purple", "violet", "plum purple", "aubergine", "amethyst", "grape purple",
               "deep purple", "royal purple", "indigo violet"),
    "brown": ("brown", "chocolate brown", "chestnut brown", "chestnut", "dark brown", "cocoa brown",
              "mocha brown", "walnut brown", "mahogany brown", "chocolate"),
    "beige": ("beige", "sand", "tan", "sandy beige", "camel", "oatmeal", "fawn", "ecru",
              "biscuit", "sand-coloured"),
    "teal": ("teal", "petrol", "petrol blue", "blue-green", "dark turquoise", "peacock blue",
             "teal green", "teal blue", "dark cyan"),
    "burgundy": ("burgundy", "wine red", "maroon", "bordeaux red", "dark red", "claret", "oxblood",
                 "wine-coloured", "deep red", "garnet"),
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
        ("plain", "solid", "solid-coloured", "unpatterned", "unprinted"),
        ("without a pattern", "without print", "with no pattern", "with no print"),
    ),
    "striped": Pattern(
        ("striped", "stripy", "stripe-patterned"),
        ("with stripes", "with a striped pattern", "with a stripe print", "covered in stripes"),
        ("stripes", "bands of stripes"), ("stripes", "a stripe pattern"),
    ),
    "checked": Pattern(
        ("checked", "checkered", "gingham", "check-patterned"),
        ("with checks", "with a check pattern", "in a gingham check", "with a checked pattern"),
        ("checks", "squares"), ("checks", "a check pattern", "gingham"),
    ),
    "dotted": Pattern(
        ("dotted", "polka-dot", "spotted", "dotty"),
        ("with dots", "with polka dots", "with a polka-dot print", "covered in dots"),
        ("dots", "polka dots", "spots"), ("dots", "polka dots", "a dot pattern"),
    ),
    "floral": Pattern(
        ("floral", "flowery", "flower-print", "floral-print", "flower-patterned"),
        ("with a flower print", "with a floral pattern", "with a floral print",
         "with printed flowers"),
        ("flowers", "blossoms"), ("a floral print", "a flower pattern"),
    ),
    "plaid": Pattern(
        ("plaid", "tartan", "tartan-patterned"),
        ("in tartan", "with a plaid pattern", "with a tartan pattern", "in plaid"),
        (), ("tartan", "plaid", "a tartan pattern"),
    ),
    "speckled": Pattern(
        ("speckled", "flecked", "speckle-patterned"),
        ("with speckles", "with flecks all over", "with a speckled finish", "with a flecked look"),
        ("speckles", "flecks"), ("speckles", "flecks"),
    ),
    "zigzag": Pattern(
        ("zigzag", "chevron", "zigzag-patterned"),
        ("with a zigzag pattern", "with zigzags", "with chevrons", "in a chevron pattern"),
        ("zigzags", "zigzag lines", "chevrons"), ("zigzags", "a chevron pattern"),
    ),
    "camouflage": Pattern(
        ("camouflage", "camo", "camouflage-print"),
        ("in camouflage", "with a camouflage pattern", "with a camo print"),
        (), ("camouflage", "a camo print"),
    ),
    "two-tone": Pattern(
        ("two-tone", "colour-block", "two-coloured"),
        ("in two tones", "with a colour-block design"),
        (), ("a colour-block design",),
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
        ("cotton", "pure cotton", "organic cotton"), ("cotton", "pure cotton", "organic cotton"),
        ("soft", "breathable", "kind to the skin", "easy to wash", "soft and light"),
        ("Machine wash at [30|40] degrees", "Wash with like colours", "Machine washable",
         "Can be washed and ironed"),
    ),
    "denim": Stuff(
        ("denim",), ("denim", "sturdy denim", "heavy denim"),
        ("hard-wearing", "sturdy", "better with every wash", "tough but soft inside"),
        ("Wash inside out", "Machine wash cold", "Wash separately at first"),
    ),
    "wool": Stuff(
        ("wool", "woollen", "pure wool"), ("wool", "pure wool", "soft wool", "virgin wool"),
        ("warm", "soft and warm", "naturally warm", "cosy"),
        ("Hand wash cold", "Dry clean only", "Dry flat", "Air after wearing"),
    ),
    "knit": Stuff(
        ("knitted", "knit", "soft-knit"), ("knit", "soft knit", "fine knit", "knitwear yarn"),
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
        ("suede", "soft suede"), ("suede", "soft suede", "fine suede"),
        ("velvety", "soft to the touch", "pleasantly soft"),
        ("Brush gently", "Protect with a spray", "Keep dry"),
    ),
    "satin": Stuff(
        ("satin", "satin-finish"), ("satin", "flowing satin", "fine satin"),
        ("smooth and shiny", "softly gleaming", "silky to the touch"),
        ("Hand wash cold", "Iron on low heat", "Dry clean"),
    ),
    "silk": Stuff(("silk", "pure silk"), ("silk", "pure silk"),
                  ("smooth and light", "softly gleaming"), ("Hand wash cold", "Dry clean only")),
    "linen": Stuff(("linen", "pure linen"), ("linen", "pure linen"),
                   ("cool in summer", "airy"), ("Machine wash at 30 degrees",)),
    "velvet": Stuff(("velvet",), ("velvet", "soft velvet"), ("soft to the touch",),
                    ("Brush gently", "Dry clean only")),
    "nylon": Stuff(("nylon",), ("nylon", "light nylon"), ("light", "quick to dry")),
    "straw": Stuff(("straw", "woven-straw"), ("straw", "woven straw"), ("light", "airy")),
    "canvas": Stuff(
        ("canvas", "sturdy canvas", "cotton-canvas"), ("canvas", "sturdy canvas", "tough canvas"),
        ("hard-wearing", "tough", "light but strong"),
        ("Brush off dry dirt", "Spot clean only"),
    ),
    "rubber": Stuff(
        ("rubber",), ("rubber", "natural rubber"),
        ("waterproof", "springy", "flexible"), ("Rinse with water", "Wipe clean"),
    ),
    "ceramic": Stuff(
        ("ceramic", "stoneware", "earthenware", "glazed"),
        ("ceramic", "stoneware", "glazed ceramic", "fired clay"),
        ("smooth", "glazed by hand", "pleasant to touch", "fired twice"),
        ("Wash by hand", "Easy to wipe clean", "Handle with care"),
    ),
    "glass": Stuff(
        ("glass", "blown-glass"), ("glass", "blown glass", "thick glass"),
        ("smooth", "full of light", "easy to clean", "mouth-blown"),
        ("Wash by hand", "Handle with care", "Polish with a soft cloth"),
    ),
    "metal": Stuff(
        ("metal", "all-metal"), ("metal", "solid metal", "polished metal"),
        ("sturdy", "cool to the touch", "built to last"),
    ),
    "wood": Stuff(
        ("wooden", "wood", "solid-wood"), ("wood", "solid wood", "oiled wood"),
        ("warm to the touch", "naturally grained", "oiled by hand"),
        ("Oil once a year", "Wipe with a dry cloth", "Keep away from damp"),
    ),
    "plastic": Stuff(
        ("plastic", "moulded-plastic"), ("plastic", "tough plastic", "moulded plastic"),
        ("light", "easy to clean", "almost unbreakable"),
    ),
}

# Extra names that fit some designs only: category -> {part of the design's name: names}.
DESIGN_NOUNS: dict[str, dict[str, tuple[str, ...]]] = {}
# Phrases for designs whose raw name does not read well before the noun:
# (category, design) -> (before the noun, after the noun).
DESIGN_PHRASES: dict[tuple[str, str], tuple[tuple[str, ...], tuple[str, ...]]] = {}
