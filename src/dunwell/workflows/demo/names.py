"""Words that invented companies, people and orders are made of. Every address ends in `.example` (RFC 2606)."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Region:
    """Where customers come from: how companies are called there, and people."""

    country: str
    currency: str
    time_zone: str
    weight: int  # customers of a hundred
    forms: tuple[str, ...]
    given: tuple[str, ...]
    family: tuple[str, ...]


REGIONS = (
    Region(
        "US",
        "USD",
        "America/New_York",
        30,
        ("Inc.", "LLC", "Co.", ""),
        ("Olivia", "Marcus", "Hannah", "Tyler", "Danielle", "Andre", "Megan", "Luis", "Priscilla", "Grant"),
        ("Whitaker", "Delgado", "Brooks", "Nguyen", "Kowalski", "Freeman", "Hartley", "Okafor", "Reyes", "Sutton"),
    ),
    Region(
        "GB",
        "GBP",
        "Europe/London",
        20,
        ("Ltd", "Limited", "& Partners", ""),
        ("Imogen", "Callum", "Priya", "Rhys", "Eleanor", "Tariq", "Niamh", "Duncan", "Harriet", "Kofi"),
        ("Ashworth", "Bhatt", "Carrick", "Penrose", "Okonkwo", "Llewellyn", "Hargreaves", "Sinclair", "Marsh", "Doyle"),
    ),
    Region(
        "DE",
        "EUR",
        "Europe/Berlin",
        14,
        ("GmbH", "AG", "GmbH & Co. KG", "UG"),
        ("Annika", "Jörg", "Lena", "Tobias", "Kerstin", "Emre", "Frauke", "Matthias", "Ilse", "Jannik"),
        ("Brückner", "Hoffmann", "Yıldız", "Kessler", "Vogt", "Lindemann", "Schäfer", "Paulsen", "Großkopf", "Riedel"),
    ),
    Region(
        "FR",
        "EUR",
        "Europe/Paris",
        8,
        ("SARL", "SAS", "& Fils", ""),
        ("Élodie", "Mathieu", "Camille", "Yacine", "Solène", "Thibault", "Aurélie", "Bastien"),
        ("Lefèvre", "Marchand", "Benali", "Rousseau", "Charpentier", "Delacour", "Vasseur", "Girault"),
    ),
    Region(
        "ES",
        "EUR",
        "Europe/Madrid",
        7,
        ("S.L.", "S.A.", ""),
        ("Lucía", "Álvaro", "Nerea", "Joaquín", "Inés", "Pablo", "Montserrat", "Íñigo"),
        ("Ibáñez", "Quintana", "Salgado", "Etxeberria", "Núñez", "Carrasco", "Vidal", "Peñalver"),
    ),
    Region(
        "NL",
        "EUR",
        "Europe/Amsterdam",
        6,
        ("B.V.", "N.V.", ""),
        ("Sanne", "Joris", "Femke", "Daan", "Marijke", "Wouter"),
        ("van Dijk", "de Groot", "Hendriks", "ten Brink", "Mulder", "Verhoeven"),
    ),
    Region(
        "IN",
        "USD",
        "Asia/Kolkata",
        8,
        ("Pvt. Ltd.", "LLP", ""),
        ("Ananya", "Rohan", "Deepika", "Arjun", "Kavita", "Vikram", "Meera", "Sanjay"),
        ("Iyer", "Chatterjee", "Malhotra", "Reddy", "Desai", "Kapoor", "Nair", "Bose"),
    ),
    Region(
        "AU",
        "USD",
        "Australia/Sydney",
        4,
        ("Pty Ltd", ""),
        ("Matilda", "Lachlan", "Kirra", "Angus", "Zoe", "Hamish"),
        ("Farrell", "Ngata", "Pemberton", "Walsh", "Kellett", "Tran"),
    ),
    Region(
        "SE",
        "EUR",
        "Europe/Stockholm",
        3,
        ("AB", ""),
        ("Linnéa", "Oskar", "Ebba", "Nils", "Åsa", "Viktor"),
        ("Lindqvist", "Öberg", "Nyström", "Sjöholm", "Ekdahl", "Ångström"),
    ),
)

FIRST_WORDS = (
    "Amber", "Alder", "Anchor", "Atlas", "Beacon", "Birch", "Bluefin", "Bramble", "Brightwater", "Canary", "Cedar",
    "Cinder", "Clover", "Cobalt", "Copperleaf", "Coral", "Crescent", "Dovetail", "Driftwood", "Echo", "Elmstone",
    "Ember", "Fable", "Fernway", "Finch", "Foxglove", "Gable", "Glasswing", "Granite", "Greenhill", "Halcyon",
    "Harbor", "Hazel", "Heron", "Hollow Oak", "Indigo", "Ironbridge", "Ivory", "Juniper", "Kestrel", "Kingfisher",
    "Lakeside", "Larkspur", "Lighthouse", "Linden", "Lumen", "Magpie", "Maple", "Meridian", "Millstone", "Mosaic",
    "Nettle", "Nimbus", "Northgate", "Oakline", "Opal", "Orchard", "Osprey", "Paperkite", "Pebble", "Pinecrest",
    "Plumb", "Quarry", "Quince", "Redwood", "Ridgeline", "Riverside", "Rowan", "Saffron", "Sable", "Saltmarsh",
    "Sandpiper", "Silverbirch", "Slate", "Sparrow", "Stonefruit", "Summit", "Sundial", "Tamarind", "Teal", "Thistle",
    "Tidewater", "Umber", "Vela", "Verdant", "Wayfarer", "Westerly", "Whitecap", "Willow", "Wren", "Yarrow", "Zephyr",
)  # fmt: skip

SECOND_WORDS = (
    "Analytics", "Apparel", "Bikes", "Botanicals", "Casino Guide", "Coffee", "Crypto Daily", "Dental", "Education",
    "Energy", "Events", "Finance", "Fitness", "Furniture", "Games", "Gardens", "Health", "Hosting", "Insurance",
    "Interiors", "Jobs", "Kitchen", "Labs", "Legal", "Logistics", "Media", "Mobility", "Mortgages", "Nutrition",
    "Optics", "Outdoor", "Payments", "Pets", "Pharma", "Properties", "Recruitment", "Robotics", "Security", "Shoes",
    "Skincare", "Software", "Solar", "Sports", "Studios", "Supply", "Systems", "Tea", "Telecom", "Toys", "Travel",
    "VPN", "Watches", "Weddings", "Wines", "Yachts",
)  # fmt: skip

AGENCY_WORDS = ("Digital", "SEO", "Outreach", "Content", "Growth", "Search", "Links", "Marketing", "Publishing")


@dataclasses.dataclass(frozen=True)
class Service:
    """Something the agency sells: how an invoice describes it, and what one costs in whole units."""

    text: str  # `{n}` is the quantity, `{month}` the month it was done in
    quantity: tuple[int, int]
    price: tuple[int, int]
    weight: int


SERVICES = (
    Service("{n} guest posts, {month}", (2, 10), (95, 380), 40),
    Service("{n} link insertions, {month}", (3, 14), (60, 190), 20),
    Service("Content package of {n} articles, {month}", (4, 12), (110, 260), 12),
    Service("SEO retainer, {month}", (1, 1), (900, 4800), 16),
    Service("Digital PR campaign, {month}", (1, 1), (2400, 9800), 5),
    Service("Niche edits: {n} placements, {month}", (2, 8), (80, 240), 7),
)
