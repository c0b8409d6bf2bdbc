"""Made-up people with a business: the same person for the same number, whenever and wherever.

Nobody real is meant: addresses are at example.org and its like, numbers from the exchange 555, which no
subscriber has.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final, NamedTuple

from django.utils.text import slugify

FIRST_NAMES: Final = (
    "Aaron Abigail Adriana Aisha Alan Alejandra Amara Amir Ana Andre Angela Anita Anthony April Arjun "
    "Ashley Beatriz Ben Bianca Brandon Brenda Brian Camila Carlos Carmen Caroline Cesar Charlotte Chen "
    "Chloe Claire Connor Cynthia Dana Daniel Darius Deborah Denise Derek Diana Diego Dominic Elena Eli "
    "Emma Eric Esther Ethan Eva Farah Felix Fiona Frank Gabriel Gloria Grace Grant Hannah Hassan Heather "
    "Hector Helen Henry Hiro Holly Ian Imani Irene Isaac Isabel Ivan Jamal James Jasmine Javier Jenna "
    "Jerome Joanna Joel Jordan José Julia Kareem Karen Keisha Kevin Kim Kyle Lamar Laura Leah Leo Lillian "
    "Linh Logan Lucia Luis Luther Malik Marcus Maria Marta Martin Maya Megan Mei Michael Miguel Mina "
    "Mohammed Monica Nadia Naomi Nathan Nina Noah Nora Olga Omar Oscar Owen Paige Patricia Paul Pedro "
    "Peter Priya Rachel Rafael Raj Renée Rosa Ruth Ryan Samuel Sandra Sara Sean Sofia Stella Tamika Tara "
    "Teresa Theo Thomas Tina Tyrone Uma Valeria Vera Victor Vivian Wanda Wei Wendy William Xavier Yara "
    "Yolanda Yusuf Zoe"
).split()
LAST_NAMES: Final = (
    "Abbott Acosta Adeyemi Ahmed Alvarez Anderson Aoki Avila Bailey Banks Barnes Bauer Becker Bell "
    "Bennett Bishop Blake Boone Boyd Brooks Bryant Burke Byrne Caldwell Campos Carter Castillo Chan "
    "Chavez Cho Clark Cohen Coleman Cortez Cruz Dalton Daniels Davis Delgado Desai Diaz Dixon Doyle Duran "
    "Eaton Edwards Ellis Espinoza Farrell Fields Figueroa Fischer Fleming Flores Ford Foster Freeman "
    "Fuentes Gallagher Garcia Gibson Gomez Graham Grant Griffin Gupta Guzman Hahn Hale Harper Hayes "
    "Henderson Herrera Hill Holt Howard Huang Hughes Ibrahim Ingram Irwin Jackson Jensen Jimenez Johnson "
    "Juarez Kane Kaplan Kelley Khan Kim King Klein Knox Kumar Lam Lane Larsen Le Leblanc Lewis Lopez Lowe "
    "Lynch Maddox Malone Marsh Martinez Mason Mbeki McCoy Medina Mehta Mendoza Miller Mitchell Molina "
    "Morales Moran Morgan Moss Murphy Nash Navarro Nguyen Nolan Novak Obrien Ochoa Okafor Oliver Ortega "
    "Ortiz Osei Owens Pacheco Palmer Park Patel Payne Pena Perez Perry Pham Pierce Porter Powell Quinn "
    "Ramirez Reed Reyes Rhodes Rios Rivera Robinson Rojas Romero Rossi Roy Ruiz Russo Salazar Sanchez "
    "Santos Schmidt Schultz Shah Shaw Silva Simmons Singh Soto Sparks Spencer Steele Stone Suarez "
    "Sullivan Tanaka Tate Taylor Thomas Torres Tran Turner Vance Vargas Vaughn Vega Wade Walker Walsh "
    "Wang Ward Watkins Webb Weiss West Whitaker Wong Wright Yang Yates York Young Zamora Ziegler "
    "Zimmerman"
).split()
_PAIRS: Final = len(FIRST_NAMES) * len(LAST_NAMES)
TRADES: Final = (
    ("Bakery", "Restaurant"),
    ("Taqueria", "Restaurant"),
    ("Coffee", "Restaurant"),
    ("Catering", "Restaurant"),
    ("Roofing", "Construction"),
    ("Plumbing", "Construction"),
    ("Electric", "Construction"),
    ("Masonry", "Construction"),
    ("Landscaping", "Construction"),
    ("Trucking", "Transport"),
    ("Logistics", "Transport"),
    ("Auto Repair", "Automotive"),
    ("Tire & Brake", "Automotive"),
    ("Dental", "Health"),
    ("Physical Therapy", "Health"),
    ("Pharmacy", "Health"),
    ("Salon", "Personal care"),
    ("Barbershop", "Personal care"),
    ("Fitness", "Personal care"),
    ("Cleaning", "Services"),
    ("Printing", "Services"),
    ("Accounting", "Services"),
    ("Daycare", "Services"),
    ("Florist", "Retail"),
    ("Hardware", "Retail"),
    ("Liquors", "Retail"),
    ("Bicycles", "Retail"),
    ("Books", "Retail"),
)
FORMS: Final = ("LLC", "LLC", "LLC", "Corporation", "Partnership", "Sole proprietor")
STREETS: Final = (
    "Main Oak Maple Cedar Park Lake Hill Washington Mission Broad Canal Union River Spring".split()
)
STREET_KINDS: Final = ("St", "Ave", "Blvd", "Rd", "Way")


class City(NamedTuple):
    name: str
    state: str
    postal_code: str
    area_code: str
    time_zone: str


_EAST, _CENTRAL, _MOUNTAIN, _WEST = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
)
CITIES: Final = (
    City("Atlanta", "GA", "303", "404", _EAST),
    City("Boston", "MA", "021", "617", _EAST),
    City("Brooklyn", "NY", "112", "718", _EAST),
    City("Charlotte", "NC", "282", "704", _EAST),
    City("Columbus", "OH", "432", "614", _EAST),
    City("Jacksonville", "FL", "322", "904", _EAST),
    City("Miami", "FL", "331", "305", _EAST),
    City("Newark", "NJ", "071", "973", _EAST),
    City("Philadelphia", "PA", "191", "215", _EAST),
    City("Pittsburgh", "PA", "152", "412", _EAST),
    City("Richmond", "VA", "232", "804", _EAST),
    City("Tampa", "FL", "336", "813", _EAST),
    City("Austin", "TX", "787", "512", _CENTRAL),
    City("Chicago", "IL", "606", "312", _CENTRAL),
    City("Dallas", "TX", "752", "214", _CENTRAL),
    City("Houston", "TX", "770", "713", _CENTRAL),
    City("Kansas City", "MO", "641", "816", _CENTRAL),
    City("Memphis", "TN", "381", "901", _CENTRAL),
    City("Milwaukee", "WI", "532", "414", _CENTRAL),
    City("Minneapolis", "MN", "554", "612", _CENTRAL),
    City("New Orleans", "LA", "701", "504", _CENTRAL),
    City("Omaha", "NE", "681", "402", _CENTRAL),
    City("San Antonio", "TX", "782", "210", _CENTRAL),
    City("Albuquerque", "NM", "871", "505", _MOUNTAIN),
    City("Boise", "ID", "837", "208", _MOUNTAIN),
    City("Denver", "CO", "802", "303", _MOUNTAIN),
    City("Salt Lake City", "UT", "841", "801", _MOUNTAIN),
    City("Phoenix", "AZ", "850", "602", "America/Phoenix"),
    City("Las Vegas", "NV", "891", "702", _WEST),
    City("Los Angeles", "CA", "900", "213", _WEST),
    City("Oakland", "CA", "946", "510", _WEST),
    City("Portland", "OR", "972", "503", _WEST),
    City("Sacramento", "CA", "958", "916", _WEST),
    City("San Diego", "CA", "921", "619", _WEST),
    City("Seattle", "WA", "981", "206", _WEST),
)


@dataclass(frozen=True, slots=True)
class Person:
    first_name: str
    last_name: str
    email: str
    phone: str
    business: str
    trade: str
    form: str
    city: City
    street: str
    postal_code: str

    @property
    def legal_name(self) -> str:
        ending = {"LLC": " LLC", "Corporation": " Inc."}.get(self.form, "")
        return f"{self.business}{ending}"

    @property
    def written_phone(self) -> str:
        """The way people type it."""
        return f"({self.phone[2:5]}) {self.phone[5:8]}-{self.phone[8:]}"

    @property
    def website(self) -> str:
        return f"https://example.com/{slugify(self.business)}"


def person(number: int) -> Person:
    """Person `number`; the first 30,000 have names of their own, all have emails and phones of their own."""
    rng = Random(number)  # noqa: S311 (the same person for the same number, no secret)
    # A prime stride, so that neighbours have nothing in common and no pair of names returns too early.
    last, first = divmod(number * 7919 % _PAIRS, len(FIRST_NAMES))
    first_name, last_name = FIRST_NAMES[first], LAST_NAMES[last]
    city = CITIES[number % len(CITIES)]
    trade, industry = rng.choice(TRADES)
    return Person(
        first_name=first_name,
        last_name=last_name,
        email=_email(first_name, last_name, number // _PAIRS, rng.choice(("org", "com", "net"))),
        phone=f"+1{city.area_code}555{_line(number // len(CITIES)):04d}",
        business=f"{rng.choice((last_name, last_name, city.name))} {trade}".replace("'", ""),
        trade=industry,
        form=rng.choice(FORMS),
        city=city,
        street=f"{rng.randint(10, 9900)} {rng.choice(STREETS)} {rng.choice(STREET_KINDS)}",
        postal_code=f"{city.postal_code}{rng.randint(1, 40):02d}",
    )


def _email(first: str, last: str, namesakes: int, ending: str) -> str:
    local = f"{first}.{last}{namesakes or ''}".lower().replace("é", "e")
    return f"{local}@example.{ending}"


def _line(place: int) -> int:
    """The last four digits: first those set aside for stories, 0100 to 0199; never 1212, the directory."""
    line = 100 + place
    return line + (line >= 1212)
