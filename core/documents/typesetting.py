"""Typst for large jobs, in a process of its own: the compiler keeps what it has compiled, and 3,500 stickers
would leave 860 MB in a bot that must run for months.

Data go to the template as JSON in `sys.inputs.data`, never into its source.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

from core.documents.lettering import FONTS

_ROOT = Path(__file__).parents[2]
_LONGEST_SECONDS = 300


def typeset_apart(template: Path, data: dict[str, Any]) -> bytes:
    """The PDF of a template and its data, made in a child process."""
    request = json.dumps({"template": str(template), "data": data}).encode()
    done = subprocess.run(
        [sys.executable, "-m", "core.documents.typesetting"],
        input=request,
        capture_output=True,
        cwd=_ROOT,
        env={"LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
        timeout=_LONGEST_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"typesetting {template.name}: {done.stderr.decode(errors='replace')[-2_000:]}")
    return done.stdout


def typeset(template: Path, data: dict[str, Any], *, form: Literal["pdf", "png"] = "pdf") -> list[bytes]:
    """The same in this process, for a page or two; `png` gives one picture a page."""
    import typst

    made: bytes | list[bytes] = typst.compile(
        template,
        root=template.parent,
        font_paths=[FONTS],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        format=form,
        ppi=144,
        pdf_tags=False,
    )
    return made if isinstance(made, list) else [made]


def main() -> None:
    request = json.loads(sys.stdin.buffer.read())
    (document,) = typeset(Path(request["template"]), request["data"])
    sys.stdout.buffer.write(document)


if __name__ == "__main__":
    main()
