"""What can be wrong with definitions: every fault with the place it stands at, none hidden."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where (`groups[1].items[0].rules.pattern`), what (a code), and in words."""

    path: str
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message

    def under(self, path: str) -> Fault:
        glue = "." if path and self.path and not self.path.startswith("[") else ""
        return replace(self, path=f"{path}{glue}{self.path}")


class InvalidDefinitions(ValidationError):
    """The definitions break the rules; carries every fault in the order of the file."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        by_path: dict[str, list[ValidationError]] = {}
        for fault in self.faults:
            by_path.setdefault(fault.path or "checklist", []).append(
                ValidationError(fault.message, fault.code)
            )
        super().__init__(by_path)


def faults_of(error: ValidationError, path: str) -> list[Fault]:
    """The faults of a coded refusal of one part, put under the place of that part."""
    if isinstance(error, InvalidDefinitions):
        return [fault.under(path) for fault in error.faults]
    if hasattr(error, "error_dict"):
        named: Iterable[tuple[str, list[ValidationError]]] = error.error_dict.items()
    else:
        named = [("", error.error_list)]
    return [
        Fault(name, one.code or "invalid", one.messages[0]).under(path)
        for name, several in named
        for one in several
    ]
