"""Leadping's PUT, to the key and the status code."""

from __future__ import annotations

import pytest

from leadhub.workspaces.ids import lead_ref
from leads.change import ById, DispositionWish, LeadChange, Override, TagChange
from leads.changes import apply_change
from leads.models import Entry, Lead, Tag
from tests.api.caller import ping, polly
from tests.api.leadping import KEYS, PAGE, at, entries, refusal
from tests.make import SYSTEM, make_lead, make_workspace

pytestmark = pytest.mark.django_db

MARA = {"first_name": "Mara", "last_name": "Lind", "email": "mara@example.org", "phone": "(404) 555-0137"}


def lead_of(caller, **change):
    return make_lead(caller.workspace, **{**MARA, **change})


def put(caller, lead, body=None, **words):
    return caller("PUT", f"/leads/{lead.pk}", body, **words)


def get(caller, lead):
    return caller("GET", f"/leads/{lead.pk}").body


def test_the_page_to_the_key():
    caller = ping(scopes=("read", "write", "admin"))
    lead = make_lead(caller.workspace)

    answer = put(caller, lead, {**PAGE, "id": str(lead.pk)})

    assert answer.status == 200, answer
    assert answer.headers["Content-Type"] == "application/json"
    body = answer.body
    assert body["contact"]["streetAddress"] == PAGE["contact"]["streetAddress"]
    assert body["contact"]["phone"]["type"] == "Mobile"
    assert body["contact"]["timeZoneId"] == "America/New_York"
    assert body["customer"] == {
        "gender": None,
        "maritalStatus": None,
        "employmentType": None,
        "height": 170,
        "weight": 65,
        "birthDate": "2003-12-25",
        "income": 85000,
        "isHomeowner": True,
        "monthsAtResidence": 18,
        "creditScore": 700,
        "hasBankruptcy": True,
        "numberOfDependents": 2,
        "hasMedicalCondition": True,
    }
    assert body["enabled"] is True
    assert [tag["name"] for tag in body["tags"]] == ["Hot"]
    assert body["id"] == str(lead.pk)
    assert body == get(caller, lead)
    assert entries(lead) == 2


def test_L1_what_is_absent_is_kept_and_null_clears_a_leaf():
    caller = ping()
    lead = lead_of(
        caller,
        address={"city": "Atlanta", "latitude": 33.7},
        profile={"income": 5, "is_homeowner": True},
        metadata={"utm_source": "google", "own": {"a": 1}},
        external_id="x-1",
        captured_at="2026-01-02T03:04:05Z",
    )
    before = get(caller, lead)

    answer = put(
        caller,
        lead,
        {
            "contact": {"firstName": None, "streetAddress": {"city": None}, "coordinate": {"latitude": None}},
            "customer": {"isHomeowner": None},
            "metadata": {"externalId": None, "utmSource": None, "createdAt": None},
        },
    )

    expected = {**before, "modifiedAt": answer.body["modifiedAt"]}
    expected["contact"] |= {"firstName": None, "coordinate": {"latitude": None, "longitude": None}}
    expected["contact"]["streetAddress"]["city"] = None
    expected["customer"]["isHomeowner"] = None
    expected["metadata"] |= {"externalId": None, "utmSource": None, "createdAt": None}
    assert answer.body == expected
    lead.refresh_from_db()
    assert lead.metadata == {"own": {"a": 1}}


def test_L1_a_null_number_clears_the_phone_and_its_lookup():
    caller = ping()
    lead = lead_of(caller, phone_type="Mobile")
    shown = put(caller, lead, {"contact": {"phone": {"number": None}}}).body["contact"]["phone"]
    assert shown == {"number": None, "type": "Mobile", "lookup": None}
    lead.refresh_from_db()
    assert (lead.phone, lead.phone_key, str(lead.phone_e164 or "")) == ("", "", "")


