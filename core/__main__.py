"""Administration from a shell: `python -m core <command>`. One module of `core.commands` per command.

A command imports what it needs when it runs, so that `--help` answers at once.
"""

import typer

from core.commands.calendar import calendar
from core.commands.check import check
from core.commands.cover import cover
from core.commands.export_workbook import export_workbook
from core.commands.import_workbook import import_workbook
from core.commands.invite import invite
from core.commands.sla import sla

app = typer.Typer(
    name="python -m core",
    help="Наряд: управление из командной строки. База — из DATABASE_URL (см. .env.example).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("import")(import_workbook)
app.command("export")(export_workbook)
app.command("invite")(invite)
app.command("cover")(cover)
app.command("calendar")(calendar)
app.command("sla")(sla)
app.command("check")(check)


if __name__ == "__main__":
    app(prog_name="python -m core")
