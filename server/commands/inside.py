"""What commands that change the organisation have in common: the open ground floor, the hand that acts, the unit meant.

May be imported by server.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import typer

from channels.branch.contract import Unit
from channels.branch.hand import SYSTEM, Hand
from channels.branch.normalise import name_key
from channels.branch.records import ORGS, UNITS
from channels.branch.store import unit as unit_of
from server.accounts.house import Accounts, Foundations, open_accounts
from server.backing import Backing, open_backing
from server.config import Settings
from server.ground import Fitting, Ground, open_ground
from storage.client import Document

LISTED = 200


@dataclass(frozen=True, slots=True)
class Inside:
    """An installation, open for a command.

    Attributes:
        ground: The ground floor.
        accounts: Log-in and sessions.
        hand: The machine's own hand, for the audit trail.
    """

    ground: Ground
    accounts: Accounts
    hand: Hand


@asynccontextmanager
async def open_inside(settings: Settings) -> AsyncIterator[Inside]:
    """Open the installation; a server may be running on it."""
    async with open_backing(settings) as backing, inside_of(settings, backing) as inside:
        yield inside


@asynccontextmanager
async def inside_of(
    settings: Settings, backing: Backing, fitting: Fitting = Fitting.CHECK
) -> AsyncIterator[Inside]:
    """Open the installation on databases that are there already."""
    async with open_ground(settings, backing, fitting) as ground:
        accounts = open_accounts(
            Foundations(ground.mongo, ground.log, ground.cipher, ground.bus, ground.clock, ground.ids)
        )
        try:
            yield Inside(ground, accounts, hand_of_machine(ground))
        finally:
            await accounts.close()


def hand_of_machine(ground: Ground) -> Hand:
    """Changes made on the machine itself. A running server hears of them by the log and at its next look at sessions."""

    async def nobody_waits(_member: str) -> None:
        return None

    return Hand(ground.reader, SYSTEM, "command line", "", nobody_waits)


async def find_branch(ground: Ground, name: str) -> Unit:
    """The branch of that name or id; with no name the only one there is. Says what to choose from, and exits, when unclear."""
    wanted: Document = {"kind": "branch"}
    if name:
        wanted |= {"$or": [{"_id": name}, {"name": name}, {"name_key": name_key(name)}]}
    found = await ground.mongo[UNITS].find(wanted, sort=(("_id", 1),), limit=LISTED)
    if len(found) == 1:
        branch = await unit_of(ground.mongo, found[0]["_id"])
        if branch is not None:
            return branch
    every = found or await ground.mongo[UNITS].find({"kind": "branch"}, sort=(("_id", 1),), limit=LISTED)
    said = "which branch? --unit one of:" if every else "there is no branch yet: huitang org create"
    typer.echo("\n".join([said, *(f"  {doc['_id']}  {doc['name']}" for doc in every)]), err=True)
    raise typer.Exit(1)


async def organisations(ground: Ground) -> list[Document]:
    """Stored organisations, oldest first."""
    return await ground.mongo[ORGS].find({}, sort=(("_id", 1),), limit=LISTED)
