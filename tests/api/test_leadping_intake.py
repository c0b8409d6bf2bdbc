"""Leadping's three ways of creating a lead, all by source key."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

from leadhub.web.models import RequestRecord
from leads.models import Lead, Tag
from tests.api.caller import ping, ping_source
from tests.api.leadping import KEYS, PAGE, at, refusal

pytestmark = pytest.mark.django_db

FLAT = {
    "firstName": "Mara",
    "lastName": "Lind",
    "email": "mara@example.org",
    "phone": "(404) 555-0137",
    "phoneType": "mobile",
    "birthDate": "1990-02-03",
    "address1": "12 Peachtree St",
    "address2": "Apt 4",
    "city": "Atlanta",
    "state": "GA",
    "postalCode": "30303",
    "gender": "Female",
    "subId": "s-1",
    "sellerLeadId": "seller-1",
    "directPostPrice": "10.50",
    "price": 12,
    "utmSource": "google",
    "utmMedium": "cpc",
    "utmCampaign": "fall",
    "utmTerm": "shoes",
    "utmContent": "a",
    "product": "solar",
    "vertical": "home",
    "referrer": "https://example.org/?a=b",
    "landingPage": "https://example.org/landing",
    "trustedFormUrl": "https://cert.trustedform.com/1",
    "externalId": "x-1",
    "sourceMetadata": {"form": "a"},
    "tagNames": ["Hot"],
}


def check_flat(shown):
    contact, metadata = shown["contact"], shown["metadata"]
    assert (contact["firstName"], contact["email"]) == ("Mara", "mara@example.org")
    assert (contact["phone"]["number"], contact["phone"]["type"]) == ("+14045550137", "Mobile")
    address = contact["streetAddress"]
    assert [address[name] for name in ("line1", "line2", "city", "state", "postalCode")] == [
        "12 Peachtree St",
        "Apt 4",
        "Atlanta",
        "GA",
        "30303",
    ]
    assert (shown["customer"]["birthDate"], shown["customer"]["gender"]) == ("1990-02-03", "F")
    same = set(FLAT) & set(metadata) - {"directPostPrice"}
    assert {name: metadata[name] for name in same} == {name: FLAT[name] for name in same}
    assert (metadata["directPostPrice"], metadata["origin"]) == (10.5, "intake")
    assert [tag["name"] for tag in shown["tags"]] == ["Hot"]
    assert shown["modifiedAt"] is None


def test_a_flat_body_makes_a_lead():
    source = ping_source()
    answer = source("POST", "/leads/intake", FLAT)
    assert answer.status == 201, answer
    check_flat(answer.body)
    assert answer.body == ping(source.workspace)("GET", f"/leads/{answer.body['id']}").body


@pytest.mark.parametrize("spell", [str, str.upper, str.lower, lambda name: name[0].upper() + name[1:]])
def test_query_parameters_make_one_in_any_case(spell):
    source = ping_source()
    query = {spell(name): value for name, value in FLAT.items() if name not in {"sourceMetadata", "tagNames"}}
    pairs = [*query.items(), (f"{spell('sourceMetadata')}[form]", "a"), (spell("tagNames"), "Hot")]
    answer = source("GET", f"/leads/intake?{urlencode(pairs)}")
    assert answer.status == 201, answer
    check_flat({**answer.body, "metadata": {**answer.body["metadata"]}})
    assert answer.headers["Cache-Control"] == "no-store"
    assert Lead.objects.count() == 1


def test_source_metadata_may_be_json_in_one_parameter():
    source = ping_source()
    for text, shown in ((json.dumps({"a": "b"}), {"a": "b"}), ("", None), ("{}", None)):
        answer = source(
            "GET", f"/leads/intake?{urlencode({'Email': 'a@example.org', 'SourceMetadata': text})}"
        )
        assert answer.body["metadata"]["sourceMetadata"] == shown
    for text in ("[", "5", '{"a": 1}', '{"a": {"b": "c"}}', "[" * 2000, '{"a": "\\ud800"}'):
        query = urlencode({"Email": "a@example.org", "SourceMetadata": text})
        assert set(refusal(source("GET", f"/leads/intake?{query}"))) <= {"sourceMetadata", "metadata"}


def test_a_head_creates_nothing():
    source = ping_source()
    assert source("HEAD", "/leads/intake?Email=a@example.org").status == 405
    assert not Lead.objects.exists()


@pytest.mark.parametrize(
    ("canonical", "alias", "path"),
    [
        ("birthDate", "dateOfBirth", "customer.birthDate"),
        ("postalCode", "zip", "contact.streetAddress.postalCode"),
        ("sellerLeadId", "sellerLeadIdentifier", "metadata.sellerLeadId"),
    ],
)
def test_of_two_spellings_the_canonical_one_counts(canonical, alias, path):
    source = ping_source()
    mail = {"email": "a@example.org"}
    one, other = "1990-02-03", "1991-02-03"
    both = source("POST", "/leads/intake", {**mail, canonical: one, alias: other}).body
    turned = source("POST", "/leads/intake", {**mail, alias: other, canonical: one}).body
    alone = source("POST", "/leads/intake", {**mail, alias: other, canonical: None}).body
    blank = source("POST", "/leads/intake", {**mail, alias: other, canonical: " "}).body
    assert [at(body, path) for body in (both, turned, alone, blank)] == [one, one, other, other]


@pytest.mark.parametrize(
    ("word", "gender"),
    [
        ("m", "M"),
        ("MALE", "M"),
        ("Non-Binary", "NonBinary"),
        ("prefer not to say", "PreferNotToSay"),
        ("Two-Spirit", "Other"),
        ("other", "Other"),
    ],
)
def test_a_gender_is_asked_in_the_forms_own_words(word, gender):
    body = ping_source()("POST", "/leads/intake", {"email": "a@example.org", "gender": word}).body
    assert body["customer"]["gender"] == gender


@pytest.mark.parametrize("nothing", [{}, {"email": None}, {"email": " ", "phone": ""}, {"firstName": "Mara"}])
def test_somebody_must_be_reachable(nothing):
    source = ping_source()
    assert list(refusal(source("POST", "/leads/intake", nothing))) == ["phone"]
    nested = {"contact": {"email": nothing.get("email"), "phone": {"number": nothing.get("phone")}}}
    assert list(refusal(source("POST", "/leads", nested))) == ["contact.phone.number"]
    assert not Lead.objects.exists()


@pytest.mark.parametrize(
    ("sent", "path"),
    [
        ({"email": "nobody"}, "email"),
        ({"phone": "ring twice"}, "phone"),
        ({"phone": 4045550137}, "phone"),
        ({"price": "much"}, "price"),
        ({"utmSource": 5}, "utmSource"),
        ({"birthDate": "soon"}, "birthDate"),
        ({"gender": 5}, "gender"),
        ({"sourceMetadata": {"a": 1}}, "sourceMetadata"),
        ({"sourceMetadata": []}, "sourceMetadata"),
        ({"tagIds": ["abc"]}, "tagIds"),
        ({"tagNames": "Hot"}, "tagNames"),
        ({"trustedFormUrl": "https://example.org/cert"}, "trustedFormUrl"),
        ({"trustedFormUrl": "https://trustedform.com.example.org/1"}, "trustedFormUrl"),
        ({"trustedFormUrl": "http://[::1"}, "trustedFormUrl"),
        ({"firstName": "x" * 101}, "firstName"),
        ({"firstName": ["Mara"]}, "firstName"),
    ],
)
def test_a_bad_value_is_refused_by_the_name_it_came_under(sent, path):
    source = ping_source()
    assert list(refusal(source("POST", "/leads/intake", {**FLAT, **sent}))) == [path]
    assert not Lead.objects.exists() and not Tag.objects.exists()


def test_a_number_that_the_library_does_not_know_is_no_reason_to_lose_a_lead():
    body = ping_source()("POST", "/leads/intake", {"phone": "+1 555 555 5555"}).body
    assert (body["contact"]["phone"]["number"], body["contact"]["phone"]["lookup"]) == (
        "+1 555 555 5555",
        None,
    )


def test_the_nested_body_makes_a_lead():
    source = ping_source()
    body = {name: value for name, value in PAGE.items() if name != "adminEnablementOverride"}
    metadata = {"trustedFormUrl": "https://cert.trustedform.com/1", "smsOptedOut": True, "origin": "me"}

    answer = source("POST", "/leads", {**body, "metadata": metadata, "id": "1"})

    assert answer.status == 201, answer
    shown = answer.body
    assert shown["contact"]["streetAddress"] == PAGE["contact"]["streetAddress"]
    assert (shown["metadata"]["smsOptedOut"], shown["metadata"]["origin"]) == (False, "source")
    assert {"id", "metadata.origin", "metadata.smsOptedOut"} <= set(
        answer.headers["Leadhub-Ignored"].split(", ")
    )
    assert {path: set(at(shown, path)) for path in KEYS if path != "currentDisposition"} == {
        path: set(keys.split()) for path, keys in KEYS.items() if path != "currentDisposition"
    }


def test_the_guides_spelling_of_address_lines_is_read_too():
    source = ping_source()
    street = {"address1": "1 St", "address2": "2", "line2": "Two"}
    body = {"contact": {"email": "a@example.org", "streetAddress": street}}
    shown = source("POST", "/leads", body).body["contact"]["streetAddress"]
    assert (shown["line1"], shown["line2"]) == ("1 St", "Two")


def test_an_override_is_for_administrators_on_creation_too():
    body = {"contact": {"email": "a@example.org"}, "adminEnablementOverride": {"enabled": False}}
    refusal(ping_source()("POST", "/leads", body), 403)
    admin = ping(scopes=("create", "admin"))
    assert admin("POST", "/leads", body).body["adminEnablementOverride"]["enabled"] is False


def test_two_posts_make_two_leads():
    source = ping_source()
    ids = {source("POST", "/leads/intake", FLAT).body["id"] for _number in range(2)}
    assert len(ids) == 2


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", ["SourceKey", "sourceKey", "source%4Bey"])
def test_an_older_source_sends_its_key_in_the_address_and_it_is_not_kept(method, name):
    source = ping_source()
    path = f"/leads/intake?Email=a@example.org&{name}={source.text}&{name}={source.text}"
    answer = source(method, path, {"email": "a@example.org"}, headers={"Authorization": None})
    assert answer.status == 201, answer
    assert "sourceKey" not in answer.headers.get("Leadhub-Ignored", "")
    record = RequestRecord.objects.get()
    assert source.text not in record.path
    assert "ourceKey=*" in record.path


def test_an_older_source_sends_its_key_in_a_header_of_its_own():
    source = ping_source()
    headers = {"Authorization": None, "X-Leadping-Source-Id": "1", "X-Leadping-Source-Key": source.text}
    assert source("POST", "/leads/intake", FLAT, headers=headers).status == 201
    business = ping(source.workspace)
    headers = {"Authorization": None, "X-Leadping-Source-Key": business.text}
    refusal(business("POST", "/leads/intake", FLAT, headers=headers), 401)


def test_unknown_names_are_ignored_and_named():
    source = ping_source()
    answer = source("POST", "/leads/intake", {"email": "a@example.org", "pubId": "p", "x": 1})
    assert answer.headers["Leadhub-Ignored"] == "x"
    answer = source("GET", "/leads/intake?email=a@example.org&nonsense=1")
    assert answer.headers["Leadhub-Ignored"] == "nonsense"
