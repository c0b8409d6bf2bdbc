"""Who owns a workspace: there is always somebody who can sign in, whatever becomes of the others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from leadhub.workspaces.models import Membership, User
from leads.changes.people import add_member, remove_member
from leads.errors import Refused
from leads.outbox.leaving import leave
from tests.make import SYSTEM, make_member, make_workspace

pytestmark = pytest.mark.django_db


def invite(workspace, role="owner", email="invited@desk.example"):
    """Somebody who is to choose a password, and has not done so yet."""
    return add_member(workspace, SYSTEM, email, role)[0].user


def demote(workspace, user):
    add_member(workspace, SYSTEM, user.email, "manager")


def remove(workspace, user):
    remove_member(workspace, SYSTEM, user.pk)


def hand_over(workspace, user):
    leave(workspace, SYSTEM, user, None)


def owners_of(workspace):
    return set(Membership.objects.filter(workspace=workspace, role="owner", left_at=None).values_list("user"))


@pytest.mark.parametrize("step", [demote, remove, hand_over])
def test_an_owner_who_never_came_in_does_not_stand_in_for_one_who_did(step):
    workspace = make_workspace()
    boss, invited = make_member(workspace, "owner"), invite(workspace)

    with pytest.raises(Refused) as refusal:
        step(workspace, boss)

    assert refusal.value.reason == "last_owner"
    assert invited.email in refusal.value.message
    assert owners_of(workspace) == {(boss.pk,), (invited.pk,)}


@pytest.mark.parametrize("step", [demote, remove, hand_over])
def test_nor_does_one_who_is_barred_or_a_member_of_another_workspace(step):
    workspace = make_workspace()
    boss, barred = make_member(workspace, "owner"), make_member(workspace, "owner")
    make_member(make_workspace(), "owner")
    User.objects.filter(pk=barred.pk).update(is_active=False)

    with pytest.raises(Refused, match="can sign in"):
        step(workspace, boss)


@pytest.mark.parametrize("step", [demote, remove, hand_over])
def test_once_the_password_is_chosen_the_first_owner_may_go(step):
    workspace = make_workspace()
    boss, invited = make_member(workspace, "owner"), invite(workspace)
    invited.set_password("a long enough password")
    invited.save()

    step(workspace, boss)

    assert owners_of(workspace) == {(invited.pk,)}


@pytest.mark.parametrize("step", [demote, remove, hand_over])
def test_an_invitation_to_own_it_is_taken_back_while_others_can_sign_in(step):
    workspace = make_workspace()
    boss, invited = make_member(workspace, "owner"), invite(workspace)

    step(workspace, invited)

    assert owners_of(workspace) == {(boss.pk,)}


def test_of_two_who_are_only_invited_one_may_be_taken_back_and_not_both():
    workspace = make_workspace()
    first, second = invite(workspace), invite(workspace, email="second@desk.example")

    remove(workspace, first)

    with pytest.raises(Refused):
        remove(workspace, second)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", [demote, remove])
def test_of_owners_who_end_each_other_at_once_one_stays(step):
    workspace = make_workspace()
    owners = [make_member(workspace, "owner") for _number in range(4)]
    start = Barrier(len(owners))

    def run(owner):
        start.wait()
        try:
            return step(workspace, owner)
        except Refused as refusal:
            return refusal.reason
        finally:
            connection.close()

    with ThreadPoolExecutor(len(owners)) as pool:
        said = list(pool.map(run, owners))

    assert sorted(said, key=str) == [None, None, None, "last_owner"]
    assert len(owners_of(workspace)) == 1
