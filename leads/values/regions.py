"""Tables of places: countries (ISO 3166-1), the states of the United States and Canada, their time zones."""

from __future__ import annotations

from typing import Final

COUNTRIES: Final = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW
    BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI
    FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN
    IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME
    MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF
    PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV
    SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE
    YT ZA ZM ZW
    """.split()
)

# Code, name, and the one time zone of the place; a dash where it has several.
_UNITED_STATES: Final = """
    AL Alabama America/Chicago
    AK Alaska -
    AZ Arizona -
    AR Arkansas America/Chicago
    CA California America/Los_Angeles
    CO Colorado America/Denver
    CT Connecticut America/New_York
    DE Delaware America/New_York
    DC District_of_Columbia America/New_York
    FL Florida -
    GA Georgia America/New_York
    HI Hawaii Pacific/Honolulu
    ID Idaho -
    IL Illinois America/Chicago
    IN Indiana -
    IA Iowa America/Chicago
    KS Kansas -
    KY Kentucky -
    LA Louisiana America/Chicago
    ME Maine America/New_York
    MD Maryland America/New_York
    MA Massachusetts America/New_York
    MI Michigan -
    MN Minnesota America/Chicago
    MS Mississippi America/Chicago
    MO Missouri America/Chicago
    MT Montana America/Denver
    NE Nebraska -
    NV Nevada -
    NH New_Hampshire America/New_York
    NJ New_Jersey America/New_York
    NM New_Mexico America/Denver
    NY New_York America/New_York
    NC North_Carolina America/New_York
    ND North_Dakota -
    OH Ohio America/New_York
    OK Oklahoma America/Chicago
    OR Oregon -
    PA Pennsylvania America/New_York
    RI Rhode_Island America/New_York
    SC South_Carolina America/New_York
    SD South_Dakota -
    TN Tennessee -
    TX Texas -
    UT Utah America/Denver
    VT Vermont America/New_York
    VA Virginia America/New_York
    WA Washington America/Los_Angeles
    WV West_Virginia America/New_York
    WI Wisconsin America/Chicago
    WY Wyoming America/Denver
    AS American_Samoa Pacific/Pago_Pago
    GU Guam Pacific/Guam
    MP Northern_Mariana_Islands Pacific/Saipan
    PR Puerto_Rico America/Puerto_Rico
    VI U.S._Virgin_Islands America/St_Thomas
"""
_CANADA: Final = """
    AB Alberta America/Edmonton
    BC British_Columbia -
    MB Manitoba America/Winnipeg
    NB New_Brunswick America/Moncton
    NL Newfoundland_and_Labrador -
    NS Nova_Scotia America/Halifax
    NT Northwest_Territories -
    NU Nunavut -
    ON Ontario -
    PE Prince_Edward_Island America/Halifax
    QC Quebec -
    SK Saskatchewan -
    YT Yukon America/Whitehorse
"""


def _rows(table: str) -> list[tuple[str, str, str]]:
    return [
        (code, name.replace("_", " "), "" if zone == "-" else zone)
        for code, name, zone in map(str.split, table.strip().splitlines())
    ]


_BY_COUNTRY: Final = {"US": _rows(_UNITED_STATES), "CA": _rows(_CANADA)}

STATES: Final = {
    country: {text.casefold(): code for code, name, _zone in rows for text in (code, name)}
    for country, rows in _BY_COUNTRY.items()
}
STATE_ZONES: Final = {
    (country, code): zone for country, rows in _BY_COUNTRY.items() for code, _name, zone in rows
}
COUNTRY_ZONES: Final = {
    "AT": "Europe/Vienna",
    "BE": "Europe/Brussels",
    "CH": "Europe/Zurich",
    "CZ": "Europe/Prague",
    "DE": "Europe/Berlin",
    "DK": "Europe/Copenhagen",
    "FI": "Europe/Helsinki",
    "FR": "Europe/Paris",
    "GB": "Europe/London",
    "GR": "Europe/Athens",
    "HU": "Europe/Budapest",
    "IE": "Europe/Dublin",
    "IL": "Asia/Jerusalem",
    "IN": "Asia/Kolkata",
    "IT": "Europe/Rome",
    "JP": "Asia/Tokyo",
    "KR": "Asia/Seoul",
    "LU": "Europe/Luxembourg",
    "NL": "Europe/Amsterdam",
    "NO": "Europe/Oslo",
    "PL": "Europe/Warsaw",
    "RO": "Europe/Bucharest",
    "SE": "Europe/Stockholm",
    "SG": "Asia/Singapore",
    "ZA": "Africa/Johannesburg",
}
