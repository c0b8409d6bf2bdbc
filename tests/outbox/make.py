"""Webhooks, deliveries and a receiver on this machine, for the tests of the way out."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from uuid import uuid4

from leadhub.workspaces.clock import now
from leads.changes.endpoints import EVENTS, create_endpoint
from leads.models import Event, WebhookDelivery
from leads.outbox.deliver import DeliveryQueue
from tests.make import SYSTEM

LOOPBACK = [ip_network("127.0.0.0/8")]
URL = "https://receiver.example/hook"


class Idle:
    """A worker that goes on."""

    stopping = False
    lost = False


def make_endpoint(workspace, url=URL, **values):
    row, secret = create_endpoint(
        workspace, SYSTEM, {"name": "Receiver", "url": url, "events": list(EVENTS), **values}
    )
    row.told_secret = secret
    return row


def make_delivery(endpoint, lead_id=None, kind="lead.updated", **values):
    return make_deliveries(endpoint, [lead_id or uuid4()], kind=kind, **values)[0]


def make_deliveries(endpoint, lead_ids, kind="lead.updated", **values):
    moment = now() - timedelta(seconds=1)
    events = [
        Event(workspace=endpoint.workspace, kind=kind, lead_id=lead_id, payload={"version": number})
        for number, lead_id in enumerate(lead_ids)
    ]
    Event.objects.bulk_create(events)
    columns = {"state": "due", "due_at": moment, **values}
    rows = [
        WebhookDelivery(
            workspace=endpoint.workspace, endpoint=endpoint, event=event, lead_id=event.lead_id, **columns
        )
        for event in events
    ]
    return WebhookDelivery.objects.bulk_create(rows)


def claim(room=100, owner="one"):
    return DeliveryQueue().claim(owner, room, [])


def deliver(room=100):
    """Claim and send what is due now, and give back the rows as they are stored after it."""
    rows = claim(room)
    for row in rows:
        DeliveryQueue().work(row, Idle())
    return [WebhookDelivery.objects.get(pk=row.pk) for row in rows]


def as_due(delivery):
    """Let the next attempt's time have come."""
    WebhookDelivery.objects.filter(pk=delivery.pk).update(due_at=now() - timedelta(seconds=1))


class Receiver(ThreadingHTTPServer):
    """Answers what it was told to, in turn, and then 200; keeps what it was sent."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, answer=None):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = []
        self.received = []
        self.answer = answer or self.next_answer
        self.lock = threading.Lock()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/hook"

    def next_answer(self, handler, headers, body):
        with self.lock:
            return self.answers.pop(0) if self.answers else 200

    def handle_error(self, request, client_address):
        """Clients that hang up are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = dict(self.headers)
        with self.server.lock:
            self.server.received.append((headers, body))
        answer = self.server.answer(self, headers, body)
        if callable(answer):
            answer(self)
        elif answer is not None:
            status, more, text = answer if isinstance(answer, tuple) else (answer, {}, b"ok")
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

    def log_message(self, *_words):
        """Silent."""


@contextmanager
def receiving(answer=None):
    receiver = Receiver(answer)
    thread = threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.shutdown()
        receiver.server_close()
        thread.join()
