"""Addresses on the web and on the map, and tax numbers."""

from __future__ import annotations

from decimal import Decimal

import phonenumbers
import pytest

from leads import values
from leads.values.regions import COUNTRY_ZONES, STATE_ZONES
from tests.refusals import code_of


@pytest.mark.parametrize(
    "raw",
    [
        "https://example.com",
        "http://example.com:8080/a/b?c=d&e={keyword}|x#f",
        "HTTPS://Example.COM/",
        "https://exämple.de/straße",
        "https://xn--mnchen-3ya.de",
        "http://localhost/quote",
        "http://127.0.0.1:8000/",
        "http://[::1]:8000/",
        "https://cert.trustedform.com/0123456789abcdef",
        "https://a_b.example.com/@name",
    ],
)
def test_a_web_address_is_kept_as_given(raw):
    assert values.clean_url(f" {raw} ") == raw
    assert values.clean_website(raw) == raw


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "   ",
        "example",
        "/quote",
        "//example.com",
        "https://",
        "https:///path",
        "https:example.com",
        "ftp://example.com",
        "javascript:alert(1)",
        "javascript:80/example.com",
        "JaVaScRiPt:alert(1)//http://example.com",
        "data:text/html,example.com",
        "mailto:ana@example.com",
        "https://user:secret@example.com",
        "https://example.com\\@evil.org",
        "https://exam ple.com",
        "https://example.com/<script>",
        'https://example.com/"',
        "https://exa%6dple.com",
        "https://example..com",
        "https://.example.com",
        "http://...",
        "https://example.com:99999",
        "https://example.com:0",
        "https://example.com:port",
        "http://[::1",
        "http://[zz]",
        "https://exam\u2100ple.com",
    ],
)
def test_what_no_browser_should_open_is_no_web_address(raw):
    assert code_of(values.clean_url, raw) == "invalid_url"
    assert code_of(values.clean_website, raw) == "invalid_url"


@pytest.mark.parametrize("raw", ["example.com", "www.example.com/shop?a=b", "exämple.de", "example.com:8080"])
def test_a_website_may_go_without_its_scheme(raw):
    assert values.clean_website(raw) == raw
    assert code_of(values.clean_url, raw) == "invalid_url"


def test_a_web_address_has_a_limit():
    start = "https://example.com/"
    assert values.clean_url(start + "a" * (2048 - len(start)))
    assert code_of(values.clean_url, start + "a" * (2049 - len(start))) == "too_long"
    assert code_of(values.clean_url, start + "a\nb") == "control_character"


# Countries and states


@pytest.mark.parametrize(("raw", "code"), [("US", "US"), (" de ", "DE"), ("Gb", "GB"), ("AQ", "AQ")])
def test_a_country_is_two_capitals(raw, code):
    assert values.clean_country(raw) == code


@pytest.mark.parametrize("raw", ["", "USA", "United States", "XX", "UK", "U", "12"])
def test_an_unknown_country_is_refused(raw):
    assert code_of(values.clean_country, raw) == "invalid_choice"


def test_every_country_with_a_numbering_plan_is_known():
    # Ascension, Tristan da Cunha and Kosovo have numbers, but no entry in ISO 3166-1.
    assert sorted(phonenumbers.SUPPORTED_REGIONS - values.COUNTRIES) == ["AC", "TA", "XK"]
    assert len(values.COUNTRIES) == 249


@pytest.mark.parametrize(
    ("raw", "country", "state"),
    [
        ("CA", "US", "CA"),
        (" california ", "US", "CA"),
        ("new  york", "us", "NY"),
        ("District of Columbia", "US", "DC"),
        ("Ontario", "CA", "ON"),
        ("on", "", "ON"),
        ("Texas", "", "TX"),
        ("Bayern", "DE", "Bayern"),
        ("CA", "DE", "CA"),
        ("Nowhere", "US", "Nowhere"),
        ("", "US", ""),
    ],
)
def test_a_known_state_becomes_its_code_and_any_other_stays(raw, country, state):
    assert values.clean_state(raw, country) == state
    assert values.clean_state(state, country) == state


@pytest.mark.parametrize(
    ("country", "state", "zone"),
    [
        ("US", "CA", "America/Los_Angeles"),
        ("US", "California", "America/Los_Angeles"),
        ("us", "TX", ""),
        ("US", "", ""),
        ("CA", "AB", "America/Edmonton"),
        ("DE", "Bayern", "Europe/Berlin"),
        ("AU", "NSW", ""),
        ("", "CA", ""),
    ],
)
def test_an_address_tells_its_time_zone_where_it_can(country, state, zone):
    assert values.zone_of_place(country, state) == zone


def test_every_zone_of_a_place_exists():
    assert {zone for zone in (*STATE_ZONES.values(), *COUNTRY_ZONES.values()) if zone} <= set(
        values.available_zones()
    )
    assert set(COUNTRY_ZONES) <= values.COUNTRIES


@pytest.mark.parametrize(
    ("raw", "degrees"),
    [(52.52, "52.52"), ("-33.8688", "-33.8688"), (90, "90"), (-90, "-90"), (40.71277534, "40.7127753")],
)
def test_a_latitude_is_a_number_of_degrees(raw, degrees):
    assert values.clean_latitude(raw) == Decimal(degrees)
    assert values.clean_longitude(raw) == Decimal(degrees)


@pytest.mark.parametrize(
    ("raw", "code"),
    [(90.0001, "too_large"), ("-91", "too_small"), ("north", "invalid_number"), (True, "invalid_type")],
)
def test_a_latitude_ends_at_the_poles(raw, code):
    assert code_of(values.clean_latitude, raw) == code


def test_a_longitude_goes_half_around():
    assert values.clean_longitude(180) == 180
    assert values.clean_longitude("-180.0") == -180
    assert code_of(values.clean_longitude, 180.5) == "too_large"


# Tax numbers


@pytest.mark.parametrize("raw", ["123456789", "12-3456789", " 12 3456789 "])
def test_a_tax_number_has_one_spelling(raw):
    assert values.clean_ein(raw) == "12-3456789"


@pytest.mark.parametrize(
    "raw", ["", "12345678", "1234567890", "123-456789", "12-345678a", "١٢٣٤٥٦٧٨٩", "12--3456789"]
)
def test_what_has_not_nine_digits_is_no_tax_number(raw):
    assert code_of(values.clean_ein, raw) == "invalid_ein"
