"""``unweave schema --kind lesson`` prints the schema that lesson files follow."""

import json

from typer.testing import CliRunner

from sim.cli import app
from sim.explorer.lessons.schema import lesson_schema


def test_the_schema_of_lessons_is_printed() -> None:
    result = CliRunner().invoke(app, ["schema", "--kind", "lesson"])
    assert result.exit_code == 0
    assert json.loads(result.stdout) == json.loads(json.dumps(lesson_schema()))
