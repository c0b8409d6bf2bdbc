"""create_workspace and add_member: what they make, what they refuse, and how they say so."""

from __future__ import annotations

import pytest

from leadhub.workspaces.models import Membership, User, Workspace, WorkspaceEntry
from leads.models import CallOutcome, Disposition, Stage
from tests.commands.run import output_of, refusal_of, shell
from tests.make import make_member, make_workspace

pytestmark = pytest.mark.django_db

PASSWORD = "seven blue kettles"


@pytest.fixture
def password(monkeypatch):
    monkeypatch.setenv("THE_PASSWORD", PASSWORD)
    return "THE_PASSWORD"


def test_a_workspace_is_made_with_all_it_needs():
    output_of(
        "create_workspace",
        "acme",
        "--name=Acme Funding",
        "--region=de",
        "--timezone=Europe/Berlin",
        "--currency=eur",
    )
    workspace = Workspace.objects.get(slug="acme")
    assert (workspace.name, workspace.region, workspace.time_zone, workspace.currency, workspace.is_demo) == (
        "Acme Funding",
        "DE",
        "Europe/Berlin",
        "EUR",
        False,
    )
    assert Disposition.objects.filter(workspace=workspace, is_default=True).count() == len(Stage)
    assert CallOutcome.objects.filter(workspace=workspace).exists()
    entry = WorkspaceEntry.objects.get(workspace=workspace)
    assert (entry.kind, entry.door, entry.actor_name) == ("workspace_created", "command", "create_workspace")


def test_a_workspace_needs_no_more_than_a_slug():
    output_of("create_workspace", "acme")
    workspace = Workspace.objects.get()
    assert (workspace.name, workspace.region, workspace.time_zone, workspace.currency) == (
        "acme",
        "US",
        "UTC",
        "USD",
    )


def test_every_problem_of_a_workspace_has_its_line():
    code, lines = refusal_of("create_workspace", "acme", "--timezone=Mars/Base", "--currency=XQX")
    assert code == 1
    assert [line.partition(":")[0] for line in lines] == ["time_zone", "currency"]
    assert lines[0].endswith("(invalid_time_zone)")
    assert not Workspace.objects.exists()


def test_a_slug_is_taken_once():
    make_workspace(slug="acme")
    code, lines = refusal_of("create_workspace", "acme")
    assert (code, len(lines)) == (1, 1)
    assert lines[0].startswith("slug: Another workspace has this slug")


@pytest.mark.parametrize("slug", ["a b", "a/b", "", "é"])
def test_a_slug_is_letters_digits_and_hyphens(slug):
    code, lines = refusal_of("create_workspace", slug, name="Acme")
    assert code == 1
    assert lines[0].startswith("slug: ")


def test_a_member_is_a_new_person_with_a_password(password):
    workspace = make_workspace(slug="acme")
    said = output_of(
        "add_member",
        "acme",
        "Ana@Acme.example",
        "--role=owner",
        "--name=Ana Ruiz",
        f"--password-env={password}",
    )
    user = User.objects.get(email="ana@acme.example")
    assert user.check_password(PASSWORD)
    assert user.full_name == "Ana Ruiz"
    assert Membership.objects.get(workspace=workspace).role == "owner"
    assert "ana@acme.example is owner of acme." in said
    assert PASSWORD not in said


def test_somebody_who_signs_in_already_keeps_the_password(password):
    user = make_member(make_workspace(), email="ana@acme.example")
    make_workspace(slug="acme")
    said = output_of("add_member", "acme", "ANA@acme.example", "--role=agent", f"--password-env={password}")
    user.refresh_from_db()
    assert not user.check_password(PASSWORD)
    assert "password was left as it is" in said


def test_a_member_gets_another_role_without_a_password():
    workspace = make_workspace(slug="acme")
    user = make_member(workspace)
    output_of("add_member", "acme", user.email, role="manager")
    assert Membership.objects.get(user=user).role == "manager"


def test_the_last_owner_stays_one():
    user = make_member(make_workspace(slug="acme"), "owner")
    code, lines = refusal_of("add_member", "acme", user.email, role="agent")
    assert code == 1
    assert lines[0].endswith("(last_owner)")


def test_a_weak_password_is_refused(monkeypatch):
    make_workspace(slug="acme")
    monkeypatch.setenv("THE_PASSWORD", "1234567")
    code, lines = refusal_of(
        "add_member", "acme", "ana@acme.example", role="owner", password_env="THE_PASSWORD"
    )
    assert code == 1
    assert {line.rpartition(" ")[2] for line in lines} >= {
        "(password_too_short)",
        "(password_entirely_numeric)",
    }
    assert not any("1234567" in line for line in lines)
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["a\x00b", "x" * 201])
def test_a_name_is_cleaned(password, name):
    make_workspace(slug="acme")
    code, lines = refusal_of(
        "add_member", "acme", "ana@acme.example", role="owner", name=name, password_env=password
    )
    assert code == 1
    assert lines[0].startswith("name: ")


def test_a_password_is_asked_for_on_a_terminal_alone(monkeypatch):
    make_workspace(slug="acme")
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    code, lines = refusal_of("add_member", "acme", "ana@acme.example", role="owner")
    assert code == 2
    assert "--password-env" in lines[0]


def test_a_typed_password_is_typed_twice(monkeypatch):
    make_workspace(slug="acme")
    typed = iter([PASSWORD, PASSWORD, PASSWORD, "something else"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("leads.management.commands.add_member.getpass", lambda _prompt: next(typed))
    output_of("add_member", "acme", "ana@acme.example", role="owner")
    assert User.objects.get(email="ana@acme.example").check_password(PASSWORD)
    code, lines = refusal_of("add_member", "acme", "ben@acme.example", role="owner")
    assert (code, lines[0].rpartition(" ")[2]) == (2, "(differs)")


@pytest.mark.parametrize("value", [None, ""])
def test_an_empty_variable_holds_no_password(monkeypatch, value):
    make_workspace(slug="acme")
    monkeypatch.delenv("THE_PASSWORD", raising=False)
    if value is not None:
        monkeypatch.setenv("THE_PASSWORD", value)
    code, lines = refusal_of(
        "add_member", "acme", "ana@acme.example", role="owner", password_env="THE_PASSWORD"
    )
    assert (code, lines[0].partition(":")[0]) == (2, "password-env")


def test_an_unknown_workspace_is_a_bad_argument_that_names_the_known_ones():
    make_workspace(slug="acme")
    code, lines = refusal_of("add_member", "acne", "ana@acme.example", role="owner")
    assert code == 2
    assert "name one of: acme" in lines[0]


@pytest.mark.django_db(transaction=True)
def test_the_shell_gets_exit_codes_and_plain_lines(capsys):
    assert shell("create_workspace", "acme") == 0
    assert capsys.readouterr().err == ""
    assert shell("create_workspace", "acme", "--currency=XQX") == 1
    assert capsys.readouterr().err.startswith("currency: ")
    assert shell("add_member", "acme", "ana@acme.example", "--role=king") == 2
    assert "invalid choice" in capsys.readouterr().err
    assert shell("add_member", "acne", "ana@acme.example", "--role=owner") == 2
    seen = capsys.readouterr()
    assert (seen.out, seen.err.count("\n")) == ("", 1)


@pytest.mark.parametrize("name", ["create_workspace", "add_member", "issue_key", "revoke_key", "seed_demo"])
def test_help_teaches_with_an_example(capsys, name):
    assert shell(name, "--help") == 0
    said = capsys.readouterr().out
    assert f"example:\n  manage.py {name} " in said
    assert "exit code: 0 done; 1 refused" in said
