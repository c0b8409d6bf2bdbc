"""One lead, four dialects, every order: what is stored and what each reads is what a plain model predicts."""

from __future__ import annotations

import json
from itertools import permutations

import pytest

from leadhub.workspaces.ids import lead_ref
from leads.models import Entry, Lead
from tests.make import make_answerable, make_key, make_lead

pytestmark = pytest.mark.django_db


class Story:
    """The store's side, and beside it a dictionary to which each part does what the contract says."""

    def __init__(self, client):
        self.client = client
        self.workspace = make_answerable()
        self.keys = {
            name: make_key(self.workspace, name)[1] for name in ("omniai", "octanist", "pollybot", "leadping")
        }
        self.lead = make_lead(self.workspace, first_name="Ana", source="api", assignee_type="HUMAN_AGENT")
        self.model = {
            "first": "Ana",
            "last": "",
            "stage": "new",
            "source": "api",
            "metadata": {},
            "tags": set(),
        }

    def call(self, dialect, method, path, body=None):
        text = self.keys[dialect]
        header = (
            {"x-api-key": text} if dialect in {"omniai", "octanist"} else {"authorization": f"Bearer {text}"}
        )
        answer = self.client.generic(
            method, path, "" if body is None else json.dumps(body), "application/json", headers=header
        )
        assert answer.status_code == 200, answer.content
        return answer.json()

    # The parts: each writes through its dialect and tells the model.

    def omniai(self):
        body = {
            "leadId": str(self.lead.pk),
            "businessName": "Bright Kiln LLC",
            "lastName": "Moreno",
            "externalLeadId": "crm-omni",
            "checklistItems": [{"code": "tax_id", "value": "12-3456789"}, {"code": "nothing", "value": 1}],
        }
        said = self.call("omniai", "PUT", "/api/v1/leads", body)
        flags = [item["success"] for item in said["actionLogs"][0]["input"]["checklistUpdates"]]
        assert flags == [True, False]
        self.model |= {
            "business": "Bright Kiln LLC",
            "last": "Moreno",
            "external": "crm-omni",
            "tax_id": "12-3456789",
        }

    def octanist(self):
        body = {
            "id": lead_ref(self.lead.pk),
            "status": "lost",
            "lossReason": "budget",
            "value": "5000.50",
            "note": "May",
        }
        said = self.call("octanist", "PATCH", "/api/leads", body)
        assert said["data"]["leadsUpdated"] == 1
        self.model |= {"stage": "lost", "loss": "budget", "value": 5000.5, "note": "May"}

    def pollybot(self):
        body = {
            "name": "Maria Ruiz Díaz",
            "phone": "+1-678-231-9992",
            "status": "qualified",
            "source": "webinar",
            "metadata": {"utm_source": "google", "crm": {"id": 7}},
        }
        self.call("pollybot", "PUT", f"/api/v1/leads/{lead_ref(self.lead.pk)}", body)
        self.model |= {
            "first": "Maria",
            "last": "Ruiz Díaz",
            "phone": "+1-678-231-9992",
            "stage": "qualified",
        }
        self.model |= {"source": "webinar", "loss": None}
        self.model["metadata"] |= {"utm_source": "google", "crm": {"id": 7}}

    def leadping(self):
        body = {
            "contact": {"firstName": "Mara", "email": "mara@example.org"},
            "customer": {"income": "90000"},
            "metadata": {"utmSource": "bing", "utmMedium": "cpc", "externalId": "crm-ping"},
            "tagNames": ["VIP"],
        }
        self.call("leadping", "PUT", f"/leads/{self.lead.pk}", body)
        self.model |= {"first": "Mara", "email": "mara@example.org", "income": 90_000, "external": "crm-ping"}
        self.model["metadata"] |= {"utm_source": "bing", "utm_medium": "cpc"}
        self.model["tags"] |= {"VIP"}

    # What the model says that each dialect reads.

    def check(self):
        for check in (
            self.check_stored,
            self.check_omniai,
            self.check_octanist,
            self.check_pollybot,
            self.check_leadping,
        ):
            check()

    def check_stored(self):
        lead = Lead.objects.get(pk=self.lead.pk)
        assert Entry.objects.filter(lead=lead).count() == lead.version
        assert lead.metadata == self.model["metadata"]
        assert set(lead.field_sources.values()) <= {
            str(pk) for pk in Entry.objects.values_list("pk", flat=True)
        }

    def check_omniai(self):
        read = self.call("omniai", "GET", f"/api/v1/leads/{self.lead.pk}")
        answers = {
            item["checklistItem"]["code"]: item for group in read["checklistItems"] for item in group["items"]
        }
        assert (
            read["lead"]
            | {
                "firstName": self.model["first"],
                "lastName": self.model["last"] or None,
                "businessName": self.model.get("business"),
                "email": self.model.get("email"),
                "phoneNumber": "+16782319992" if "phone" in self.model else None,
                "source": self.model["source"],
                "externalLeadId": self.model.get("external"),
            }
            == read["lead"]
        )
        assert answers["tax_id"]["value"] == self.model.get("tax_id")
        assert answers["tax_id"]["status"] == ("COMPLETED" if "tax_id" in self.model else "TODO")

    def check_octanist(self):
        read = self.call("octanist", "GET", f"/api/leads/{lead_ref(self.lead.pk)}")["data"]
        assert (
            read
            | {
                "name": f"{self.model['first']} {self.model['last']}".strip(),
                "email": self.model.get("email"),
                "phone": self.model.get("phone"),
                "status": {"new": "open"}.get(self.model["stage"], self.model["stage"]),
                "value": self.model.get("value"),
                "note": self.model.get("note"),
                "lossReason": self.model.get("loss"),
                "utm_source": self.model["metadata"].get("utm_source"),
                "utm_medium": self.model["metadata"].get("utm_medium"),
            }
            == read
        )

    def check_pollybot(self):
        read = self.call("pollybot", "GET", f"/api/v1/leads/{self.lead.pk}")["data"]
        assert (
            read
            | {
                "id": lead_ref(self.lead.pk),
                "name": f"{self.model['first']} {self.model['last']}".strip(),
                "email": self.model.get("email"),
                "phone": self.model.get("phone"),
                "source": self.model["source"],
                "status": self.model["stage"],
                "metadata": self.model["metadata"],
            }
            == read
        )

    def check_leadping(self):
        read = self.call("leadping", "GET", f"/leads/{self.lead.pk}")
        assert read["contact"]["firstName"] == self.model["first"]
        assert read["contact"]["lastName"] == (self.model["last"] or None)
        assert read["contact"]["email"] == self.model.get("email")
        assert read["contact"]["phone"]["number"] == ("+16782319992" if "phone" in self.model else None)
        assert read["customer"]["income"] == self.model.get("income")
        assert read["metadata"]["utmSource"] == self.model["metadata"].get("utm_source")
        assert read["metadata"]["origin"] == self.model["source"]
        assert read["metadata"]["externalId"] == self.model.get("external")
        assert {tag["name"] for tag in read["tags"]} == self.model["tags"]
        category = {"new": None, "qualified": "Qualified", "lost": "Lost"}[self.model["stage"]]
        assert (read["currentDisposition"] or {}).get("category") == category


@pytest.mark.parametrize(
    "order", list(permutations(["omniai", "octanist", "pollybot", "leadping"])), ids="-".join
)
def test_each_plays_its_part_in_every_order(client, order):
    story = Story(client)

    for part in order:
        getattr(story, part)()
        story.check()