@pytest.mark.parametrize("group", ["metadata", "contact", "customer", "adminEnablementOverride", "enabled"])
def test_L1_a_null_group_is_left_alone(group):
    caller = ping()
    lead = lead_of(caller, profile={"income": 5}, metadata={"utm_source": "google"})
    before = get(caller, lead)

    answer = put(caller, lead, {group: None})

    assert (answer.status, answer.body, entries(lead)) == (200, before, 1)


@pytest.mark.parametrize("group", ["streetAddress", "coordinate", "phone"])
def test_L1_a_null_group_within_a_group_is_left_alone(group):
    caller = ping()
    lead = lead_of(caller, address={"city": "Atlanta", "latitude": 33.7})
    before = get(caller, lead)

    assert put(caller, lead, {"contact": {group: None}}).body == before
    assert put(caller, lead, {"metadata": {"sourceMetadata": None}}).body == before
    assert entries(lead) == 1


@pytest.mark.parametrize("group", ["metadata", "contact", "customer", "adminEnablementOverride"])
@pytest.mark.parametrize("value", [[], "text", 5, True])
def test_a_group_that_is_no_object_is_refused(group, value):
    caller = ping()
    assert list(refusal(put(caller, lead_of(caller), {group: value}))) == [group]


def test_a_blank_text_clears_a_text_and_is_no_number():
    caller = ping()
    lead = lead_of(caller)
    assert put(caller, lead, {"contact": {"lastName": " ", "email": ""}}).body["contact"]["lastName"] is None
    errors = refusal(put(caller, lead, {"customer": {"income": "", "birthDate": "", "gender": ""}}))
    assert set(errors) == {"customer.income", "customer.birthDate", "customer.gender"}


READ_ONLY = {
    "metadata": {
        "complianceStatus": "approved",
        "complianceBlockedReason": "none",
        "origin": "me",
        "importBatchId": "1",
        "isImported": True,
        "assignedPhoneNumberId": "1",
        "smsConsentStatus": "opted_in",
        "smsOptedOut": False,
        "smsOptOutAt": None,
        "smsOptInAt": "2026-01-01T00:00:00Z",
        "smsHelpRequestedAt": "2026-01-01T00:00:00Z",
        "smsConsentPhoneNumber": "+1",
        "userId": "1",
        "businessId": "1",
    },
    "contact": {"phone": {"lookup": {"number": "+1", "isValid": False}}},
    "archivedAt": "2026-01-01T00:00:00Z",
    "archivedByUserId": "1",
    "archiveReason": 3,
    "archiveNote": "gone",
    "isArchived": True,
    "currentDisposition": {"outcome": "won"},
    "tags": [{"name": "Hot"}],
    "createdAt": "2020-01-01T00:00:00Z",
    "modifiedAt": "2020-01-01T00:00:00Z",
}


def test_L2_read_only_leaves_are_ignored_and_named():
    caller = ping()
    lead = lead_of(caller)
    apply_change(caller.workspace, SYSTEM, ById(lead.pk), LeadChange(fields={"compliance_status": "pending"}))
    Lead.objects.filter(pk=lead.pk).update(sms_opted_out_at="2026-02-03T04:05:06Z")
    before = get(caller, lead)

    answer = put(caller, lead, READ_ONLY)

    assert (answer.status, answer.body, entries(lead)) == (200, before, 2)
    assert before["metadata"]["smsOptedOut"] is True
    ignored = answer.headers["Leadhub-Ignored"].split(", ")
    assert {"metadata.smsOptedOut", "contact.phone.lookup", "currentDisposition", "tags"} <= set(ignored)
    assert len(ignored) == 14 + 1 + 9


