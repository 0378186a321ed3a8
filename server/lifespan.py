"""From settings to a house that serves, and back: the order of start and stop in one place.

    databases -> ground floor (keys, schema, indexes, log, bus) -> accounts -> exchange -> workers -> serving

and the other way round at the end. Whatever fails at the start ends the start with its reason; nothing is served half.
May be imported by server and tests.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace

from channels.core.exchange import Exchange, ExchangeSettings, Parts
from channels.core.session import SessionLimits
from moderation.limits import Limits
from server.accounts.hashing import Cost
from server.accounts.house import Accounts, Foundations, open_accounts
from server.accounts.policy import AccountPolicy
from server.backing import Backing
from server.config import Settings
from server.files.bench import Bench
from server.files.intake import Intake
from server.ground import Fitting, Ground, open_ground
from server.http.security import WebPolicy
from server.metrics.house import Metrics, open_metrics
from server.rates import open_limits
from server.readiness import Readiness
from server.retention import keep_promises
from server.services import Services
from server.vapid import ensure_vapid
from server.workers import hand_out_facts, keep_beats, shelf_of, sweep, sweep_uploads
from storage.clock import Clock


@dataclass(frozen=True, slots=True)
class Rhythms:
    """What tests make small or wide; the defaults are what serves.

    Attributes:
        exchange: Bounds of the real-time core; None for those that fit the settings.
        policy: Numbers of accounts.
        limit_factor: Multiplies all token buckets; 0 switches them off; None for what the settings say.
        cost: Of hashing a password.
        beats: False: features do nothing by themselves, so that a test finds the database as it left it.
    """

    exchange: ExchangeSettings | None = None
    policy: AccountPolicy = field(default_factory=AccountPolicy)
    limit_factor: int | None = None
    cost: Cost = field(default_factory=Cost)
    beats: bool = True


@dataclass(frozen=True, slots=True)
class House:
    """A process that could serve.

    Attributes:
        ground: The ground floor.
        accounts: Log-in and sessions.
        exchange: Open sockets.
        services: What HTTP handlers are given.
        metrics: Figures for Prometheus; None when they are off.
    """

    ground: Ground
    accounts: Accounts
    exchange: Exchange
    services: Services
    metrics: Metrics | None = None


@asynccontextmanager
async def open_house(
    settings: Settings,
    backing: Backing,
    fitting: Fitting = Fitting.CHECK,
    rhythms: Rhythms | None = None,
    clock: Clock | None = None,
) -> AsyncIterator[House]:
    """Open everything while the block runs; the workers run, too. Time is the machine's unless a clock is given.

    Raises:
        NotReady: The database does not fit, or the keys are not the right ones.
        Unavailable: A database does not answer.
    """
    chosen = rhythms if rhythms is not None else Rhythms()
    async with AsyncExitStack() as stack:
        ground = await stack.enter_async_context(open_ground(settings, backing, fitting, clock))
        ensure_vapid(settings.data_dir)
        accounts = open_accounts(_foundations(ground, chosen))
        stack.push_async_callback(accounts.close)
        factor = settings.limit_factor if chosen.limit_factor is None else chosen.limit_factor
        limits = await stack.enter_async_context(open_limits(ground, backing.redis_url, factor))
        parts = Parts(ground.registry, ground.reader, ground.bus, accounts.sessions, limits)
        wanted = chosen.exchange or exchange_settings(settings, several=backing.redis_url is not None)
        exchange = await stack.enter_async_context(Exchange(parts, wanted))
        metrics = await stack.enter_async_context(open_metrics(ground, exchange))
        services = _services(ground, accounts, exchange, limits)
        house = House(ground, accounts, exchange, services, metrics)
        async with asyncio.TaskGroup() as workers:
            tasks = (
                workers.create_task(hand_out_facts(ground, exchange), name="facts"),
                workers.create_task(keep_beats(ground, exchange, chosen.beats), name="beats"),
                workers.create_task(sweep(ground.blobs, ground.clock), name="sweep"),
                workers.create_task(sweep_uploads(shelf_of(ground)), name="sweep uploads"),
                workers.create_task(keep_promises(ground.reader), name="retention"),
            )
            try:
                yield house
            finally:
                for task in tasks:
                    task.cancel()


def exchange_settings(settings: Settings, *, several: bool) -> ExchangeSettings:
    """Bounds of the real-time core; a factor of 0 ends the limit of frames per connection."""
    usual, factor = SessionLimits(), settings.limit_factor
    session = replace(usual, burst=usual.burst * max(1, factor), per_minute=usual.per_minute * factor)
    return ExchangeSettings(several=several, session=session)


def _foundations(ground: Ground, chosen: Rhythms) -> Foundations:
    return Foundations(
        ground.mongo,
        ground.log,
        ground.cipher,
        ground.bus,
        ground.clock,
        ground.ids,
        chosen.policy,
        chosen.cost,
    )


def _services(ground: Ground, accounts: Accounts, exchange: Exchange, limits: Limits) -> Services:
    settings = ground.settings
    return Services(
        config=settings,
        mongo=ground.mongo,
        log=ground.log,
        cipher=ground.cipher,
        blobs=ground.blobs,
        bus=ground.bus,
        clock=ground.clock,
        ids=ground.ids,
        registry=ground.registry,
        hub=exchange,
        limits=limits,
        accounts=accounts,
        web=WebPolicy(settings.origin_set, settings.insecure_cookie, hsts=settings.behind_tls),
        intake=Intake(shelf_of(ground), Bench()),
        readiness=Readiness(ground.mongo, ground.clock),
    )
