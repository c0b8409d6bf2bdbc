"""The worker: the loop in this process, and as a process that is told to stop."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError, connection

from leads.models import Instance, Job, WebhookDelivery
from leads.outbox import jobs, worker
from leads.outbox.deliver import DeliveryQueue
from leads.outbox.jobs import JobQueue, enqueue, runs
from leads.outbox.upkeep import Upkeep
from leads.outbox.worker import Worker
from tests.make import make_lead, make_workspace
from tests.outbox.make import make_deliveries, make_endpoint
from tests.outbox.workers import start_worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def endpoint(receiver):
    return make_endpoint(make_workspace(), receiver.url)


@pytest.fixture
def kind(monkeypatch):
    monkeypatch.setattr(jobs, "_runs", {})
    return lambda run: runs("tested")(run)


def beside(one, **how):
    """Let a worker run beside the test."""

    def run():
        try:
            one.run(**how)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


# A machine may be busy with other things: nobody waits for so long unless something is wrong.
PATIENCE = 60


def until(claim, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < end, "It did not come to that."
        time.sleep(0.02)


def states():
    return Counter(WebhookDelivery.objects.values_list("state", flat=True))


def test_once_does_all_that_is_due_and_ends(receiver, endpoint):
    for _number in range(3):
        make_lead(endpoint.workspace)
    lead = uuid4()
    make_deliveries(endpoint, [lead] * 4)
    Worker({DeliveryQueue(): 4, JobQueue(): 1}, Upkeep()).run(once=True)
    assert states() == {"done": 7}
    ids = [row.event_id for row in WebhookDelivery.objects.filter(lead_id=lead).order_by("pk")]
    received = [headers["webhook-id"] for headers, _body in receiver.received]
    assert [one for one in received if one in set(map(str, ids))] == list(map(str, ids))


def test_a_broken_piece_of_work_stops_nobody(receiver, endpoint, monkeypatch):
    poison, *_others = make_deliveries(endpoint, [uuid4() for _number in range(3)])
    work = DeliveryQueue.work

    def break_off(self, row, watch):
        if row.pk == poison.pk:
            raise RuntimeError("A bug.")
        work(self, row, watch)

    monkeypatch.setattr(DeliveryQueue, "work", break_off)
    Worker({DeliveryQueue(): 2}).run(once=True)
    assert states() == {"done": 2, "due": 1}


def test_a_long_job_keeps_its_lease_while_deliveries_go_on(receiver, endpoint, kind, monkeypatch):
    monkeypatch.setattr(JobQueue, "length", timedelta(seconds=3))
    monkeypatch.setattr(worker, "POLL", 0.1)
    began, release = [], threading.Event()

    @kind
    def run(job, pace):
        began.append(job.attempt)
        time.sleep(4)
        release.wait(PATIENCE)
        pace.step(1)

    enqueue(endpoint.workspace, "tested", {})
    make_deliveries(endpoint, [uuid4() for _number in range(3)])
    threads = [beside(Worker({DeliveryQueue(): 2, JobQueue(): 1}), once=True) for _number in range(2)]
    until(lambda: states() == {"done": 3})
    assert Job.objects.get().state == "due"
    release.set()
    for thread in threads:
        thread.join()
    assert (began, Job.objects.get().state) == ([1], "done")


def test_told_to_stop_it_gives_a_job_back(kind, monkeypatch):
    monkeypatch.setattr(worker, "POLL", 0.05)

    @kind
    def run(job, pace):
        while True:
            pace.step(job.done + 1, output={"after": job.done + 1})
            time.sleep(0.02)

    enqueue(make_workspace(), "tested", {})
    one = Worker({JobQueue(): 1})
    thread = beside(one)
    until(lambda: Job.objects.get().done > 2)
    one.stop()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    job = Job.objects.get()
    assert (job.state, job.lease_owner, job.attempt) == ("due", "", 0)
    assert job.output["after"] == job.done


def test_a_database_that_is_away_for_a_while_stops_nobody(receiver, endpoint, monkeypatch):
    monkeypatch.setattr(worker, "POLL", 0.02)
    claim, failures = DeliveryQueue.claim, [OperationalError("gone")] * 3

    def claim_or_fail(self, owner, room, held):
        if failures:
            raise failures.pop()
        return claim(self, owner, room, held)

    monkeypatch.setattr(DeliveryQueue, "claim", claim_or_fail)
    make_deliveries(endpoint, [uuid4()])
    one = Worker({DeliveryQueue(): 1})
    thread = beside(one)
    until(lambda: states() == {"done": 1})
    one.stop()
    thread.join(PATIENCE)


@pytest.mark.parametrize(
    "words", [["--queues", "mails"], ["--queues", ","], ["--concurrency", "0"], ["--concurrency", "1000"]]
)
def test_the_command_says_what_it_does_not_understand(words):
    with pytest.raises(CommandError) as refusal:
        call_command("worker", "--once", *words)
    assert refusal.value.returncode == 2


# As a process


@pytest.mark.slow
def test_sigterm_lets_it_finish_what_is_at_hand(receiver, endpoint):
    release = threading.Event()
    receiver.answer = lambda *_request: release.wait(PATIENCE) and 200
    make_deliveries(endpoint, [uuid4() for _number in range(20)])
    with start_worker("--concurrency", "4", timeout=2.0 * PATIENCE, lease=2.0 * PATIENCE) as process:
        until(lambda: len(receiver.received) == 3)
        process.send_signal(signal.SIGTERM)
        time.sleep(1.5)
        assert process.poll() is None
        release.set()
        assert process.wait(PATIENCE) == 0
    assert states() == {"done": 3, "due": 17}
    assert len(receiver.received) == 3
    assert not WebhookDelivery.objects.exclude(lease_owner="").exists()


@pytest.mark.slow
def test_a_second_sigterm_makes_it_give_back_what_is_at_hand(receiver, endpoint):
    release = threading.Event()
    receiver.answer = lambda *_request: release.wait(2 * PATIENCE) and 200
    make_deliveries(endpoint, [uuid4() for _number in range(5)])
    with start_worker("--concurrency", "4", timeout=2.0 * PATIENCE, lease=2.0 * PATIENCE) as process:
        until(lambda: len(receiver.received) == 3)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    assert states() == {"due": 5}
    assert set(WebhookDelivery.objects.values_list("lease_owner", "attempt")) == {("", 0)}
    release.set()


@pytest.mark.slow
def test_an_idle_worker_stops_at_once(endpoint):
    with start_worker(stderr=subprocess.PIPE) as process:
        until(Instance.objects.exists)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
        assert process.stderr.read() == b""


@pytest.mark.slow
def test_more_workers_do_more_at_once(receiver, endpoint):
    at_once, most, lock = 0, 0, threading.Lock()

    def answer(*_request):
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.2)
        with lock:
            at_once -= 1
        return 200

    receiver.answer = answer
    found = []
    for count in (1, 4):
        make_deliveries(endpoint, [uuid4() for _number in range(60)])
        most = 0
        for thread in [beside(Worker({DeliveryQueue(): 2}), once=True) for _number in range(count)]:
            thread.join()
        found.append(most)
    alone, four = found
    assert states() == {"done": 120}
    assert alone <= 2 < four <= 8
