"""What it means to be a model that transformers knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fgc.targets.model.fields import FieldValue

ROPE = ("rope_scaling", "rope_parameters")


@dataclass(frozen=True)
class Architecture:
    """An architecture of transformers, in the sizes of one graph.

    ``values`` are the fields of its config class as the graph decides them, those that the
    configuration leaves out among them. ``built_in`` are those of which the graph holds a copy as
    a plain number: to change the field alone would change half of the model. Rotary positions are
    of the default type; transformers 4 reads ``rope_theta`` and ``rope_scaling``, transformers 5
    ``rope_parameters``.
    """

    model_type: str
    class_name: str
    values: Mapping[str, FieldValue]
    built_in: frozenset[str]

    def completed(self, fields: Mapping[str, FieldValue]) -> dict[str, FieldValue]:
        """``fields`` as the config class of the model holds them: converted, and none missing."""
        known = {name: value for name, value in fields.items() if name not in ROPE}
        return {name: self.values.get(name, value) for name, value in known.items()} | {
            name: value for name, value in self.values.items() if name not in known
        }

    def json_fields(self, fields: Mapping[str, FieldValue]) -> dict[str, FieldValue]:
        """``fields`` as config.json holds them: all that transformers' config class reads."""
        result: dict[str, FieldValue] = {}
        for name, value in self.completed(fields).items():
            result[name] = value
            if name == "rope_theta":
                result["rope_scaling"] = None
                result["rope_parameters"] = {"rope_type": "default", "rope_theta": value}
        return result
