"""`huitang roll …`: import and export rolls on the machine itself. May be imported by server."""

from pathlib import Path
from typing import Annotated, Literal, cast

import typer

from channels.branch.roll.apply import Outcome, apply
from channels.branch.roll.dryrun import Choices, DryRun, dry_run, needs_header
from channels.branch.roll.outgoing import Format, export_roll
from server.commands.inside import Inside, find_branch, open_inside
from server.commands.running import run, settings_for_command
from server.config import Settings

roll = typer.Typer(no_args_is_help=True, help="Rolls of members.")

Unit = Annotated[str, typer.Option(help="Branch by name or id; may be left out when there is only one.")]
Source = Annotated[
    Path, typer.Argument(help=".xlsx, .xls or .csv", exists=True, dir_okay=False, readable=True)
]
Answers = Annotated[
    list[str] | None,
    typer.Option("--answer", help="For a row that was asked about: `12=new`, `12=skip` or `12=<member id>`."),
]
LEVELS = {"held": "✗ 不导入 held", "ask": "? 请确认 ask", "note": "· 说明 note", "skip": "· 跳过 skip"}


@roll.command("import")
def import_roll(  # noqa: PLR0913 - options of a command line
    file: Source,
    unit: Unit = "",
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Import what is sound; without it, only say what would happen.")
    ] = False,
    offices: Annotated[
        bool, typer.Option("--offices", help="Also give the roles that the file names.")
    ] = False,
    answer: Answers = None,
    encoding: Annotated[
        Literal["utf-8", "gb18030"] | None, typer.Option(help="Of a text file; found out by itself.")
    ] = None,
) -> None:
    """Read a roll, say what is wrong with it row by row in both languages, and import it after --confirm."""
    choices = Choices(answers=_answers(answer or []), encoding=encoding)
    run(_import(settings_for_command(), _Order(file, unit, choices, confirm, offices)))


class _Order:
    """What the command line asks for."""

    def __init__(self, file: Path, unit: str, choices: Choices, confirm: bool, offices: bool) -> None:
        self.content = file.read_bytes()
        self.unit = unit
        self.choices = choices
        self.confirm = confirm
        self.offices = offices


def _answers(given: list[str]) -> dict[int, str]:
    answers = {}
    for text in given:
        row, mark, word = text.partition("=")
        if not mark or not row.isdigit():
            raise typer.BadParameter(f"{text}: write row=new, row=skip or row=<member id>")
        answers[int(row)] = word
    return answers


async def _import(settings: Settings, order: _Order) -> None:
    async with open_inside(settings) as inside:
        branch = await find_branch(inside.ground, order.unit)
        look = await dry_run(inside.ground.reader, branch.unit, order.content, order.choices)
        for line in report(look):
            typer.echo(line)
        missing = needs_header(look)
        if missing is not None:
            raise missing
        if order.confirm:
            typer.echo(done(await _apply(inside, look, order.offices)))
        elif look.plan.add or look.plan.change:
            typer.echo("尚未写入,确认后加 --confirm / nothing is written yet: add --confirm")


async def _apply(inside: Inside, look: DryRun, offices: bool) -> Outcome:
    return await apply(inside.hand, look, give_offices=offices)


def report(look: DryRun) -> list[str]:
    """What an import would do, and every fault by row in both languages."""
    plan = look.plan
    counts = (
        ("新增 new", len(plan.add)),
        ("更改 changed", len(plan.change)),
        ("不变 unchanged", len(plan.unchanged)),
        ("不导入 held", len(plan.held)),
        ("待确认 asked", len(plan.asked)),
        ("跳过 skipped", len(plan.skipped)),
    )
    lines = [f"{look.branch.name}: " + ", ".join(f"{word} {number}" for word, number in counts)]
    if plan.new_groups:
        lines.append(f"新建小组 new groups: {'、'.join(plan.new_groups)}")
    for fault in plan.faults:
        lines += [
            f"第 {fault.row} 行 row {fault.row}  {LEVELS[fault.kind.level]}",
            f"    {fault.zh}",
            f"    {fault.en}",
        ]
        lines += [f"    → --answer {fault.row}={member}" for member in fault.candidates]
    return lines


def done(outcome: Outcome) -> str:
    """What an import did."""
    lines = [
        f"已导入 imported: 新增 new {len(outcome.added)}, 更改 changed {outcome.changed}, "
        f"小组 groups {outcome.groups}, 职务 roles {outcome.offices}"
    ]
    lines += [f"第 {row} 行 row {row}: {why.zh} / {why.en}" for row, why in outcome.refused]
    return "\n".join(lines)


@roll.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="Where to write; the ending says the format, .xlsx or .csv.")],
    unit: Unit = "",
) -> None:
    """Write the roll of a branch, watermarked; its members see that it was exported."""
    kind = file.suffix.lower().removeprefix(".")
    if kind not in {"xlsx", "csv"}:
        raise typer.BadParameter("the file must end in .xlsx or .csv")
    typer.echo(run(_export(settings_for_command(), file, cast("Format", kind), unit)))


async def _export(settings: Settings, file: Path, kind: Format, unit: str) -> str:
    async with open_inside(settings) as inside:
        branch = await find_branch(inside.ground, unit)
        made = await export_roll(inside.hand, branch, kind)
    _write(file, made.content)
    return f"{file}: {made.count} members"


def _write(file: Path, content: bytes) -> None:
    file.touch(mode=0o600)
    file.write_bytes(content)
