"""Leases: one holder at a time, whatever dies, and nobody's word counts after his lease."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Lock
from uuid import uuid4

import pytest
from django.db import connection, transaction
from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from leadhub.workspaces.clock import at, now
from leads.models import Job, WebhookDelivery
from leads.models.outbox import Leased
from leads.outbox import lease
from tests.make import make_workspace
from tests.outbox.make import make_deliveries, make_endpoint


def make_jobs(count, workspace=None):
    workspace = workspace or make_workspace()
    moment = now() - timedelta(seconds=1)
    rows = [Job(workspace=workspace, kind="none", state="due", due_at=moment) for _number in range(count)]
    return Job.objects.bulk_create(rows)


def due(count=10):
    return Job.objects.filter(state="due", due_at__lte=now()).order_by("due_at", "pk")[:count]


@pytest.mark.django_db
def test_a_held_row_is_not_due():
    make_jobs(2)
    [first] = lease.take(due(1), "one")
    [second] = lease.take(due(5), "two")
    assert first.pk != second.pk
    assert lease.take(due(), "three") == []
    stored = Job.objects.get(pk=first.pk)
    assert (stored.lease_owner, stored.attempt, stored.due_at) == ("one", 1, stored.lease_until)


@pytest.mark.django_db
def test_a_lease_that_ran_out_can_be_taken():
    make_jobs(1)
    [row] = lease.take(due(), "one")
    with at(now() + lease.LENGTH + timedelta(seconds=1)):
        [again] = lease.take(due(), "two")
    assert (again.pk, again.attempt) == (row.pk, 2)
    assert not lease.renew(row)
    assert not lease.note(row, done=1)
    assert not lease.give_back(row)
    assert not lease.finish(row, state="done")
    assert lease.finish(again, state="done")


@pytest.mark.django_db
def test_a_renewed_lease_lasts():
    make_jobs(1)
    [row] = lease.take(due(), "one")
    with at(now() + lease.LENGTH - timedelta(seconds=1)):
        assert lease.renew(row)
    with at(now() + lease.LENGTH + timedelta(seconds=1)):
        assert lease.take(due(), "two") == []


@pytest.mark.django_db
def test_what_is_given_back_is_due_at_once_and_its_attempt_does_not_count():
    make_jobs(1)
    [row] = lease.take(due(), "one")
    assert lease.give_back(row)
    [again] = lease.take(due(), "two")
    assert again.attempt == 1


@pytest.mark.django_db
def test_the_same_owner_holds_again_under_a_new_number():
    make_jobs(1)
    [old] = lease.take(due(), "one")
    Job.objects.update(due_at=now(), lease_until=now())
    [new] = lease.take(due(), "one")
    assert not lease.finish(old, state="done")
    assert lease.finish(new, state="done")


# Any order of claims, endings, deaths and time


class Workers(RuleBasedStateMachine):
    """Three workers and a clock. What each believes to hold is compared with what is stored."""

    def __init__(self):
        super().__init__()
        # Each run is undone by itself, so that it need not be cleaned up.
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.moment = now()
        make_jobs(4)
        self.believed = {name: {} for name in "abc"}
        self.ended = set()

    def teardown(self):
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    @rule(name=st.sampled_from("abc"), count=st.integers(1, 3))
    def claim(self, name, count):
        with at(self.moment):
            rows = lease.take(due(count), name)
        for row in rows:
            assert row.pk not in self.ended
            for other in self.believed.values():
                held = other.get(row.pk)
                assert held is None or held.lease_until <= self.moment
            self.believed[name][row.pk] = row

    def holders(self, pk):
        return [name for name, rows in self.believed.items() if pk in rows]

    @precondition(lambda self: any(self.believed.values()))
    @rule(data=st.data(), how=st.sampled_from(["finish", "fail", "give_back", "renew"]))
    def end(self, data, how):
        name = data.draw(st.sampled_from([name for name, rows in self.believed.items() if rows]))
        pk = data.draw(st.sampled_from(sorted(self.believed[name])))
        row = self.believed[name][pk]
        newest = max(rows[pk].attempt for rows in self.believed.values() if pk in rows)
        with at(self.moment):
            if how == "renew":
                said = lease.renew(row)
            elif how == "finish":
                said = lease.finish(row, state=Leased.State.DONE)
            elif how == "fail":
                said = lease.finish(row, due_at=self.moment + timedelta(seconds=5))
            else:
                said = lease.give_back(row)
        if how != "renew" or not said:
            del self.believed[name][pk]
        if said:
            assert row.attempt == newest, "an old holder had a say"
            if how == "finish":
                self.ended.add(pk)

    @rule(name=st.sampled_from("abc"))
    def die(self, name):
        self.believed[name].clear()

    @rule(seconds=st.sampled_from([1, 20, 61]))
    def wait(self, seconds):
        self.moment += timedelta(seconds=seconds)

    @invariant()
    def one_holder_at_a_time(self):
        for pk in {pk for rows in self.believed.values() for pk in rows}:
            alive = [name for name in self.holders(pk) if self.believed[name][pk].lease_until > self.moment]
            assert len(alive) <= 1

    @invariant()
    def what_ended_stays_ended(self):
        assert set(Job.objects.filter(state="done").values_list("pk", flat=True)) == self.ended

    @invariant()
    def nothing_is_stuck(self):
        with at(self.moment + lease.LENGTH + timedelta(seconds=6)):
            assert Job.objects.filter(state="due", due_at__lte=now()).count() == 4 - len(self.ended)


@pytest.mark.django_db
def test_in_any_order_of_events_one_worker_holds_a_row():
    run_state_machine_as_test(Workers, settings=profile(max_examples=15, stateful_step_count=30))


# Really at once


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_workers_at_once_never_hold_one_row():
    """Each row is done once, no claim waits for another, and all of them get something."""
    workspace = make_workspace()
    endpoint = make_endpoint(workspace)
    make_deliveries(endpoint, [uuid4() for _number in range(300)])
    held, done, claims, guard = set(), [], dict.fromkeys(range(6), 0), Lock()

    def work(number):
        try:
            while True:
                rows = lease.take(
                    WebhookDelivery.objects.filter(state="due", due_at__lte=now()).order_by("due_at", "pk")[
                        :5
                    ],
                    f"worker {number}",
                )
                if not rows:
                    return
                claims[number] += len(rows)
                with guard:
                    assert not held & {row.pk for row in rows}
                    held.update(row.pk for row in rows)
                time.sleep(0.002)
                for row in rows:
                    with guard:
                        held.discard(row.pk)
                    assert lease.finish(row, state="done")
                    done.append(row.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        for outcome in [pool.submit(work, number) for number in range(6)]:
            outcome.result()
    assert len(done) == len(set(done)) == 300
    assert all(claims.values())


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_claim_passes_by_what_another_is_just_taking():
    make_jobs(2)
    with transaction.atomic():
        taken = list(due(1).select_for_update())

        def claim_beside():
            try:
                return lease.take(due(5), "two")
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            rows = pool.submit(claim_beside).result(timeout=5)
    assert {row.pk for row in rows}.isdisjoint({row.pk for row in taken})
    assert len(rows) == 1
