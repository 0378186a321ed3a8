"""`huitang up` (what `make run` calls) and `huitang demo`: the demo organisation, its log-ins and their drawings.

May be imported by server.
"""

import io
import os
import shutil
import socket
import time
from collections.abc import Sequence
from itertools import zip_longest

import pyotp
import segno
import typer

from server.backing import open_backing
from server.commands.inside import Inside, inside_of, open_inside
from server.commands.running import run, settings_for_command
from server.commands.serve import Host, Port, Workers, listen, serve_house, with_options
from server.config import PREFIX, Settings
from server.demo.create import Demo, make_demo, uri_of
from server.demo.keepsake import DemoLogin
from server.ground import Fitting
from server.lifespan import House
from server.supervisor import Supervisor
from storage.clock import SystemClock
from storage.errors import NotReady

STEP_S = 30  # of a one-time code (RFC 6238)
PORTS_TRIED = 20
GAP = "   "


def up(host: Host = None, port: Port = None, workers: Workers = None) -> None:
    """Serve with the demo organisation, which is made on the first start, and say how to sign in."""
    began = time.monotonic()
    chosen = port is not None or f"{PREFIX}PORT" in os.environ
    settings = with_options(settings_for_command(), host, port, workers)
    run(_up(settings, began, fixed_port=chosen))


async def _up(settings: Settings, began: float, *, fixed_port: bool) -> None:
    settings, listener = listen(settings) if fixed_port else listen_near(settings)
    progress = _say
    async with open_backing(settings, progress) as backing:
        demos: list[Demo] = []

        def ready() -> None:
            for line in welcome(settings, demos[0], time.monotonic() - began):
                typer.echo(line)

        async def prepare(house: House | Inside) -> None:
            demos.append(await make_demo(house.ground.reader, house.accounts, settings.data_dir, progress))

        if settings.workers > 1:
            async with inside_of(settings, backing, Fitting.MIGRATE) as inside:
                await prepare(inside)
            await Supervisor(settings, backing, listener, ready).run()
        else:
            await serve_house(settings, backing, listener, Fitting.MIGRATE, lambda _house: ready(), prepare)
    typer.echo("已停止 / stopped")


def listen_near(settings: Settings) -> tuple[Settings, socket.socket]:
    """A listening socket on the wanted port or, when somebody else has it, on the next free one.

    Raises:
        NotReady: None of the next ports is free.
    """
    for port in range(settings.port, settings.port + PORTS_TRIED):
        try:
            return listen(settings.model_copy(update={"port": port}))
        except NotReady:
            continue
    return listen(settings)


def _say(words: str) -> None:
    typer.echo(f"  … {words}")


def demo() -> None:
    """Make the demo organisation if there is none, and show its log-ins with their codes of this moment."""
    settings = settings_for_command()
    made = run(_demo(settings))
    for line in login_lines(made.logins):
        typer.echo(line)


async def _demo(settings: Settings) -> Demo:
    async with open_inside(settings) as inside:
        return await make_demo(inside.ground.reader, inside.accounts, settings.data_dir, _say)


def welcome(settings: Settings, demo: Demo, took_s: float) -> list[str]:
    """What a person reads once the server answers; the last line has the address."""
    lines = [*drawings(demo.logins), "", *login_lines(demo.logins)]
    set_up = os.environ.get("HUITANG_SETUP_SECONDS")
    times = f"启动 started in {took_s:.1f} s"
    if set_up is not None:
        times += f", 含安装 with installation {float(set_up) + took_s:.1f} s"
    names = " · ".join(login.part.login for login in demo.logins)
    return [*lines, "", f"  {times}", f"  会堂 Huitang: {settings.address}   {names}"]


def login_lines(logins: Sequence[DemoLogin]) -> list[str]:
    """How to sign in as each of the demo's people, with the one-time code of this moment."""
    if not logins:
        return ["  演示账号的口令没有保存在本机 / the demo's log-ins are not kept on this machine"]
    now_s = SystemClock().now_ms() // 1_000
    left_s = STEP_S - now_s % STEP_S
    lines = ["  演示账号 demo log-ins (均为虚构 all fictional)"]
    lines += [
        f"    {login.part.login:<14}{login.password:<22}动态口令 code {pyotp.TOTP(login.seed).at(now_s)}   "
        f"{login.part.name} {login.part.zh} {login.part.en}"
        for login in logins
    ]
    lines.append(f"  口令 {left_s} 秒后更换,可扫上面的二维码,或再运行 .venv/bin/huitang demo")
    lines.append(
        f"  codes change in {left_s} s: scan a drawing above, or run .venv/bin/huitang demo for fresh ones"
    )
    return lines


def drawings(logins: Sequence[DemoLogin]) -> list[str]:
    """QR codes for authenticator apps, as many beside each other as the terminal has room for."""
    blocks = [drawing(login) for login in logins]
    if not blocks:
        return []
    width = max(len(line) for block in blocks for line in block) + len(GAP)
    abreast = max(1, shutil.get_terminal_size((80, 24)).columns // width)
    lines: list[str] = []
    for start in range(0, len(blocks), abreast):
        lines += ["", *beside(blocks[start : start + abreast], width)]
    return lines


def beside(blocks: Sequence[Sequence[str]], width: int) -> list[str]:
    """Blocks of lines beside each other, each `width` columns wide."""
    return [
        "".join(part.ljust(width) for part in parts).rstrip() for parts in zip_longest(*blocks, fillvalue="")
    ]


def drawing(login: DemoLogin) -> list[str]:
    """A caption and the QR code of one log-in."""
    out = io.StringIO()
    segno.make(uri_of(login), error="l").terminal(out, border=2, compact=True)
    return [login.part.login, *out.getvalue().splitlines()]