def test_L2_an_override_is_for_administrators():
    caller = ping()
    lead = lead_of(caller)

    answer = put(caller, lead, {"adminEnablementOverride": {"enabled": False, "reason": "No"}})

    refusal(answer, 403)
    assert entries(lead) == 1
    admin = ping(caller.workspace, scopes=("read", "write", "admin"))
    shown = put(
        admin, lead, {"adminEnablementOverride": {"enabled": False, "reason": "No", "updatedAt": None}}
    )
    override = shown.body["adminEnablementOverride"]
    assert (override["enabled"], override["reason"]) == (False, "No")
    assert override["updatedByUserId"] == str(admin.key.pk)
    assert override["updatedAt"] == shown.body["modifiedAt"]
    # For everybody else an equal one is an echo, a different one is refused.
    same = {"adminEnablementOverride": {"enabled": False, "reason": "No", "updatedByUserId": "x"}}
    assert put(caller, lead, same).status == 200
    refusal(put(caller, lead, {"adminEnablementOverride": {"enabled": True}}), 403)
    refusal(put(caller, lead, {"adminEnablementOverride": {"enabled": None}}), 403)
    refusal(put(caller, lead, {"adminEnablementOverride": {"reason": "Yes"}}), 403)


def test_L2_an_override_is_merged_leaf_by_leaf_and_taken_back():
    admin = ping(scopes=("read", "write", "admin"))
    lead = lead_of(admin, override=None)
    put(admin, lead, {"adminEnablementOverride": {"enabled": False, "reason": "No"}})

    reworded = put(admin, lead, {"adminEnablementOverride": {"reason": "Never"}}).body
    assert reworded["adminEnablementOverride"]["enabled"] is False
    assert put(admin, lead, {"adminEnablementOverride": {"reason": None}}).body["adminEnablementOverride"][
        "enabled"
    ] is (False)
    cleared = put(admin, lead, {"adminEnablementOverride": {"enabled": None}}).body
    assert cleared["adminEnablementOverride"] == {
        "enabled": None,
        "reason": None,
        "updatedByUserId": None,
        "updatedAt": None,
    }
    errors = refusal(put(admin, lead, {"adminEnablementOverride": {"reason": "But why"}}))
    assert list(errors) == ["adminEnablementOverride.enabled"]


def test_L3_tags_are_added_and_never_taken_off():
    caller = ping()
    lead = lead_of(caller, tags=TagChange(names=("Old",)))
    cold = make_lead(caller.workspace, tags=TagChange(names=("Cold",))).lead_tags.get().tag

    answer = put(caller, lead, {"tagIds": [str(cold.pk)], "tagNames": [" hot ", "HOT", "old"]})

    assert [tag["name"] for tag in answer.body["tags"]] == ["Cold", "hot", "Old"]
    assert answer.body["tags"][0] == {
        "id": str(cold.pk),
        "name": "Cold",
        "normalizedName": "cold",
        "color": None,
    }
    for nothing in ({"tagIds": [], "tagNames": []}, {"tagIds": None, "tagNames": None}):
        assert put(caller, lead, nothing).body == answer.body
    assert entries(lead) == 2


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"tagIds": ["01890000-0000-7000-8000-000000000000"]}, "tagIds"),
        ({"tagIds": ["nonsense"]}, "tagIds"),
        ({"tagIds": [5]}, "tagIds"),
        ({"tagIds": "Hot"}, "tagIds"),
        ({"tagNames": [5]}, "tagNames"),
        ({"tagNames": [""]}, "tagNames"),
        ({"tagNames": ["x" * 65]}, "tagNames"),
        ({"tagNames": {"a": 1}}, "tagNames"),
        ({"tagNames": [f"t{number}" for number in range(101)]}, "tagNames"),
    ],
)
def test_L3_unknown_ids_and_bad_names_are_refused(body, path):
    caller = ping()
    lead = lead_of(caller)
    assert list(refusal(put(caller, lead, body))) == [path]
    assert not Tag.objects.exists()


