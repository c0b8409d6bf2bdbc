"""Each cleans ONE value: what came in, to a plain immutable value or a coded ValidationError. No database."""

from __future__ import annotations

from leads.values.choice import clean_boolean, clean_choice, clean_colour, hint_of, nearest_of
from leads.values.ein import clean_ein
from leads.values.email import Email, clean_email, email_key
from leads.values.limits import LIMITS, Limits
from leads.values.local_time import LocalTime, local_time
from leads.values.metadata import check_metadata_size, clean_json, clean_metadata_patch, merge_patch
from leads.values.moment import clean_date, clean_moment, cut_to_milliseconds, format_moment
from leads.values.money import CURRENCIES, clean_currency, clean_money
from leads.values.number import check_bounds, clean_integer, clean_number, plain_number
from leads.values.phone import Phone, clean_phone, clean_phone_shape, looks_like_phone, phone_key, phone_words
from leads.values.phone_facts import PhoneFacts, phone_facts
from leads.values.place import clean_country, clean_latitude, clean_longitude, clean_state, zone_of_place
from leads.values.regions import COUNTRIES
from leads.values.tag import TagName, clean_tag, tag_key
from leads.values.text import (
    clean_address_line,
    clean_business_name,
    clean_line,
    clean_name,
    clean_note,
    clean_source,
    clean_text,
    clean_verbatim,
    is_empty,
    join_name,
    plain_line,
    search_key,
    split_name,
    strip_unseen,
)
from leads.values.url import clean_url, clean_website
from leads.values.zone import available_zones, clean_time_zone, zone_of

__all__ = [
    "COUNTRIES",
    "CURRENCIES",
    "Email",
    "LIMITS",
    "LocalTime",
    "Limits",
    "Phone",
    "PhoneFacts",
    "TagName",
    "available_zones",
    "check_bounds",
    "check_metadata_size",
    "clean_address_line",
    "clean_boolean",
    "clean_business_name",
    "clean_choice",
    "clean_colour",
    "clean_country",
    "clean_currency",
    "clean_date",
    "clean_ein",
    "clean_email",
    "clean_integer",
    "clean_json",
    "clean_latitude",
    "clean_line",
    "clean_longitude",
    "clean_metadata_patch",
    "clean_moment",
    "clean_money",
    "clean_name",
    "clean_note",
    "clean_number",
    "clean_phone",
    "clean_phone_shape",
    "clean_source",
    "clean_state",
    "clean_tag",
    "clean_text",
    "clean_time_zone",
    "clean_url",
    "clean_verbatim",
    "clean_website",
    "cut_to_milliseconds",
    "email_key",
    "format_moment",
    "is_empty",
    "join_name",
    "local_time",
    "looks_like_phone",
    "merge_patch",
    "hint_of",
    "nearest_of",
    "phone_facts",
    "phone_key",
    "phone_words",
    "plain_line",
    "plain_number",
    "search_key",
    "split_name",
    "strip_unseen",
    "tag_key",
    "zone_of",
    "zone_of_place",
]
