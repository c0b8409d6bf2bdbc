"""Clients as PollyBot's page writes them (curl, fetch on Node, requests), against a running server."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from leadhub.workspaces.ids import lead_ref
from leads.models import Entry, Lead
from tests.api.caller import polly
from tests.make import make_lead

pytestmark = pytest.mark.django_db(transaction=True)

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")

CURL = """
curl -s -X PUT "<host>/api/v1/leads/<lead>" \\
  -H "Authorization: Bearer <key>" \\
  -H "Content-Type: application/json" \\
  -d '{
    "status": "contacted",
    "metadata": {
      "notes": "Call on Tuesday",
      "last_interaction": "2024-01-16T14:30:00.000Z"
    }
  }'
"""
# Like theirs, it throws at what is not ok, and its three updates run at the same time.
FETCH = """
const updateLead = async (leadId, updates) => {
  const response = await fetch(`<host>/api/v1/leads/${leadId}`, {
    method: 'PUT',
    headers: { 'Authorization': 'Bearer <key>', 'Content-Type': 'application/json' },
    body: JSON.stringify(updates)
  });
  if (!response.ok) {
    throw new Error(response.status === 404 ? 'Lead not found' : `status: ${response.status}`);
  }
  return (await response.json()).data;
};
const leadId = "<lead>";
Promise.all([
  updateLead(leadId, { status: "contacted" }),
  updateLead(leadId, { metadata: { notes: "Likes it", lead_score: 90, follow_up_date: "2024-01-25" } }),
  updateLead(leadId, {
    phone: "+1-555-999-8888",
    status: "qualified",
    source: "referral",
    metadata: { referrer: "Jo", budget_range: "$10k-25k" }
  }),
]).then(() => updateLead("lead_unknown", { source: "x" }))
  .catch((error) => console.log(JSON.stringify(error.message)));
"""
REQUESTS = """
import json
import requests

def update_lead(api_key, lead_id, updates):
    url = f"<host>/api/v1/leads/{lead_id}"
    headers = {"Authorization": f"Bearer {api_key}", "Content-Type": "application/json"}
    response = requests.put(url, headers=headers, json=updates)
    if response.status_code == 404:
        raise ValueError(f"Lead with ID '{lead_id}' not found")
    response.raise_for_status()
    return response.json()["data"]

def update_lead_status(api_key, lead_id, status, notes=None):
    updates = {"status": status}
    if notes:
        updates["metadata"] = {"notes": notes}
    return update_lead(api_key, lead_id, updates)

told = [update_lead("<key>", "<lead>", {"status": "contacted"})["status"]]
update_lead("<key>", "<lead>", {"metadata": {"notes": "Enterprise", "priority": "high"}})
told.append(update_lead_status("<key>", "<lead>", "qualified", "Ready for sales team")["metadata"])
try:
    update_lead_status("<key>", "<lead>", "archived")
except requests.exceptions.RequestException as e:
    told.append(e.response.json()["details"]["field"])
print(json.dumps(told))
"""


def run(command, script, **filled):
    """What the script prints, as JSON; the interpreter takes it from its input."""
    for name, value in filled.items():
        script = script.replace(f"<{name}>", value)
    done = subprocess.run(command, input=script, capture_output=True, text=True, timeout=60, check=True)
    assert not done.stderr, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def stage(live_server):
    """A lead, and what a page leaves to be filled in."""
    caller = polly()
    lead = make_lead(caller.workspace, name="John Smith", email="john.doe@example.com", metadata={"a": 1})
    return lead, {"host": live_server.url, "key": caller.text, "lead": lead_ref(lead.pk)}


@needs_curl
def test_the_curl_line_of_the_page(stage):
    lead, filled = stage
    answer = run(["bash"], CURL, **filled)
    assert answer["success"] is True
    assert (answer["data"]["id"], answer["data"]["status"]) == (lead_ref(lead.pk), "contacted")
    assert answer["data"]["metadata"] == {
        "a": 1,
        "notes": "Call on Tuesday",
        "last_interaction": "2024-01-16T14:30:00.000Z",
    }


@needs_node
def test_the_fetch_client_of_the_page(stage):
    lead, filled = stage
    assert run(["node", "--input-type=commonjs"], FETCH, **filled) == "Lead not found"
    lead = Lead.objects.get(pk=lead.pk)
    assert (lead.phone, lead.source) == ("+1-555-999-8888", "referral")
    assert lead.disposition.stage in {"contacted", "qualified"}
    assert set(lead.metadata) == {"a", "notes", "lead_score", "follow_up_date", "referrer", "budget_range"}
    assert Entry.objects.filter(lead=lead, door="pollybot").count() == 3


def test_the_requests_client_of_the_page(stage):
    lead, filled = stage
    assert run([sys.executable, "-"], REQUESTS, **filled) == [
        "contacted",
        {"a": 1, "notes": "Ready for sales team", "priority": "high"},
        "status",
    ]
    assert Lead.objects.get(pk=lead.pk).disposition.stage == "qualified"