def test_L3_a_tag_of_another_workspace_is_unknown():
    caller = ping()
    theirs = make_lead(make_workspace(), tags=TagChange(names=("Hot",))).lead_tags.get().tag
    assert list(refusal(put(caller, lead_of(caller), {"tagIds": [str(theirs.pk)]}))) == ["tagIds"]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [(12, 12), ("12", 12), (12.0, 12), ("12.0", 12), (0, 0), ("-0", 0)],
)
def test_L4_numbers_come_as_numbers_or_text_and_leave_as_numbers(sent, shown):
    caller = ping()
    lead = lead_of(caller)
    body = {
        "customer": {"income": sent},
        "metadata": {"price": sent},
        "contact": {"coordinate": {"latitude": sent}},
    }
    answer = put(caller, lead, body)
    numbers = [answer.body["customer"]["income"], answer.body["metadata"]["price"]]
    numbers.append(answer.body["contact"]["coordinate"]["latitude"])
    assert numbers == [shown] * 3
    assert not any(isinstance(number, str) for number in numbers)


@pytest.mark.parametrize("sent", ["1,5", "1e3", " ", "", "٣", "0x1", "+1", "01", True, [], {}, "NaN"])
def test_L4_what_is_no_plain_number_is_refused(sent):
    caller = ping()
    body = {
        "customer": {"income": sent},
        "metadata": {"price": sent},
        "contact": {"coordinate": {"latitude": sent}},
    }
    errors = refusal(put(caller, lead_of(caller), body))
    assert set(errors) == {"customer.income", "metadata.price", "contact.coordinate.latitude"}


def test_L4_prices_keep_their_cents_and_persons_have_none():
    caller = ping()
    lead = lead_of(caller)
    assert put(caller, lead, {"metadata": {"price": "12.50"}}).body["metadata"]["price"] == 12.5
    assert list(refusal(put(caller, lead, {"customer": {"numberOfDependents": 1.5}}))) == [
        "customer.numberOfDependents"
    ]


def test_L4_modified_at_is_null_until_the_first_change():
    caller = ping()
    lead = lead_of(caller)
    assert put(caller, lead, {}).body["modifiedAt"] is None
    changed = put(caller, lead, {"contact": {"firstName": "Eva"}}).body
    assert changed["modifiedAt"] is not None
    assert changed["createdAt"] == get(caller, lead)["createdAt"]


def test_L5_the_id_in_the_body_is_the_one_in_the_path():
    caller = ping()
    lead, other = lead_of(caller), lead_of(caller)
    for fitting in (str(lead.pk), str(lead.pk).upper(), lead_ref(lead.pk), None):
        assert put(caller, lead, {"id": fitting}).status == 200
    for strange in (str(other.pk), "nonsense", 5, {}):
        assert list(refusal(put(caller, lead, {"id": strange, "contact": {"firstName": "Eva"}}))) == ["id"]
    assert caller("PUT", f"/leads/{lead_ref(lead.pk)}", {"id": str(lead.pk)}).status == 200
    assert entries(lead) == 1


def test_L5_a_merged_leads_id_fits_with_either_id():
    caller = ping()
    winner, loser = lead_of(caller), lead_of(caller)
    Lead.objects.filter(pk=loser.pk).update(merged_into=winner)
    shown = get(caller, loser)
    assert shown["id"] == str(winner.pk)
    assert put(caller, loser, shown).body == shown
    assert put(caller, loser, {"id": str(loser.pk)}).body == shown


def test_L5_unknown_properties_are_ignored_and_named():
    caller = ping()
    lead = lead_of(caller)
    answer = put(
        caller, lead, {"x": 1, "contact": {"nick": "M", "phone": {"mobile": True}}, "metadata": {"y": 2}}
    )
    assert (answer.status, entries(lead)) == (200, 1)
    assert set(answer.headers["Leadhub-Ignored"].split(", ")) == {
        "x",
        "contact.nick",
        "contact.phone.mobile",
        "metadata.y",
    }


@pytest.mark.parametrize("path", KEYS)
def test_L6_every_key_is_there_nulls_included(path):
    caller = ping()
    bare = make_lead(caller.workspace)
    full = lead_of(caller, disposition=DispositionWish(stage="qualified"))
    shown = get(caller, full)
    assert set(at(shown, path)) == set(KEYS[path].split())
    if not path.startswith(("contact.phone.lookup", "currentDisposition")):
        assert set(at(get(caller, bare), path)) == set(KEYS[path].split())


