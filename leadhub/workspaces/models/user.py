"""A person who signs in; the email is the login."""

from __future__ import annotations

import unicodedata
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _

from leadhub.workspaces.clock import now
from leadhub.workspaces.ids import new_id


def login_of(email: str) -> str:
    """The one spelling of an email that signs in, so that Ana@ and ana@ are one person."""
    return unicodedata.normalize("NFC", email.strip()).casefold()


class Theme(models.TextChoices):
    AUTO = "auto", _("System")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class UserManager(BaseUserManager["User"]):
    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> User:
        user = self.model(email=login_of(email), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=login_of(username or ""))


class User(AbstractBaseUser, PermissionsMixin):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(
        _("email"), unique=True, error_messages={"unique": _("Somebody with this email is here already.")}
    )
    full_name = models.CharField(_("name"), max_length=200, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    date_format = models.CharField(_("date format"), max_length=32, blank=True)
    number_format = models.CharField(_("number format"), max_length=32, blank=True)
    signature = models.TextField(_("signature"), blank=True)
    theme = models.CharField(_("colours"), max_length=8, choices=Theme, default=Theme.AUTO)
    shortcuts = models.BooleanField(_("keyboard shortcuts"), default=True)
    is_staff = models.BooleanField(_("may open the admin"), default=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    joined_at = models.DateTimeField(_("joined"), default=now)

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.full_name or self.email

    @property
    def comes_in(self) -> bool:
        """Not barred, and with a password; whoever is invited has yet to choose one."""
        return self.is_active and bool(self.password) and self.has_usable_password()
