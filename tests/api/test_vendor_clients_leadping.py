"""Clients as Leadping's pages write them (curl, fetch on Node, requests), against a running server."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from leads.models import Entry, Lead
from tests.api.caller import ping, ping_source
from tests.api.leadping import KEYS, PAGE, at
from tests.make import make_lead

pytestmark = pytest.mark.django_db(transaction=True)

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")

# The page's own line; it leaves the key out, which its guide on authentication puts into this header.
CURL = """
curl --silent --request PUT \\
  --url <host>/leads/<lead> \\
  --header 'Authorization: Bearer <key>' \\
  --header 'Content-Type: application/json' \\
  --data '
<body>
'
"""
# As the guide on sending leads has a source do it: a flat body, and an address that creates.
SOURCE_CURL = """
curl --silent --request POST --url <host>/leads/intake --header 'Authorization: Bearer <key>' \\
  --header 'Content-Type: application/json' \\
  --data '{"firstName": "Jane", "phone": "+14045550138", "zip": "30303", "price": 4.5}'
"""
QUERY_CURL = """
curl --silent --get --url <host>/leads/intake --header 'Authorization: Bearer <key>' \\
  --data-urlencode 'FirstName=Jane' --data-urlencode 'Phone=+14045550138' --data-urlencode 'Price=4.5'
"""
FETCH = """
const headers = { 'Authorization': 'Bearer <key>', 'Content-Type': 'application/json' };
const call = async (method, path, body) => {
  const options = { method, headers, body: body && JSON.stringify(body) };
  const response = await fetch(`<host>${path}`, options);
  if (!response.ok) throw await response.json();
  return response.status === 204 ? null : response.json();
};
(async () => {
  const lead = await call('GET', '/leads/<lead>');
  lead.contact.firstName = 'Jane';
  const changed = await call('PUT', '/leads/<lead>', lead);
  const sold = { leadId: changed.id, outcome: 'Sold', category: 'Converted' };
  const step = await call('POST', '/dispositions', sold);
  const filters = [{ field: 'firstName', value: 'Jane' }];
  const [row] = (await call('POST', '/leads/all/my', { pageSize: 1, filters })).items;
  const bad = { contact: { email: 'nobody' } };
  const { errors } = await call('PUT', '/leads/<lead>', bad).catch((error) => error);
  await call('DELETE', `/dispositions/${step.id}`);
  console.log(JSON.stringify([changed.contact.firstName, row.currentDisposition.outcome, errors]));
})();
"""
REQUESTS = """
import json
import requests

url = "<host>/leads/<lead>"
headers = {"Authorization": "Bearer <key>", "Content-Type": "application/json"}

response = requests.put(url, json={"customer": {"income": "85000"}, "tagNames": ["Hot"]}, headers=headers)
response.raise_for_status()
lead = response.json()
gone = requests.delete(url + "/tags/" + lead["tags"][0]["id"], headers=headers).json()
archived = requests.post(url + "/archive", json={"reason": 1}, headers=headers).json()
problem = requests.get(url + "0", headers=headers)
income, status = lead["customer"]["income"], problem.json()["status"]
print(json.dumps([income, gone["tags"], archived["isArchived"], status]))
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
    caller = ping(scopes=("read", "write", "admin"))
    lead = make_lead(caller.workspace, first_name="John", email="john@example.org")
    return lead, {"host": live_server.url, "key": caller.text, "lead": str(lead.pk)}


@needs_curl
def test_the_curl_line_of_the_page(stage):
    lead, filled = stage
    body = json.dumps({**PAGE, "id": str(lead.pk)}, indent=2)

    answer = run(["bash"], CURL, **filled, body=body)

    assert {path: set(at(answer, path)) for path in KEYS if path != "currentDisposition"} == {
        path: set(keys.split()) for path, keys in KEYS.items() if path != "currentDisposition"
    }
    assert (answer["id"], answer["contact"]["firstName"]) == (str(lead.pk), "Mara")
    assert answer["customer"]["creditScore"] == 700
    assert Entry.objects.filter(lead=lead, door="leadping").count() == 1
    assert run(["bash"], CURL, **filled, body=body) == answer


@needs_curl
@pytest.mark.parametrize("script", [SOURCE_CURL, QUERY_CURL])
def test_a_source_sends_a_lead(live_server, script):
    source = ping_source()
    answer = run(["bash"], script, host=live_server.url, key=source.text)
    assert (answer["contact"]["phone"]["number"], answer["metadata"]["price"]) == ("+14045550138", 4.5)
    assert Lead.objects.get().first_name == "Jane"


@needs_node
def test_a_fetch_client_reads_changes_and_lists(stage):
    lead, filled = stage
    first_name, outcome, errors = run(["node", "--input-type=commonjs"], FETCH, **filled)
    assert (first_name, outcome, list(errors)) == ("Jane", "Sold", ["contact.email"])
    lead.refresh_from_db()
    assert (lead.first_name, lead.disposition.stage) == ("Jane", "new")


def test_a_requests_client_tags_and_archives(stage):
    _lead, filled = stage
    assert run([sys.executable, "-"], REQUESTS, **filled) == [85000, [], True, 404]
