"""The command line `huitang`, also `python -m server`."""

import typer

from server.commands.admin import admin
from server.commands.doctor import doctor, migrate
from server.commands.keys import keys
from server.commands.org import org
from server.commands.rehearsal import rehearsal
from server.commands.roll import roll
from server.commands.schema import schema
from server.commands.serve import serve_command, worker_command
from server.commands.up import demo, up

app = typer.Typer(
    name="huitang",
    help="Huitang 会堂: a self-hosted community and meeting server for organisations made of branches.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("serve")(serve_command)
app.command()(up)
app.command()(demo)
app.command("worker", hidden=True)(worker_command)
app.add_typer(keys, name="keys")
app.add_typer(org, name="org")
app.add_typer(roll, name="roll")
app.add_typer(admin, name="admin")
app.add_typer(rehearsal, name="rehearsal")
app.command()(migrate)
app.command()(doctor)
app.command()(schema)


@app.callback()
def root() -> None:
    """Settings come from HUITANG_… variables or a huitang.env file; docs/operations.md lists them."""


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
