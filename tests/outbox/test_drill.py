"""The drill: workers killed at random, a receiver that fails at random; nothing lost, nothing stuck."""

from __future__ import annotations

import os
import random
import signal
import socket
import threading
import time
from collections import defaultdict
from pathlib import Path
from uuid import uuid4

import pytest
from standardwebhooks import Webhook

from leads.models import WebhookDelivery
from tests.make import make_workspace
from tests.outbox.make import make_deliveries, make_endpoint
from tests.outbox.workers import Nursery

DELIVERIES, LEADS, WORKERS = 1000, 100, 2
KILLING, PATIENCE = 60, 120


class Flaky:
    """Takes four of five. The rest it refuses, keeps waiting, or hangs up on, before or after taking it."""

    def __init__(self, secret):
        self.reader = Webhook(secret)
        self.random = random.Random(1)
        self.lock = threading.Lock()
        # What was taken, in the order of taking; what was answered so; what was ever sent, by its id.
        self.taken, self.answered, self.bodies = [], set(), defaultdict(set)

    def __call__(self, handler, headers, body):
        self.reader.verify(body, headers)
        message_id = headers["webhook-id"]
        with self.lock:
            self.bodies[message_id].add(body)
            chance = self.random.random()
            if chance < 0.86:
                self.taken.append(message_id)
        if chance < 0.82:
            self.answered.add(message_id)
            return 200
        if chance < 0.86 or chance > 0.97:
            return hang_up
        if chance < 0.88:
            time.sleep(1.5)
            return None
        return random.choice([500, 502, 404, (503, {"Retry-After": "0"}, b"")])


def hang_up(handler):
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    handler.connection.shutdown(socket.SHUT_RD)
    handler.connection.close()


def is_done():
    return not WebhookDelivery.objects.filter(state="due").exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_doubled_in_effect_or_stuck_when_workers_are_killed(receiver):
    endpoint = make_endpoint(make_workspace(), receiver.url)
    receiver.answer = flaky = Flaky(endpoint.told_secret)
    leads = [uuid4() for _number in range(LEADS)]
    rows = make_deliveries(endpoint, [leads[number % LEADS] for number in range(DELIVERIES)])

    with Nursery("--concurrency", "8") as nursery:
        kills = kill_at_random(nursery, KILLING)
        finish(nursery)

    assert kills >= 10
    assert set(WebhookDelivery.objects.values_list("state", "lease_owner")) == {("done", "")}
    wanted = {str(row.event_id) for row in rows}
    assert set(flaky.taken) == wanted == flaky.answered, "Received at least once, under one id."
    assert all(len(bodies) == 1 for bodies in flaky.bodies.values())
    order = {message_id: place for place, message_id in reversed(list(enumerate(flaky.taken)))}
    for lead in set(leads):
        places = [order[str(row.event_id)] for row in rows if row.lead_id == lead]
        assert places == sorted(places), "In the order of the lead."


def kill_at_random(nursery, seconds):
    """Keep some workers running, and kill one of them every now and then; how many were."""
    chance, kills, end = random.Random(2), 0, time.monotonic() + seconds
    crew = [nursery.fork() for _number in range(WORKERS)]
    while time.monotonic() < end and not is_done():
        time.sleep(chance.uniform(0.1, 1.2))
        victim = chance.randrange(WORKERS)
        os.kill(crew[victim], signal.SIGKILL)
        kills += 1
        crew[victim] = nursery.fork()
    for process in crew:
        os.kill(process, signal.SIGKILL)
    return kills + WORKERS


def finish(nursery):
    crew = [nursery.fork() for _number in range(WORKERS)]
    try:
        until(is_done, PATIENCE)
    finally:
        for process in crew:
            os.kill(process, signal.SIGTERM)
        for process in crew:
            until(lambda process=process: not Path(f"/proc/{process}").exists(), PATIENCE)


def until(claim, seconds):
    end = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < end, "Something is stuck."
        time.sleep(0.1)
