"""A forgotten password, and the first one of somebody invited: a link by mail or by hand."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.views import (
    PasswordResetConfirmView,
    PasswordResetDoneView,
    PasswordResetView,
)
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _

from leadhub.web.ratelimit import take
from leads.admin.signin import address_of, note

_WINDOW: Final = 900
_PER_ADDRESS: Final = 10


class AskForm(PasswordResetForm):
    request: Any = None

    def clean_email(self) -> str:
        if not take(f"reset {address_of(self.request)}", _PER_ADDRESS, _WINDOW).allowed:
            message = _("Too many requests; wait a quarter of an hour, then try again.")
            raise ValidationError(message, code="throttled")
        return str(self.cleaned_data["email"])


class AskView(PasswordResetView):
    """Says the same whoever is asked about, so that nobody learns who has an account."""

    form_class = AskForm
    template_name = "staff/account/forgotten.html"
    email_template_name = "staff/account/forgotten.txt"
    subject_template_name = "staff/account/forgotten_subject.txt"
    success_url = reverse_lazy("admin:password_reset_done")
    extra_context = {"title": _("Forgotten your password?")}

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        form.request = self.request
        return form


class ChooseView(PasswordResetConfirmView):
    """Whoever has the link chooses a password and is signed in; the link then opens nothing more."""

    template_name = "staff/account/choose.html"
    post_reset_login = True
    success_url = reverse_lazy("admin:index")
    extra_context = {"title": _("Choose your password")}

    def get_context_data(self, **words: Any) -> dict[str, Any]:
        context = super().get_context_data(**words)
        # Whoever was invited has never reset anything, so the link is named and not what it was for.
        return context if self.validlink else {**context, "title": _("This link opens nothing any more")}

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        note(self.request)
        return answer


URLS: Final[list[URLPattern]] = [
    path("forgotten/", AskView.as_view(), name="password_reset"),
    path(
        "forgotten/sent/",
        PasswordResetDoneView.as_view(
            template_name="staff/account/sent.html", extra_context={"title": _("Look into your mail")}
        ),
        name="password_reset_done",
    ),
    path("welcome/<uidb64>/<token>/", ChooseView.as_view(), name="password_reset_confirm"),
]
