"""Ways to describe a product that its training captions never use: a test of understanding.

Each text fits one category and no other of the studio's. Its words mostly occur in the captions,
but the caption generator writes none of these texts: tests hold both.
"""

from __future__ import annotations

_BY_CATEGORY: dict[str, tuple[str, ...]] = {
    "t-shirt": (
        "short-sleeved casual top", "a top with short sleeves for hot summer days",
        "light cotton tee to wear at the gym", "simple tee without buttons or hood",
        "short sleeves, round neck, made of jersey",
    ),
    "long-sleeved top": (
        "a thin top whose sleeves reach the wrist", "jersey with sleeves down to the hands",
        "light long-sleeve layer for cool evenings", "a light layer that covers the whole arm",
        "thin cotton top with long narrow sleeves",
    ),
    "shirt": (
        "what you wear to the office with a collar and buttons",
        "top with a collar that buttons up",
        "buttoned top with cuffs for meetings", "smart top with a row of buttons and a collar",
        "a garment with a collar, buttons and cuffs",
    ),
    "pullover": (
        "warm knitted top for winter", "woolly jumper to keep you warm",
        "thick sweater for cold evenings", "knitwear for the top half, no hood",
        "a woollen top pulled over the head", "cosy knitted sweater with ribbed cuffs",
    ),
    "hoodie": (
        "sweatshirt with a hood", "soft cotton top with a hood for lounging",
        "hooded cotton layer for the way to training", "top with a hood and a kangaroo pocket",
        "casual layer with hood and drawstrings",
    ),
    "jacket": (
        "short outer layer for windy days", "something to wear over other layers in spring",
        "a bomber or a blazer", "light outerwear that ends at the hips",
        "short zipped outerwear for cool evenings",
    ),
    "coat": (
        "long outerwear for cold winter days", "the long outer layer for snow and frost",
        "something long and warm to wear over everything", "a parka, a trench or a duffle",
        "long warm outerwear that reaches the knees",
    ),
    "dress": (
        "a gown for an evening party", "one-piece garment for women, worn at weddings",
        "what a woman wears to a garden party, in one piece", "summer frock for dancing",
        "a one-piece that falls from the shoulders over the knees",
    ),
    "skirt": (
        "garment that hangs from the waist around both legs",
        "a pleated mini that ends above the knee",
        "women's bottom half without trouser legs", "what swings round the legs when you dance",
        "flared garment worn from the waist down",
    ),
    "trousers": (
        "long pants for the office", "smart slacks with a crease", "legwear for work and meetings",
        "a pair of chinos or slacks", "long bottoms that cover both legs, not made of denim",
    ),
    "jeans": (
        "sturdy denim for the legs", "pants made of denim", "denim legwear for hard work",
        "long legs of sturdy denim", "five-pocket pants in denim",
    ),
    "shorts": (
        "short pants that end above the knee", "legwear for hot days at the beach",
        "legwear cut short for running", "summer bottoms that leave the knees bare",
        "bermudas or cut-offs for the holidays",
    ),
    "sneaker": (
        "footwear for running", "sports footwear with laces and a rubber sole",
        "a shoe to wear at the gym", "kicks for the street", "comfortable trainers to walk all day",
        "athletic shoe with a cushioned sole",
    ),
    "sandal": (
        "open footwear for the beach", "summer shoe that shows the toes",
        "shoe with open toes for hot days", "airy footwear for holidays by the sea",
        "shoes for barefoot weather",
    ),
    "ankle boot": (
        "footwear that covers the ankle, for rainy days", "short boots for autumn",
        "sturdy boot that ends above the ankle", "leather booties with a low shaft",
        "a shoe with a shaft for cold and wet days",
    ),
    "high-heeled shoe": (
        "elegant shoes that make you taller", "footwear with a tall thin heel",
        "pumps and stilettos for a party", "dressy shoe for dancing on high heels",
        "a shoe whose heel is raised high",
    ),
    "hat": (
        "headwear with a wide brim", "something with a brim to keep the sun off your head",
        "a fedora or a sun hat", "brimmed headwear for the garden",
        "brim all round to shade the face",
    ),
    "cap": (
        "headwear with a visor at the front", "baseball headwear with a peak",
        "what a baseball player wears on the head", "peaked headgear to shade the eyes",
        "it has a peak at the front and sits on the head",
    ),
    "beanie": (
        "knitted winter headwear", "woolly hat without a brim", "warm knitted cover for the ears",
        "close warm headwear without brim or peak", "soft knitted hat for skiing",
        "wool for the head when it snows",
    ),
    "scarf": (
        "a long piece of wool to wrap round the neck", "something warm for your neck",
        "knitted fabric with a fringe for the neck", "neckwear for windy winter walks",
        "it keeps the neck warm",
    ),
    "belt": (
        "leather strap with a buckle for the waist", "fastened round the hips with a buckle",
        "a strap with holes and a buckle", "what goes round the waist and through a buckle",
        "waist strap with a metal buckle",
    ),
    "handbag": (
        "a purse or a clutch for an evening out", "small leather bag for keys and phone",
        "ladies' bag carried in the hand", "a tote for shopping",
        "elegant bag with a handle for make-up and keys",
    ),
    "backpack": (
        "bag with two straps for hiking", "school bag carried on both shoulders",
        "a rucksack for books and a laptop", "what hikers carry on their back",
        "pack with padded shoulder straps for a weekend trip",
    ),
    "watch": (
        "it tells the time on your wrist", "timepiece with a leather strap",
        "a small clock for the wrist", "accessory for the wrist with a dial",
        "wear it on the wrist to be on time",
    ),
    "sunglasses": (
        "eyewear for bright summer days", "dark lenses that protect the eyes",
        "shades for the beach", "glasses with dark lenses against the sun",
        "what you wear over the eyes when driving in the sun",
    ),
    "mug": (
        "something to drink hot coffee from", "a cup with a handle for tea",
        "ceramic cup for cocoa at breakfast", "you drink your morning coffee out of it",
        "tableware for one hot drink, with a handle at the side",
    ),
    "teapot": (
        "a pot with a spout for brewing tea", "kitchenware to pour tea from",
        "vessel with lid, spout and handle", "pot that serves tea to your friends",
        "it brews loose leaves and pours through a spout",
    ),
    "vase": (
        "a container for fresh flowers", "it holds a bouquet on the sideboard",
        "put your roses and tulips in it", "decorative vessel for cut flowers",
        "where a bunch of tulips stands in water",
    ),
    "bottle": (
        "a tall vessel with a narrow neck for water", "container to carry cold drinks on a hike",
        "flask for water on the go", "something with a narrow neck to drink juice from",
        "it holds a drink for the picnic and closes at the neck",
    ),
    "table lamp": (
        "a light for the bedside table", "lighting for the desk with a shade",
        "it gives warm light for reading in bed", "a shade on a stand that lights the desk",
        "switch it on to read late at night",
    ),
    "chair": (
        "a seat with a backrest for the dining room",
        "furniture in which one person sits at the table",
        "seat with four legs and a back", "single seat with a back for the kitchen table",
        "dining room seat to lean back in",
    ),
    "stool": (
        "a seat without a backrest", "backless seat for the kitchen counter",
        "a small seat on legs, with no back", "bar furniture to sit on, without a back",
        "simple low seat that has no back or arms",
    ),
    "sofa": (
        "a couch for the living room", "wide furniture for two or more people to sit on",
        "soft seat where the whole family watches films", "a settee for afternoon naps",
        "long upholstered seat with arms and a back",
    ),
    "umbrella": (
        "it keeps you dry in the rain", "a brolly for wet weather",
        "canopy with a handle against sudden showers", "hold it over your head when it rains",
        "protection from the rain with a wide canopy",
    ),
    "headphones": (
        "wear them over your ears to hear music", "audio gear for the ears",
        "two ear cups joined by a headband", "gear for listening to podcasts on the train",
        "a headset for video calls",
    ),
}

PARAPHRASES: list[tuple[str, str]] = [
    (text, category) for category, texts in _BY_CATEGORY.items() for text in texts
]
"""Pairs of a text and the one category that it describes."""
