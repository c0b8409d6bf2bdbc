"""Definition files: YAML or JSON to a checklist and back. Every fault is told with its place in the file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from django.utils.translation import gettext as _

from checklists.errors import Fault, InvalidDefinitions
from checklists.specs import TEXTS, ChecklistSpec, GroupSpec, ItemSpec, clean_checklist

MAX_CHARACTERS: Final = 1024 * 1024
MAX_DEPTH: Final = 32

_GROUP_KEYS: Final = frozenset({"name", "conditions", "items"})
_ITEM_KEYS: Final = frozenset({"code", "label", "field_type", "is_required", "conditions", "rules", *TEXTS})
# Short spellings that people write by hand.
_SAME: Final = {"type": "field_type", "required": "is_required", "help": "help_text"}


def parse_checklist(text: str, *, as_json: bool = False) -> ChecklistSpec:
    """The checklist of a file, clean; raises InvalidDefinitions with every fault."""
    faults: list[Fault] = []
    shaped = _Shaping(faults).checklist(_read(text, as_json=as_json))
    try:
        cleaned = clean_checklist(shaped)
    except InvalidDefinitions as error:
        faults += error.faults
    if faults:
        raise InvalidDefinitions(faults)
    return cleaned


def demo_checklist() -> ChecklistSpec:
    """What the demo workspace asks of its leads: an item of every type, some of them on conditions."""
    return parse_checklist(Path(__file__).with_name("demo.yaml").read_text(encoding="utf-8"))


def dump_checklist(checklist: ChecklistSpec) -> str:
    """YAML that loads back as the same checklist; what is archived is left out."""
    groups = [_dump_group(group) for group in checklist.live().groups]
    return yaml.safe_dump({"groups": groups}, sort_keys=False, allow_unicode=True, width=100)


def _dump_group(group: GroupSpec) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": group.name}
    if group.conditions:
        shown["conditions"] = group.conditions
    shown["items"] = [_dump_item(item) for item in group.items]
    return shown


def _dump_item(item: ItemSpec) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "code": item.code,
        "label": item.label,
        "field_type": str(item.field_type),
        "is_required": item.is_required,
    }
    further = {name: getattr(item, name) for name in ("conditions", "rules", *TEXTS)}
    return shown | {name: value for name, value in further.items() if value}


def _read(text: str, *, as_json: bool) -> object:
    if len(text) > MAX_CHARACTERS:
        raise _refusal("too_large", _("The file is longer than a million characters. Split the checklist."))
    try:
        data = (
            json.loads(text, object_pairs_hook=_unique, parse_constant=_no_number)
            if as_json
            else _read_yaml(text)
        )
        json.dumps(data, ensure_ascii=False).encode()
    except RecursionError:
        raise _refusal("too_deep", _("The file nests too deep. Flatten it.")) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        words = _("Line %(line)d cannot be read: %(problem)s.") % {"line": line, "problem": error.problem}
        raise _refusal("malformed", words) from None
    except (yaml.YAMLError, ValueError) as error:
        # UnicodeEncodeError is a ValueError: JSON can spell half a character.
        raise _refusal("malformed", _("The file cannot be read: %s.") % str(error).rstrip(".")) from None
    return data


def _refusal(code: str, message: str) -> InvalidDefinitions:
    return InvalidDefinitions([Fault("", code, message)])


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    keys = [key for key, _value in pairs]
    if len(set(keys)) < len(keys):
        raise ValueError(_('the key "%s" is there twice') % next(key for key in keys if keys.count(key) > 1))
    return dict(pairs)


def _no_number(word: str) -> object:
    raise ValueError(_("%s is no number") % word)


class _Loader(yaml.SafeLoader):
    """YAML in which all but true, false, null and plain numbers is text, and nothing refers to another part.

    So the option "No" stays a word, a date stays a text, and a small file cannot unfold into a large one.
    """

    # Set below; emptied here so that what YAML 1.1 guesses at is not inherited.
    yaml_implicit_resolvers = {}  # noqa: RUF012

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.get_mark()
            raise yaml.MarkedYAMLError(
                problem=_("write repeated parts out, without & and *"), problem_mark=mark
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _value in node.value:
            name = str(key.value)
            if not isinstance(key, yaml.ScalarNode) or name in seen:
                problem = _('the key "%s" is there twice, or is no text') % name
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
            seen.add(name)
        return {key.value: self.construct_object(value, deep=True) for key, value in node.value}

    def construct_number(self, node: yaml.ScalarNode) -> int | float:
        return float(node.value) if "." in node.value else int(node.value)


_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.construct_number)
_Loader.add_constructor("tag:yaml.org,2002:float", _Loader.construct_number)
# Each of these is part of what the dumper puts into quotes when it is meant as text.
for _tag, _pattern, _begins in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", list("-+0123456789")),
    ("float", r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]*(?:[eE][-+][0-9]+)?", list("-+0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), _begins)


def _read_yaml(text: str) -> object:
    # The loader is a safe one; the class only narrows it further.
    return yaml.load(text, Loader=_Loader)  # noqa: S506


class _Shaping:
    """From what a file holds to specs, by keys and kinds alone; the values are cleaned afterwards."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults

    def checklist(self, data: object) -> ChecklistSpec:
        if isinstance(data, list):
            data = {"groups": data}
        named = self._mapping(data, frozenset({"groups"}), "")
        if named is not None and "groups" not in named:
            self.faults.append(Fault("groups", "required", _("List the groups of the checklist.")))
        groups = self._list((named or {}).get("groups"), "groups")
        return ChecklistSpec(tuple(self._group(group, f"groups[{at}]") for at, group in enumerate(groups)))

    def _group(self, data: object, place: str) -> GroupSpec:
        named = self._mapping(data, _GROUP_KEYS, place) or {}
        items = self._list(named.get("items"), f"{place}.items")
        shaped = tuple(self._item(item, f"{place}.items[{at}]") for at, item in enumerate(items))
        return GroupSpec(name=_text(named.get("name")), conditions=named.get("conditions"), items=shaped)

    def _item(self, data: object, place: str) -> ItemSpec:
        named = self._mapping(data, _ITEM_KEYS, place) or {}
        given = {name: value for name, value in named.items() if value is not None}
        if isinstance(given.get("rules"), Mapping):
            given["rules"] = {snake_case(str(key)): value for key, value in given["rules"].items()}
        required = {name: _text(given.pop(name, None)) for name in ("code", "label", "field_type")}
        return ItemSpec(**required, **given)

    def _mapping(self, data: object, known: Iterable[str], place: str) -> dict[str, Any] | None:
        if not isinstance(data, Mapping):
            self.faults.append(Fault(place, "invalid_type", _("Write names and values here.")))
            return None
        named: dict[str, Any] = {}
        for key, value in data.items():
            name = snake_case(str(key))
            name = _SAME.get(name, name)
            path = f"{place}.{key}" if place else str(key)
            if name not in known:
                words = _("This key is not known here. Use: %s.") % ", ".join(sorted(known))
                self.faults.append(Fault(path, "unknown_field", words))
            elif name in named:
                self.faults.append(
                    Fault(path, "duplicate", _("This is there twice in two spellings; keep one."))
                )
            else:
                named[name] = value
        return named

    def _list(self, data: object, place: str) -> list[Any]:
        if data is None or isinstance(data, list):
            return data or []
        self.faults.append(Fault(place, "invalid_type", _("Write a list here.")))
        return []


def _text(value: object) -> Any:
    return "" if value is None else value


def snake_case(key: str) -> str:
    """`isRequired` is `is_required`: files may be written either way."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).lower()
