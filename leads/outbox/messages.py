"""The queue of messages: emails through the mail server that is set up, all others as an event when due."""

from __future__ import annotations

import smtplib
from collections.abc import Collection
from typing import ClassVar, Final

from django.core import mail
from django.core.mail.message import BadHeaderError
from django.utils.translation import gettext as _

from leadhub.web.logs import redact
from leadhub.workspaces.clock import now
from leads.changes.sending import Envelope, note_failure, prepare
from leads.models import Action, ActionStatus
from leads.models.outbox import Leased
from leads.outbox import lease, schedule
from leads.outbox.gate import Gate, outbound_gate
from leads.outbox.queue import Queue, Watch
from leads.values import format_moment

# Seconds before each attempt: a mail server that is away is back within hours, or somebody must look at it.
ATTEMPTS: Final[tuple[float, ...]] = (0, 30, 300, 1800, 7200)
# How long a mail server may be silent.
_PATIENCE: Final = 20
_PERMANENT: Final = 500


class Refused(Exception):
    """The mail server will not take this message, now or later."""


class MessageQueue(Queue[Action]):
    name: ClassVar[str] = "actions"
    renews: ClassVar[bool] = True

    def claim(self, owner: str, room: int, held: Collection[Action]) -> list[Action]:
        gate = outbound_gate()
        due = Action.objects.filter(state=Leased.State.DUE, due_at__lte=now())
        if gate is Gate.HELD or not due.exists():
            return []
        return lease.take(due.order_by("due_at", "pk")[:room], owner, self.length)

    def work(self, row: Action, watch: Watch) -> None:
        if outbound_gate() is Gate.SHUT:
            note_failure(row, "outbound_off", _("Nothing is sent from here (OUTBOUND=off)."))
            return
        if row.attempt > len(ATTEMPTS):
            note_failure(row, "not_sent", _("No worker lived to see the last attempt end."))
            return
        envelope = prepare(row)
        if envelope is None:
            return
        try:
            send(envelope)
        except Refused as refusal:
            note_failure(row, "not_sent", redact(str(refusal)))
        except (OSError, smtplib.SMTPException) as trouble:
            self._try_again(row, _words(trouble))
        else:
            moment = now()
            output = {"sent_at": format_moment(moment), "message_id": envelope.message_id}
            done = {"state": Leased.State.DONE, "due_at": None, "last_error": "", "error": ""}
            lease.finish(
                row, status=ActionStatus.COMPLETED, completed_at=moment, output=output, outcome="sent", **done
            )

    def fail(self, row: Action, error: Exception) -> None:
        """No fault of the mail server's; the log has the whole of it."""
        self._try_again(row, _("leadhub could not send this (%s); its log says why.") % type(error).__name__)

    def _try_again(self, row: Action, reason: str) -> None:
        again = schedule.next_attempt(now(), row.attempt, ATTEMPTS)
        if again is None:
            note_failure(row, "not_sent", reason)
        else:
            lease.finish(row, due_at=again, last_error=reason)


def send(envelope: Envelope) -> None:
    """One email through Django's backend. What the server refuses for good is told apart from its moods."""
    message = mail.EmailMessage(
        subject=envelope.subject,
        body=envelope.body,
        from_email=envelope.sender,
        to=[envelope.to],
        reply_to=[envelope.reply_to] if envelope.reply_to else [],
        headers={"Message-ID": envelope.message_id},
        connection=mail.get_connection(timeout=_PATIENCE),
    )
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as refusal:
        codes = [code for code, _text in refusal.recipients.values()]
        if all(code >= _PERMANENT for code in codes):
            raise Refused(_words(refusal)) from refusal
        raise
    except smtplib.SMTPResponseException as refusal:
        if refusal.smtp_code >= _PERMANENT and not isinstance(refusal, smtplib.SMTPAuthenticationError):
            raise Refused(_words(refusal)) from refusal
        raise
    except (BadHeaderError, UnicodeError, ValueError) as refusal:
        raise Refused(_("This cannot be sent as an email: %s.") % type(refusal).__name__) from refusal


def _words(trouble: Exception) -> str:
    """What a mail server said, without the addresses in it."""
    if isinstance(trouble, smtplib.SMTPRecipientsRefused):
        said = "; ".join(f"{code} {_text(text)}" for code, text in trouble.recipients.values())
    elif isinstance(trouble, smtplib.SMTPResponseException):
        said = f"{trouble.smtp_code} {_text(trouble.smtp_error)}"
    else:
        said = f"{type(trouble).__name__}: {trouble}"
    return redact(_("The mail server did not take it: %s") % said)[:500]


def _text(raw: object) -> str:
    return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)
