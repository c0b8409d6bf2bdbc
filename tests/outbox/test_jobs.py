"""Jobs: run by kind, watched, cancelled, interrupted, tried again and given up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leadhub.workspaces.clock import now
from leads.models import Job
from leads.outbox import jobs, schedule
from leads.outbox.jobs import JobQueue, cancel, enqueue, retry, runs
from tests.make import make_workspace
from tests.outbox.make import Idle

pytestmark = pytest.mark.django_db


class Stopping:
    stopping = True
    lost = False


@pytest.fixture
def kind(monkeypatch):
    """Makes a function the one that does jobs of the kind `tested`."""
    monkeypatch.setattr(jobs, "_runs", {})
    return lambda run: runs("tested")(run)


def work(watch=None):
    for row in JobQueue().claim("one", 10, []):
        try:
            JobQueue().work(row, watch or Idle())
        except ValueError as error:
            JobQueue().fail(row, error)
    return Job.objects.get()


def test_a_job_is_done_and_says_how_far_it_is(kind):
    seen = []

    @kind
    def run(job, pace):
        pace.step(1, total=2, output={"after": 1})
        seen.append(Job.objects.get().done)
        pace.step(2)
        return {"all": job.input["count"]}

    enqueue(make_workspace(), "tested", {"count": 2})
    job = work()
    assert (job.state, job.done, job.total, job.output, seen) == ("done", 2, 2, {"all": 2}, [1])
    assert job.finished_at is not None
    assert job.lease_owner == ""


def test_a_job_that_breaks_is_tried_again_and_then_given_up(kind):
    @kind
    def run(job, pace):
        raise ValueError("no such ann@x.org")

    enqueue(make_workspace(), "tested", {})
    for number in range(len(schedule.JOB)):
        job = work()
        assert job.attempt == number + 1
        Job.objects.update(due_at=now() - timedelta(seconds=1))
    assert (job.state, job.last_error) == ("dead", "ValueError: no such <email>")

    assert retry(job)
    assert Job.objects.get().attempt == 0
    assert not retry(job)


def test_a_cancelled_job_leaves_off_at_its_next_step(kind):
    @kind
    def run(job, pace):
        pace.step(1)
        cancel(job)
        pace.step(2)
        raise AssertionError("It went on.")

    enqueue(make_workspace(), "tested", {})
    job = work()
    assert (job.state, job.done) == ("done", 2)
    assert job.cancelled_at is not None


def test_a_job_that_is_cancelled_before_it_began_never_begins(kind):
    @kind
    def run(job, pace):
        raise AssertionError("It began.")

    job = enqueue(make_workspace(), "tested", {})
    assert cancel(job)
    assert not cancel(job)
    assert work().state == "done"


def test_a_worker_that_stops_gives_a_job_back_where_it_is(kind):
    @kind
    def run(job, pace):
        pace.step(5, output={"after": 5})
        raise AssertionError("It went on.")

    enqueue(make_workspace(), "tested", {})
    job = work(Stopping())
    assert (job.state, job.attempt, job.output, job.lease_owner) == ("due", 0, {"after": 5}, "")
    assert job.due_at <= now()


def test_a_job_that_somebody_else_took_over_says_nothing_more(kind):
    @kind
    def run(job, pace):
        Job.objects.update(attempt=2, lease_owner="two")
        pace.step(1, output="mine")
        raise AssertionError("It went on.")

    enqueue(make_workspace(), "tested", {})
    job = work()
    assert (job.state, job.attempt, job.lease_owner, job.output) == ("due", 2, "two", None)


def test_a_kind_that_nobody_does_is_given_up(kind):
    enqueue(make_workspace(), "unheard_of", {})
    job = work()
    assert job.state == "dead"
    assert "unheard_of" in job.last_error
