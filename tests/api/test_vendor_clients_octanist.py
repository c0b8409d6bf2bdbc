"""Clients as Octanist's page writes them (curl) and as users do (fetch), against a running server."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from leadhub.workspaces.ids import lead_ref
from leads.models import Lead
from tests.api.caller import octo
from tests.make import make_lead

pytestmark = pytest.mark.django_db(transaction=True)

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")

# With every field of the reference, in its long options; the page has "<string>" for the texts.
REFERENCE = """
curl --silent --request PATCH \\
  --url <host>/api/leads \\
  --header 'Content-Type: application/json' \\
  --header 'X-API-KEY: <key>' \\
  --data '
{
  "id": "<lead>",
  "email": "someone.else@example.com",
  "phone": "+1234567890",
  "status": "won",
  "changedTo": "won",
  "value": 5000,
  "note": "<string>",
  "lossReason": "<string>"
}
'
"""
BY_EMAIL = """
curl -s -X PATCH \\
  -H "X-API-KEY: <key>" \\
  -H "Content-Type: application/json" \\
  -d '{
    "email": "john@example.com",
    "status": "lost",
    "lossReason": "budget"
  }' \\
  "<host>/api/leads"
"""
A_DAY_WITH_FETCH = """
const call = async (method, path, body) => {
  const response = await fetch("<host>/api" + path, {
    method,
    headers: { "X-API-KEY": "<key>", "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: response.status, ...(await response.json()) };
};
(async () => {
  const check = await call("POST", "/check");
  const made = await call("POST", "/leads", {
    name: "Ana Ruiz", email: "ana@example.org", custom: { plan: "pro" }, ad_storage: "granted",
  });
  await call("PATCH", "/leads", { id: made.data.id, status: "won", value: "1250.50", note: "signed" });
  const lead = await call("GET", "/leads/" + made.data.id);
  const query = new URLSearchParams({ status: "won", "value[gte]": "1000", sort: "createdAt:desc" });
  const list = await call("GET", "/leads?" + query);
  const stats = await call("POST", "/stats", {});
  const missing = await call("PATCH", "/leads", { phone: "+3120999", status: "won" });
  console.log(JSON.stringify({ check, made, lead, list, stats, missing }));
})();
"""


def run(command, script, **filled):
    """What the script prints, as JSON; the interpreter takes it from its input."""
    for name, value in filled.items():
        script = script.replace(f"<{name}>", value)
    done = subprocess.run(command, input=script, capture_output=True, text=True, timeout=60, check=True)
    assert not done.stderr, done.stderr
    return json.loads(done.stdout)


@needs_curl
def test_the_curl_lines_of_the_page(live_server):
    caller = octo()
    host, key = live_server.url, caller.text
    lead = make_lead(caller.workspace, name="John Smith", email="John@Example.com", phone="+1 234 567 890")
    make_lead(caller.workspace, name="Someone Else", email="someone.else@example.com")
    updated = {"leadId": lead_ref(lead.pk), "leadsUpdated": 1, "message": "Lead updated successfully"}

    answer = run(["bash"], REFERENCE, host=host, key=key, lead=lead_ref(lead.pk))
    assert (answer["success"], answer["data"]) == (True, updated)
    lead.refresh_from_db()
    assert (lead.disposition.stage, lead.value, lead.note) == ("won", 5000, "<string>")
    assert (lead.loss_reason, lead.email) == ("", "John@Example.com")

    answer = run(["bash"], BY_EMAIL, host=host, key=key)
    assert (answer["success"], answer["data"]) == (True, updated)
    lead = Lead.objects.get(pk=lead.pk)
    assert (lead.disposition.stage, lead.loss_reason) == ("lost", "budget")


@needs_node
def test_a_day_with_fetch(live_server):
    caller = octo()
    command = ["node", "--input-type=commonjs"]
    told = run(command, A_DAY_WITH_FETCH, host=live_server.url, key=caller.text)
    lead_id = lead_ref(Lead.objects.get().pk)
    assert told["check"] == {"status": 200, "success": True}
    assert (told["made"]["status"], told["made"]["data"]) == (201, {"id": lead_id, "message": "Lead added"})
    lead = told["lead"]["data"]
    assert (lead["status"], lead["value"], lead["note"]) == ("won", 1250.5, "signed")
    assert (lead["custom"], lead["ad_storage"], lead["ad_user_data"]) == ('{"plan":"pro"}', True, False)
    assert told["list"]["data"] == [lead]
    assert told["stats"]["data"]["conversion"]["totalValue"] == 1250.5
    assert (told["missing"]["status"], told["missing"]["error"]["code"]) == (404, "NOT_FOUND")
