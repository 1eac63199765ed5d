"""Writing scenarios: YAML with all defaults, the hash that identifies them, the JSON Schema of the format."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sim._version import __version__
from sim.scenario.inherit import APPENDED, CHAIN, EXTENDS
from sim.scenario.resolve import ResolvedScenario
from sim.scenario.schema import SCHEMA_VERSION, Scenario
from sim.scenario.yaml_text import dump

#: Identity of the published schema; the number is the version of the format.
SCHEMA_ID = f"urn:unweave:scenario:{SCHEMA_VERSION}"


def dump_yaml(scenario: Scenario | ResolvedScenario) -> str:
    """Write a scenario as YAML with every default filled in; reading it back gives the same scenario.

    A resolved scenario also has the first and last years of its policies filled in.
    """
    plain = _plain(scenario)
    return dump(plain, comment=f"Written by unweave {__version__} with all defaults. Format {SCHEMA_VERSION}.")


def scenario_hash(scenario: Scenario | ResolvedScenario, *, table_checksum: str = "") -> str:
    """SHA-256 of everything that decides a run: the scenario with all defaults, its seed, the content of the table.

    Comments, the order of keys and the way a value is written do not change it, nor whether a part is inherited. With ``table_checksum`` the content of
    the table counts, not its name.
    """
    plain = _plain(scenario)
    plain.pop(CHAIN, None)  # inherited content counts, where it was inherited from does not
    if table_checksum:
        plain["table"] = table_checksum
    canonical = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def scenario_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of the scenario format, for editors and other tools."""
    schema = Scenario.model_json_schema(by_alias=True)
    schema["properties"] |= _before_reading(schema["properties"])
    # A scenario that extends another one need not repeat its years.
    schema["required"] = [name for name in schema["required"] if name != "years"]
    schema["anyOf"] = [{"required": ["years"]}, {"required": [EXTENDS]}]
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID, "title": "Unweave scenario"}
    return {**head, **{key: value for key, value in schema.items() if key not in head}}


def _before_reading(properties: dict[str, Any]) -> dict[str, Any]:
    """Schemas of the keys that are worked off when a scenario is read."""
    found: dict[str, Any] = {
        EXTENDS: {
            "type": "string",
            "minLength": 1,
            "description": "Scenario that this one builds on: a name of the library, or a path from the folder of this "
            "file. Mappings merge, lists and values replace; `policies+`, `events+`, `outputs+` append.",
        }
    }
    for key, name in APPENDED.items():
        found[key] = {**properties[name], "description": f"Appended to the inherited `{name}`; needs `{EXTENDS}`."}
        found[key].pop("default", None)
    return found


def _plain(scenario: Scenario | ResolvedScenario) -> dict[str, Any]:
    model = scenario.scenario if isinstance(scenario, ResolvedScenario) else scenario
    return model.model_dump(by_alias=True, exclude_none=True)
