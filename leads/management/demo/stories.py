"""What became of a lead: short stories, chosen by the lead's number in turn, so that all occur early."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Final

from leads.change import Archive, ConsentWish, ContactPointChange, TagChange
from leads.management.demo.people import person
from leads.management.demo.teller import Teller, dispose, external_id
from leads.models import ActionKind

Story = Callable[[Teller], None]

# The first leads are this season's work; those that follow are the years before, which are mostly settled.
RECENT: Final = 300
DOORS: Final = (
    "omniai octanist pollybot leadping hub admin import omniai octanist pollybot leadping admin omniai"
).split()
_MISSED: Final = ("no_answer", "busy")
_TALKS: Final = (
    "Needs working capital for the summer; asked for a term sheet.",
    "Happy with the rate, wants to talk to the accountant first.",
    "Runs two locations, the second one opened last year.",
    "Prefers to be called before ten, busy afterwards.",
    "Wants to replace an oven and a van. Revenue about 60,000 a month.",
    "Has an advance with another lender, about half paid back.",
)
_LOSSES: Final = (
    ("chose_competitor", "Signed with a local bank."),
    ("chose_competitor", "Got a lower rate elsewhere."),
    ("not_interested", "Has put the plan off until next year."),
    ("not_interested", "Was only curious about rates."),
    ("declined", "Less than six months in business."),
)
_TASKS: Final = (
    "Send the term sheet",
    "Ask the lender for a second opinion",
    "Check the bank statements",
    "Draw up the contract",
)
_PAPERS: Final = ("business_name", "legal_name", "tax_id")
_FIGURES: Final = ("requested_amount", "entity_type", "founded_on", "owner_email", "owner_phone")


def tell(teller: Teller) -> None:
    number = teller.number
    if number % 97 == 60:
        return _trial(teller)
    story = _NOW[number % len(_NOW)] if number <= RECENT else _THEN[number % len(_THEN)]
    if number > 20 and (number % 17 == 16 or story is _twin):
        teller.meet(number - 9, email=number % 2 == 0)
    return story(teller)


def _door(teller: Teller, *doors: str) -> str:
    """The doors take turns; a story that fits some only takes one of those."""
    door = DOORS[teller.number % len(DOORS)]
    return door if not doors or door in doors else doors[teller.number % len(doors)]


def _days(teller: Teller, low: float, high: float) -> float:
    return teller.rng.uniform(low, high)


# This season


def _fresh(teller: Teller) -> None:
    """Nobody has called yet."""
    teller.arrive(_door(teller, "octanist", "leadping", "import", "hub"), _days(teller, 0, 1.5))


def _with_the_assistant(teller: Teller) -> None:
    """The AI is at work, and asks before it sends."""
    teller.arrive(_door(teller, "omniai", "pollybot"), _days(teller, 0.2, 6))
    first = teller.person.first_name
    if teller.rng.random() < 0.5:
        teller.draft(
            3,
            "EMAIL",
            "Two things left",
            f"Hello {first},\n\nplease send us the legal name and the tax number of your business, so that "
            "we can ask the lenders.\n\nHarbor Business Funding",
        )
    elif teller.rng.random() < 0.5:
        teller.draft(2, "SMS", "", f"Hello {first}, is tomorrow at ten a good time for a short call?")
    else:
        teller.answer(teller.assistant, 5, *_PAPERS, strict_answers=False)
        due = teller.calendar.due(teller.rng, teller.rng.randint(1, 4))
        teller.plan(teller.assistant, 1, ActionKind.FOLLOW_UP_MESSAGE, "Remind about bank statements", due)


def _tried(teller: Teller) -> None:
    teller.arrive(_door(teller), _days(teller, 4, 12))
    for attempt in range(teller.rng.randint(0, 2)):
        teller.call(20, _MISSED[attempt])
    if teller.rng.random() < 0.5:
        teller.call(20, "voicemail", due=teller.due(), disposition=dispose("left_voicemail"))
    else:
        teller.call(20, "no_answer", due=teller.due())


def _callback(teller: Teller) -> None:
    teller.arrive(_door(teller), _days(teller, 4, 20))
    teller.call(
        15,
        "callback",
        teller.rng.choice(_TALKS),
        due=teller.due(),
        disposition=dispose("callback_agreed"),
        tags=TagChange(names=(teller.rng.choice(("Working capital", "Equipment", "Spanish", "Urgent")),)),
    )


def _task(teller: Teller) -> None:
    teller.arrive(_door(teller), _days(teller, 5, 25))
    teller.call(10, "connected", teller.rng.choice(_TALKS), disposition=dispose("waiting_for_documents"))
    kind = teller.rng.choice((ActionKind.TASK, ActionKind.EMAIL, ActionKind.SMS))
    teller.plan(teller.agent, 2, kind, teller.rng.choice(_TASKS), teller.due())


def _qualified(teller: Teller) -> None:
    teller.arrive(_door(teller), _days(teller, 8, 40))
    teller.call(12, "connected", teller.rng.choice(_TALKS), disposition=dispose("spoke_briefly"))
    teller.answer(teller.assistant, 24, *_PAPERS, strict_answers=False)
    teller.answer(
        teller.agent,
        30,
        *_FIGURES,
        disposition=dispose("application_complete"),
        fields={"value": Decimal(teller.rng.randint(8, 90) * 250)},
        contact_points=(_office(teller),),
    )
    if teller.rng.random() < 0.6:
        teller.plan(teller.agent, 5, ActionKind.CALL, "Talk about the offer", teller.due())


def _won(teller: Teller) -> None:
    teller.arrive(_door(teller), _days(teller, 25, 56))
    teller.call(10, "connected", teller.rng.choice(_TALKS), disposition=dispose("spoke_briefly"))
    teller.answer(
        teller.agent,
        60,
        *_PAPERS,
        *_FIGURES,
        *("business_address", "website", "has_open_loans", "bank_statements", "owner_id"),
        disposition=dispose("with_lender"),
    )
    teller.change(
        teller.agent,
        120,
        disposition=dispose("funded"),
        fields={"value": Decimal(teller.rng.randint(20, 160) * 250)},
        tags=TagChange(names=("VIP",) if teller.rng.random() < 0.4 else ()),
        note="Signed and funded.",
    )


def _lost(teller: Teller) -> None:
    outcome, reason = teller.rng.choice(_LOSSES)
    teller.arrive(_door(teller), _days(teller, 10, 50))
    teller.call(20, "connected", teller.rng.choice(_TALKS), disposition=dispose("spoke_briefly"))
    teller.change(
        teller.agent, 90, disposition=dispose(outcome, reason), fields={"loss_reason": reason}, note=reason
    )


def _given_up(teller: Teller) -> None:
    """Once the ladder of tries is climbed, nothing more is planned."""
    teller.arrive(_door(teller), _days(teller, 30, 56))
    for hours, outcome in ((8, "no_answer"), (24, "voicemail"), (72, "busy")):
        teller.call(hours, outcome)
    teller.call(90, "no_answer", disposition=dispose("never_reached"))
    teller.change(
        teller.desk.manager, 100, archive=Archive(reason=teller.rng.randint(0, 9), note="No answer in weeks.")
    )


def _invalid(teller: Teller) -> None:
    teller.arrive(_door(teller), _days(teller, 3, 30))
    teller.call(12, "wrong_number", "A stranger answered.", disposition=dispose("wrong_number"))


def _opted_out(teller: Teller) -> None:
    teller.arrive(_door(teller, "leadping", "omniai", "hub"), _days(teller, 6, 40))
    teller.call(15, "connected", "Was short and friendly.", disposition=dispose("spoke_briefly"))
    channel = teller.rng.choice(("all", "sms", "call"))
    wish = ConsentWish(channel, opted_in=False, text_shown="STOP", source="Text message")
    teller.change(teller.assistant, 8, consent=(wish,))


def _twin(teller: Teller) -> None:
    teller.arrive(_door(teller), _days(teller, 1, 5))
    reason = "Filled in the form twice."
    teller.change(teller.desk.manager, 6, disposition=dispose("same_person", reason), note=reason)


# The years before


def _long_lost(teller: Teller) -> None:
    outcome, reason = teller.rng.choice(_LOSSES)
    teller.arrive(_door(teller), _days(teller, 57, 730))
    teller.call(
        40,
        "connected",
        reason,
        disposition=dispose(outcome, reason),
        fields={"loss_reason": reason},
    )


def _long_silent(teller: Teller) -> None:
    teller.arrive(_door(teller), _days(teller, 57, 730))
    teller.change(
        teller.desk.manager,
        300,
        disposition=dispose("never_reached"),
        archive=Archive(reason=teller.rng.randint(0, 9), note="End of the campaign."),
    )


def _long_won(teller: Teller) -> None:
    teller.arrive(_door(teller), _days(teller, 90, 730))
    teller.answer(
        teller.agent,
        200,
        *_PAPERS,
        "requested_amount",
        disposition=dispose("funded"),
        fields={"value": Decimal(teller.rng.randint(20, 160) * 250), "assignee": teller.agent.user_id},
    )


def _moved_over(teller: Teller) -> None:
    """Kept in another system once, and brought over with how it ended."""
    outcome, reason = teller.rng.choice(_LOSSES)
    teller.arrive(
        teller.rng.choice(("import", "hub")),
        _days(teller, 57, 730),
        disposition=dispose(outcome, reason),
        fields={"loss_reason": reason},
        archive=Archive(reason=teller.rng.randint(0, 9)) if teller.rng.random() < 0.5 else None,
    )


def _nurtured(teller: Teller) -> None:
    """The assistant keeps in touch."""
    teller.arrive(_door(teller, "omniai", "pollybot"), _days(teller, 57, 730))


# Neither


def _trial(teller: Teller) -> None:
    """An integration being tried out with a test key."""
    fields = {
        "name": "Test Lead",
        "email": teller.person.email,
        "phone": teller.person.phone,
        "source": "Integration test",
        "external_id": external_id(teller.number),
    }
    teller.make(teller.desk.tester, _days(teller, 1, 20), {"fields": fields})
    teller.change(teller.desk.tester, 1, note="Sent by the integration's own tests.")


def _office(teller: Teller) -> ContactPointChange:
    return ContactPointChange("phone", person(teller.number + 200_000).phone, label="Office")


def _mixed(*counted: tuple[Story, int]) -> tuple[Story, ...]:
    stories = [story for story, count in counted for _ in range(count)]
    Random(7).shuffle(stories)  # noqa: S311 (the same order each time)
    return tuple(stories)


_NOW: Final = _mixed(
    (_fresh, 5),
    (_with_the_assistant, 5),
    (_tried, 6),
    (_callback, 5),
    (_task, 3),
    (_qualified, 4),
    (_won, 3),
    (_lost, 4),
    (_given_up, 2),
    (_invalid, 1),
    (_opted_out, 1),
    (_twin, 1),
)
_THEN: Final = _mixed((_moved_over, 8), (_nurtured, 5), (_long_lost, 3), (_long_silent, 2), (_long_won, 2))