def test_L6_a_lead_without_a_number_or_a_disposition_shows_null_there():
    caller = ping()
    shown = get(caller, make_lead(caller.workspace))
    assert shown["contact"]["phone"] == {"number": None, "type": None, "lookup": None}
    assert (shown["currentDisposition"], shown["archiveReason"], shown["tags"]) == (None, None, [])


def test_L6_metadata_and_source_metadata_merge_leaf_by_leaf():
    caller = ping()
    lead = lead_of(caller, metadata={"own": [1], "utm_term": "shoes"})
    put(caller, lead, {"metadata": {"utmSource": "google", "sourceMetadata": {"form": "a", "page": "b"}}})

    answer = put(
        caller, lead, {"metadata": {"utmMedium": "cpc", "sourceMetadata": {"form": None, "step": "2"}}}
    )

    lead.refresh_from_db()
    assert lead.metadata == {
        "own": [1],
        "utm_term": "shoes",
        "utm_source": "google",
        "utm_medium": "cpc",
        "source_metadata": {"page": "b", "step": "2"},
    }
    assert answer.body["metadata"]["sourceMetadata"] == {"page": "b", "step": "2"}
    assert put(caller, lead, {"metadata": {"sourceMetadata": {}}}).body == answer.body
    for wrong in ({"a": 1}, {"a": {"b": "c"}}, {"a": ["b"]}, "text", [], 5):
        errors = refusal(put(caller, lead, {"metadata": {"sourceMetadata": wrong}}))
        assert list(errors) == ["metadata.sourceMetadata"]


def test_L6_a_number_tells_what_it_is():
    caller = ping()
    shown = get(caller, lead_of(caller))["contact"]["phone"]
    assert shown["number"] == "+14045550137"
    lookup = shown["lookup"]
    assert (lookup["number"], lookup["isValid"], lookup["carrierType"]) == (
        "+14045550137",
        True,
        "FixedLineOrMobile",
    )
    assert lookup["lineType"] in {"Wireline", "Wireless", "VoWiFi", "VoIP", "PrePaidWireless", "Unknown"}
    assert (lookup["location"]["countryCode"], lookup["location"]["timeZoneId"]) == ("US", "America/New_York")
    # The same number is the same lookup, for every lead of the workspace and none of another.
    assert get(caller, lead_of(caller))["contact"]["phone"]["lookup"]["id"] == lookup["id"]
    elsewhere = ping()
    assert get(elsewhere, lead_of(elsewhere))["contact"]["phone"]["lookup"]["id"] != lookup["id"]


def test_L6_a_new_number_is_looked_up_anew():
    caller = ping()
    lead = lead_of(caller)
    first = get(caller, lead)["contact"]["phone"]["lookup"]
    shown = put(caller, lead, {"contact": {"phone": {"number": "+442079460018", "lookup": first}}}).body
    assert shown["contact"]["phone"]["lookup"]["number"] == "+442079460018"
    assert shown["contact"]["phone"]["lookup"]["location"]["countryCode"] == "GB"
    strange = put(caller, lead, {"contact": {"phone": {"number": "ring twice"}}}).body["contact"]["phone"]
    assert (strange["number"], strange["lookup"]) == ("ring twice", None)


WRONG = {
    "contact": {
        "firstName": "x" * 101,
        "email": "nobody",
        "timeZoneId": "Mars/Olympus",
        "streetAddress": {"country": "Atlantis"},
        "phone": {"type": "x" * 33},
    },
    "customer": {"gender": "?", "birthDate": "soon", "isHomeowner": "yes"},
    "metadata": {"trustedFormUrl": "javascript:x", "utmSource": 5, "createdAt": "never"},
    "enabled": "yes",
    "id": "other",
}


