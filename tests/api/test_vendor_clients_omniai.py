"""Clients as the vendor's pages write them (fetch on Node, curl), against a running server."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from leads.models import Document, Lead
from tests.api.omniai import BUNDLE_KEYS, LEAD_KEYS, LEADS, Omni, items_of

pytestmark = pytest.mark.django_db(transaction=True)

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")

CREATE = """
const options = {
  method: "POST",
  headers: { "x-api-key": "<key>", "Content-Type": "application/json" },
  body: JSON.stringify({
    firstName: "Ada",
    lastName: "Moreno",
    email: "ada@brightkiln.example",
    phoneNumber: "4045550137",
    businessName: "Bright Kiln LLC",
    assigneeType: "manual",
    checklistItems: [
      { code: "business_name", value: "Bright Kiln LLC", status: "COMPLETED" },
      { code: "tax_id", value: "12-3456789", status: "COMPLETED" },
    ],
  }),
};
"""
UPDATE = """
const options = {
  method: "PUT",
  headers: { "x-api-key": "<key>", "Content-Type": "application/json" },
  body: JSON.stringify({
    leadId: "<lead>",
    lastName: "Moreno-Diaz",
    businessName: "Bright Kiln Holdings LLC",
    checklistItems: [
      { code: "legal_name", value: "Bright Kiln Holdings LLC", status: "COMPLETED" },
    ],
  }),
};
"""
FETCH = """
fetch("<host>/api/v1/leads", options)
  .then((response) => response.json())
  .then((response) => console.log(JSON.stringify(response)))
  .catch((err) => console.error(err));
"""


def run(command, **words):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, **words)
    assert not done.stderr, done.stderr
    return json.loads(done.stdout)


def node(script, **filled):
    for name, value in filled.items():
        script = script.replace(f"<{name}>", value)
    return run(["node", "--input-type=commonjs"], input=script)


def curl(*arguments):
    return run(["curl", "--silent", *arguments])


@needs_node
def test_the_fetch_clients_of_both_pages(live_server):
    call = Omni()
    host, key = live_server.url, call.call.text
    created = node(CREATE + FETCH, host=host, key=key)
    assert set(created) == BUNDLE_KEYS and set(created["lead"]) == LEAD_KEYS
    assert (created["success"], created["actionLogs"]) == (True, [])
    assert created["lead"]["assigneeType"] == "HUMAN_AGENT"
    assert created["lead"]["phoneNumber"] == "+14045550137"
    assert items_of(created)["tax_id"]["value"] == "12-3456789"
    changed = node(UPDATE + FETCH, host=host, key=key, lead=created["lead"]["id"])
    assert (changed["success"], changed["lead"]["lastName"]) == (True, "Moreno-Diaz")
    assert changed["actionLogs"][0]["summary"] == "Lead updated"
    assert items_of(changed)["legal_name"]["status"] == "COMPLETED"
    assert Lead.objects.get().business_name == "Bright Kiln Holdings LLC"


@needs_node
def test_a_fetch_client_is_refused_in_json(live_server):
    Omni()
    refused = node(UPDATE + FETCH, host=live_server.url, key="omni_wrong", lead="x")
    assert (refused["success"], refused["code"]) == (False, "invalid_key")


@needs_curl
def test_curl_creates_reads_uploads_and_downloads(live_server, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "files"
    call = Omni()
    leads, key = live_server.url + LEADS, ["--header", f"x-api-key: {call.call.text}"]
    sent = ["--header", "Content-Type: application/json", "--data", '{"firstName": "Ada"}']
    lead_id = curl(*key, *sent, "--request", "POST", leads)["lead"]["id"]
    (tmp_path / "march.pdf").write_bytes(b"%PDF-1.7\n" + b"x" * 200_000)
    statements = items_of(curl(*key, f"{leads}/{lead_id}"))["statements"]["id"]
    uploaded = curl(
        *key,
        *("--form", f"leadId={lead_id}", "--form", f"leadChecklistItemId={statements}"),
        *("--form", f"files=@{tmp_path}/march.pdf;type=application/pdf"),
        live_server.url + "/api/v1/documents",
    )
    [document] = uploaded["documents"]
    assert (document["filename"], document["size"]) == ("march.pdf", 200_009)
    fetched = subprocess.run(["curl", "--silent", document["url"]], capture_output=True, check=True)
    assert fetched.stdout == (tmp_path / "march.pdf").read_bytes()
    part = subprocess.run(
        ["curl", "--silent", "--range", "0-7", document["url"]], capture_output=True, check=True
    )
    assert part.stdout == b"%PDF-1.7"
    assert [one["id"] for one in curl(*key, f"{leads}/{lead_id}/documents")] == [document["id"]]
    assert Document.objects.count() == 1
