"""Every door of a write, each with its own words for the fields of a lead, so that one table fits all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from leadhub.web.models import RequestProblem
from leadhub.workspaces.ids import lead_ref
from tests.make import make_key


@dataclass(frozen=True)
class Door:
    """`fields` maps the lead's own name of a field to where it stands in the door's body."""

    name: str
    method: str
    path: str
    fields: Mapping[str, str]
    identity: Mapping[str, str] = field(default_factory=dict)
    header: str = "authorization"

    def send(self, client, workspace, lead, values):
        """One write to a stored lead through this door; (answer, codes of its problems by our names)."""
        _key, text = make_key(workspace, self.name)
        ids = {"uuid": str(lead.pk), "ref": lead_ref(lead.pk)}
        body: dict = {name: spelling.format(**ids) for name, spelling in self.identity.items()}
        for name, value in values.items():
            put(body, self.fields[name], value)
        answer = client.generic(
            self.method,
            self.path.format(**ids),
            json.dumps(body),
            "application/json",
            headers={self.header: text if self.header != "authorization" else f"Bearer {text}"},
        )
        problems = RequestProblem.objects.filter(record__request_id=answer["X-Request-Id"])
        return answer, {problem.code for problem in problems}


def put(body, path, value):
    *groups, last = path.split("/")
    for group in groups:
        body = body.setdefault(group, {})
    body[last] = value


DOORS = [
    Door(
        "omniai",
        "PUT",
        "/api/v1/leads",
        {
            "first_name": "firstName",
            "middle_name": "middleName",
            "last_name": "lastName",
            "business_name": "businessName",
            "email": "email",
            "phone": "phoneNumber",
            "time_zone": "timezone",
            "external_id": "externalLeadId",
            "tags": "tags",
        },
        {"leadId": "{uuid}"},
        "x-api-key",
    ),
    Door(
        "octanist",
        "PATCH",
        "/api/leads",
        {"value": "value", "note": "note", "stage": "status"},
        {"id": "{ref}"},
        "x-api-key",
    ),
    Door(
        "pollybot",
        "PUT",
        "/api/v1/leads/{ref}",
        {
            "name": "name",
            "email": "email",
            "phone": "phone",
            "source": "source",
            "stage": "status",
            "metadata": "metadata",
        },
    ),
    Door(
        "leadping",
        "PUT",
        "/leads/{uuid}",
        {
            "first_name": "contact/firstName",
            "last_name": "contact/lastName",
            "email": "contact/email",
            "phone": "contact/phone/number",
            "time_zone": "contact/timeZoneId",
            "address.line1": "contact/streetAddress/line1",
            "address.country": "contact/streetAddress/country",
            "address.latitude": "contact/coordinate/latitude",
            "profile.gender": "customer/gender",
            "profile.income": "customer/income",
            "profile.birth_date": "customer/birthDate",
            "profile.is_homeowner": "customer/isHomeowner",
            "enabled": "enabled",
            "external_id": "metadata/externalId",
            "captured_at": "metadata/createdAt",
            "trusted_form_url": "metadata/trustedFormUrl",
            "tags": "tagNames",
        },
    ),
    Door(
        "hub",
        "PATCH",
        "/api/hub/leads/{uuid}",
        {
            **{
                name: name
                for name in (
                    "first_name",
                    "middle_name",
                    "last_name",
                    "business_name",
                    "email",
                    "phone",
                    "time_zone",
                    "source",
                    "external_id",
                    "value",
                    "currency",
                    "website",
                    "captured_at",
                    "enabled",
                    "metadata",
                    "note",
                )
            },
            "address.line1": "address/line1",
            "address.country": "address/country",
            "address.latitude": "address/latitude",
            "profile.gender": "profile/gender",
            "profile.income": "profile/income",
            "profile.birth_date": "profile/birth_date",
            "profile.is_homeowner": "profile/is_homeowner",
        },
    ),
]