def test_L7_all_problems_come_at_once_by_their_path():
    caller = ping()
    lead = lead_of(caller)

    answer = put(caller, lead, WRONG)

    paths = (
        "contact.firstName contact.email contact.timeZoneId contact.streetAddress.country contact.phone.type"
        " customer.gender customer.birthDate customer.isHomeowner metadata.trustedFormUrl metadata.utmSource"
        " metadata.createdAt enabled id"
    )
    assert set(refusal(answer)) == set(paths.split())
    assert answer.body["title"] == "Request validation failed"
    assert answer.body["instance"] == f"/leads/{lead.pk}"
    assert entries(lead) == 1


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'"x"', b"null", b'{"a": NaN}', b'{"a": "\\u0000"}'])
def test_L7_a_body_that_cannot_be_read_is_400(raw):
    caller = ping()
    assert list(refusal(put(caller, lead_of(caller), raw=raw))) == ["body"]


def test_L7_what_is_not_there_is_404_whoever_asks():
    caller, stranger = ping(), ping()
    lead = lead_of(caller)
    refusal(put(stranger, lead, {"contact": {"firstName": "Eve"}}), 404)
    refusal(caller("PUT", "/leads/abc", {}), 404)
    refusal(caller("PUT", f"/leads/{lead.pk}/", {}), 404)
    refusal(caller("PATCH", f"/leads/{lead.pk}", {}), 405)
    caller("DELETE", f"/leads/{lead.pk}")
    refusal(put(caller, lead, {}), 404)


def test_L7_two_leads_may_share_an_email():
    caller = ping()
    lead_of(caller)
    other = make_lead(caller.workspace)
    assert put(caller, other, {"contact": {"email": "mara@example.org"}}).status == 200


def test_L8_enabled_is_the_leads_own_and_the_override_wins():
    admin = ping(scopes=("read", "write", "admin"))
    lead = lead_of(admin)
    assert put(admin, lead, {"enabled": False}).body["enabled"] is False
    assert put(admin, lead, {"enabled": None}).body["enabled"] is False
    shown = put(admin, lead, {"adminEnablementOverride": {"enabled": True}}).body
    assert (shown["enabled"], shown["adminEnablementOverride"]["enabled"]) == (False, True)
    lead.refresh_from_db()
    assert lead.is_enabled is True


def test_the_whole_lead_sent_back_moves_nothing():
    caller = ping()
    lead = lead_of(
        caller,
        phone="(404) 555-0137 ",
        phone_type="desk",
        time_zone="Eastern Standard Time",
        address={"line1": "1 St", "state": "GA", "country": "US", "latitude": "33.7490000", "longitude": -84},
        profile={"birth_date": "1990-02-03", "income": 1, "gender": "NonBinary"},
        metadata={"utm_source": 7, "price": "12", "source_metadata": {"a": "b", "n": 5}, "referrer": "r"},
        disposition=DispositionWish(stage="qualified"),
        tags=TagChange(names=("Hot",)),
        source="webinar",
        captured_at="2026-01-02T03:04:05.678Z",
        trusted_form_url="https://cert.trustedform.com/1",
    )
    admin = SYSTEM.__class__(
        **{**{name: getattr(SYSTEM, name) for name in SYSTEM.__slots__}, "may_override": True}
    )
    apply_change(caller.workspace, admin, ById(lead.pk), LeadChange(override=Override(False, "No")))
    before = get(caller, lead)
    row = Lead.objects.values().get(pk=lead.pk)
    count = entries(lead)

    answer = put(caller, lead, before)

    assert (answer.status, answer.body) == (200, before)
    assert "Leadhub-Ignored" not in answer.headers
    assert (entries(lead), Lead.objects.values().get(pk=lead.pk)) == (count, row)


def test_one_key_of_the_whole_lead_is_changed_and_nothing_else_moves():
    caller = ping()
    lead = lead_of(caller, metadata={"utm_source": 7, "source_metadata": "text"})
    body = get(caller, lead)
    body["contact"]["lastName"] = "Berg"

    put(caller, lead, body)

    entry = Entry.objects.filter(lead=lead).latest("created_at", "id")
    assert entry.changes == {"last_name": ["Lind", "Berg"]}
    assert (entry.door, entry.api_key_id) == ("leadping", caller.key.pk)


