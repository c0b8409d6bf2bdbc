"""What Leadping's tests share: the page's own bodies with their placeholders filled in."""

from __future__ import annotations

from leads.models import Entry

# The request of the vendor's page, to the key.
PAGE = {
    "contact": {
        "firstName": "Mara",
        "lastName": "Lind",
        "streetAddress": {
            "line1": "12 Peachtree St",
            "line2": "Apt 4",
            "city": "Atlanta",
            "state": "GA",
            "province": "p",
            "region": "South",
            "postalCode": "30303",
            "country": "US",
            "additionalInfo": "Ring twice",
        },
        "timeZoneId": "America/New_York",
        "phone": {
            "number": "+14045550137",
            "type": "Mobile",
            "lookup": {
                "number": "+14045550137",
                "isValid": True,
                "location": {
                    "location": "Atlanta",
                    "state": "GA",
                    "countryCode": "US",
                    "timeZoneId": "America/New_York",
                },
                "id": "look-1",
                "createdAt": "2023-11-07T05:31:56Z",
                "modifiedAt": "2023-11-07T05:31:56Z",
            },
        },
        "email": "mara@example.org",
    },
    "customer": {
        "height": "170",
        "weight": "65",
        "birthDate": "2003-12-25",
        "income": "85000",
        "isHomeowner": True,
        "monthsAtResidence": "18",
        "creditScore": "700",
        "hasBankruptcy": True,
        "numberOfDependents": "2",
        "hasMedicalCondition": True,
    },
    "enabled": True,
    "adminEnablementOverride": {
        "enabled": True,
        "reason": "Checked by hand",
        "updatedByUserId": "somebody",
        "updatedAt": "2023-11-07T05:31:56Z",
    },
    "tagIds": [],
    "tagNames": ["Hot"],
}
# The keys of its response, by path, and those that decisions.md adds.
METADATA = (
    "trustedFormUrl utmSource utmMedium utmCampaign utmTerm utmContent referrer landingPage subId pubId"
    " ipAddress userAgent externalId sellerLeadId createdAt price directPostPrice product vertical"
    " complianceStatus complianceBlockedReason sourceMetadata origin importBatchId isImported"
    " assignedPhoneNumberId smsConsentStatus smsOptedOut smsOptOutAt smsOptInAt smsHelpRequestedAt"
    " smsConsentPhoneNumber userId businessId"
)
KEYS = {
    "": "metadata contact customer enabled adminEnablementOverride archivedAt archivedByUserId archiveReason"
    " archiveNote isArchived currentDisposition tags id createdAt modifiedAt",
    "metadata": METADATA,
    "contact": "firstName lastName streetAddress coordinate timeZoneId phone email",
    "contact.streetAddress": "line1 line2 city state province region postalCode country additionalInfo",
    "contact.coordinate": "latitude longitude",
    "contact.phone": "number type lookup",
    "contact.phone.lookup": "number isValid lineType carrierType location id createdAt modifiedAt",
    "contact.phone.lookup.location": "location state countryCode coordinate timeZoneId",
    "contact.phone.lookup.location.coordinate": "latitude longitude",
    "customer": "gender maritalStatus employmentType height weight birthDate income isHomeowner"
    " monthsAtResidence creditScore hasBankruptcy numberOfDependents hasMedicalCondition",
    "adminEnablementOverride": "enabled reason updatedByUserId updatedAt",
    "currentDisposition": "id category outcome displayName changedAt changedByUserId"
    " changedByAutomationId source",
}


def at(body, path):
    for name in filter(None, path.split(".")):
        body = body[name]
    return body


def entries(lead):
    return Entry.objects.filter(lead=lead).count()


def refusal(answer, status=400):
    """The problem details of a refusal; its errors, by path."""
    assert answer.status == status, answer
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert set(answer.body) - {"errors"} == {"type", "title", "status", "detail", "instance"}
    assert answer.body["status"] == status
    return answer.body.get("errors", {})
