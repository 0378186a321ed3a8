"""`huitang org …`: make and list organisations, and invite people into them. May be imported by server."""

from typing import Annotated

import segno
import typer

from channels.branch.errors import MEMBER_UNKNOWN, UNIT_NAME_TAKEN
from channels.branch.hand import SYSTEM, commit
from channels.branch.normalise import name_key
from channels.branch.records import MEMBERS, UNITS
from channels.branch.template import templates
from channels.branch.units import Founding, founded, unit_added
from channels.protocol.errors import CONFLICT, Refused
from server.accounts.activation import IssuedCode, Issuer
from server.commands.inside import find_branch, open_inside, organisations
from server.commands.running import run, settings_for_command
from server.config import Settings
from storage.errors import Duplicate

org = typer.Typer(no_args_is_help=True, help="Organisations.")

Unit = Annotated[str, typer.Option(help="Branch by name or id; may be left out when there is only one.")]


@org.command()
def create(
    name: Annotated[str, typer.Argument(help="Name of the organisation; also of its first branch.")],
    template: Annotated[
        str, typer.Option(help="Words and defaults: see `huitang org templates`.")
    ] = "association",
    prefix: Annotated[
        str, typer.Option(help="In front of the member numbers that are given out here.")
    ] = "M",
) -> None:
    """Make an organisation with its first branch."""
    typer.echo(run(_create(settings_for_command(), Founding(name, template, prefix))))


async def _create(settings: Settings, founding: Founding) -> str:
    async with open_inside(settings) as inside:
        ident, root, steps = founded(inside.hand, founding)
        try:
            await commit(inside.hand, steps)
        except Duplicate:
            raise Refused(CONFLICT) from None
        return f"organisation {ident}\nbranch       {root.unit}  {root.name}"


@org.command("add-branch")
def add_branch(
    name: Annotated[str, typer.Argument(help="Name of the new branch.")],
    parent: Annotated[str, typer.Option(help="Branch above, by name or id.")] = "",
) -> None:
    """Make a branch below another one; its first officer comes with `roll import --offices` and `org invite`."""
    typer.echo(run(_add_branch(settings_for_command(), name, parent)))


async def _add_branch(settings: Settings, name: str, parent: str) -> str:
    async with open_inside(settings) as inside:
        above = await find_branch(inside.ground, parent)
        siblings = await inside.ground.mongo[UNITS].count({"parent": above.unit, "kind": "branch"})
        made, steps = unit_added(inside.hand, above, "branch", name, siblings + 1)
        try:
            await commit(inside.hand, steps)
        except Duplicate:
            raise Refused(UNIT_NAME_TAKEN) from None
        return f"branch       {made.unit}  {made.name}"


@org.command("list")
def list_organisations() -> None:
    """Organisations, oldest first."""
    for line in run(_list(settings_for_command())):
        typer.echo(line)


async def _list(settings: Settings) -> list[str]:
    async with open_inside(settings) as inside:
        return [
            f"{doc['_id']}  {doc['name']}  ({doc['template']})" for doc in await organisations(inside.ground)
        ]


@org.command("templates")
def list_templates() -> None:
    """Templates an organisation can be made from."""
    for key, template in templates().items():
        typer.echo(f"{key:18} {template.title.zh}  {template.title.en}")


@org.command()
def invite(
    member: Annotated[str, typer.Argument(help="Member number, id, or name when nobody else has it.")],
    unit: Unit = "",
) -> None:
    """Hand out an activation code for somebody on the roll, with a link and its drawing. An earlier code is void."""
    settings = settings_for_command()
    issued = run(_invite(settings, member, unit))
    link = f"{settings.address}/activate#{issued.code}"
    segno.make(link, error="m").terminal(compact=True)
    typer.echo(f"{issued.code}\n{link}")


async def _invite(settings: Settings, wanted: str, unit: str) -> IssuedCode:
    async with open_inside(settings) as inside:
        branch = await find_branch(inside.ground, unit)
        named = [{"_id": wanted}, {"number": wanted}, {"name_key": name_key(wanted)}]
        docs = await inside.ground.mongo[MEMBERS].find({"branch": branch.unit, "$or": named}, limit=10)
        if len(docs) > 1:
            said = "\n".join(f"  {doc['number']}  {doc['name']}" for doc in docs)
            typer.echo(f"several people are called that; give the number:\n{said}", err=True)
            raise typer.Exit(1)
        person = await inside.accounts.directory.person(docs[0]["_id"]) if docs else None
        if person is None or not person.active:
            raise Refused(MEMBER_UNKNOWN)
        return await inside.accounts.activation.issue(person, Issuer(SYSTEM, "command line"))