def test_a_wrongly_typed_value_in_the_shared_metadata_reads_null_and_stays():
    caller = ping()
    stored = {"utm_source": 5, "price": "12", "source_metadata": {"n": 5, "a": "b"}}
    lead = lead_of(caller, metadata=stored)
    shown = get(caller, lead)["metadata"]
    assert (shown["utmSource"], shown["price"], shown["sourceMetadata"]) == (None, None, {"a": "b"})
    put(
        caller,
        lead,
        {"metadata": {"utmSource": None, "price": None, "sourceMetadata": {"n": None, "a": "c"}}},
    )
    lead.refresh_from_db()
    assert lead.metadata == {**stored, "source_metadata": {"n": 5, "a": "c"}}


def test_pollybots_utm_source_is_the_same_value():
    caller = ping()
    neighbour = polly(caller.workspace)
    lead = lead_of(caller)
    put(caller, lead, {"metadata": {"utmSource": "google"}})
    path = f"/api/v1/leads/{lead_ref(lead.pk)}"
    assert neighbour("GET", path).body["data"]["metadata"] == {"utm_source": "google"}
    neighbour("PUT", path, {"metadata": {"utm_source": "bing"}})
    assert get(caller, lead)["metadata"]["utmSource"] == "bing"


def test_no_metadata_write_erases_proof_of_consent():
    caller = ping()
    lead = lead_of(caller, trusted_form_url="https://cert.trustedform.com/1")
    Lead.objects.filter(pk=lead.pk).update(opted_out_at="2026-02-03T04:05:06Z")
    polly(caller.workspace)("PUT", f"/api/v1/leads/{lead_ref(lead.pk)}", {"metadata": None})
    shown = get(caller, lead)["metadata"]
    assert shown["trustedFormUrl"] == "https://cert.trustedform.com/1"
    assert (shown["smsOptedOut"], shown["smsOptOutAt"]) == (True, "2026-02-03T04:05:06.000Z")
    assert shown["smsConsentStatus"] == "opted_out"


@pytest.mark.parametrize("sent", ["mobile", "Mobile", " MOBILE "])
def test_the_published_phone_types_are_spelt_as_published(sent):
    caller = ping()
    shown = put(caller, lead_of(caller), {"contact": {"phone": {"type": sent}}}).body
    assert shown["contact"]["phone"]["type"] == "Mobile"


def test_an_archived_lead_is_changed_and_stays_archived():
    caller = ping()
    lead = lead_of(caller)
    caller("POST", f"/leads/{lead.pk}/archive", {"reason": 3})
    shown = put(caller, lead, {"contact": {"firstName": "Eva"}, "isArchived": False}).body
    assert (shown["contact"]["firstName"], shown["isArchived"], shown["archiveReason"]) == ("Eva", True, 3)


STATEMENTS = [
    ({"contact": {"firstName": "Eva"}}, 7),
    ({key: value for key, value in PAGE.items() if key not in {"adminEnablementOverride", "tagNames"}}, 9),
    ({"tagNames": ["Old"]}, 7),
    (PAGE, 13),
]


@pytest.mark.parametrize(("body", "most"), STATEMENTS)
@pytest.mark.parametrize("size", [0, 20])
def test_a_put_takes_the_same_few_statements_whatever_the_lead(
    body, most, size, django_assert_max_num_queries
):
    caller = ping(scopes=("read", "write", "admin"))
    lead = lead_of(caller, tags=TagChange(names=("Old", *(f"t{number}" for number in range(size)))))
    for number in range(size):
        put(caller, lead, {"contact": {"lastName": f"L{number}"}})
    get(caller, lead)

    with django_assert_max_num_queries(most):
        assert put(caller, lead, body).status == 200
    with django_assert_max_num_queries(2):
        get(caller, lead)
