"""deploy/ before the programs it is for. Run by `make deploy-check`, which installs them; not part of `make test`.

nginx and Caddy run the committed files, with ports, certificates and addresses of the test's own, in front of a whole server.
"""

import asyncio
import datetime
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import psutil
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from channels.core.feature import RateClass
from server.http.limits import PUBLIC_BURST
from storage.client import MongoSettings
from tests.wire.test_process import Process, served

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
NAME = "hui.example.org"
PATH = f"{os.environ['PATH']}{os.pathsep}/usr/sbin"


def program(name: str) -> str:
    """Where it is; fails, never skips, when it is missing."""
    found = shutil.which(name, path=PATH)
    assert found, f"{name} is missing: make deploy-check installs it"
    return found


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of the test's own and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    born = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(born).not_valid_after(born + datetime.timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    chain, private = folder / "fullchain.pem", folder / "privkey.pem"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return chain, private


def replaced(text: str, *pairs: tuple[str, str]) -> str:
    """The text with places of the test's own; each must be there."""
    for ours, mine in pairs:
        assert ours in text, ours
        text = text.replace(ours, mine)
    return text


def nginx_file(folder: Path, hub: int, port: int) -> Path:
    """A whole nginx configuration around the committed site."""
    chain, private = certificate(folder)
    site = replaced(
        (DEPLOY / "nginx" / "huitang.conf").read_text(),
        ("127.0.0.1:8080", f"127.0.0.1:{hub}"),
        ("    listen [::]:80;\n", ""),
        ("    listen [::]:443 ssl http2;\n", ""),
        ("listen 80;", f"listen 127.0.0.1:{free_port()};"),
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{port} ssl http2;"),
        ("/etc/ssl/hui.example.org/fullchain.pem", str(chain)),
        ("/etc/ssl/hui.example.org/privkey.pem", str(private)),
        ("/var/log/nginx/huitang.log", str(folder / "access.log")),
    )
    bodies = "\n".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = folder / "nginx.conf"
    whole.write_text(
        f"daemon off; pid {folder}/nginx.pid; error_log stderr;\nevents {{}}\nhttp {{\n{bodies}\n{site}\n}}\n"
    )
    return whole


def caddy_file(folder: Path, hub: int, port: int) -> Path:
    """The committed Caddyfile with addresses of the test's own."""
    chain, private = certificate(folder)
    text = replaced(
        (DEPLOY / "compose" / "Caddyfile").read_text(),
        (
            "\tadmin off\n",
            f"\tadmin off\n\tauto_https disable_redirects\n\tdefault_bind 127.0.0.1\n\thttps_port {port}\n",
        ),
        ("{$HUITANG_DOMAIN} {\n", f"{NAME} {{\n\ttls {chain} {private}\n"),
        ("\t\t\tname hub\n\t\t\tport 8080\n", f"\t\t\tname localhost\n\t\t\tport {hub}\n"),
    )
    path = folder / "Caddyfile"
    path.write_text(text)
    return path


@asynccontextmanager
async def running(command: list[str], port: int, folder: Path) -> AsyncIterator[None]:
    """A proxy process, once its port answers."""
    home = os.environ | {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (folder / "proxy.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(*command, env=home, stdout=log, stderr=log)
    try:
        async with asyncio.timeout(20):
            while True:
                try:
                    _reader, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.close()
                    break
                except OSError:
                    assert process.returncode is None, (folder / "proxy.log").read_text()
                    await asyncio.sleep(0.05)
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), 20)


@pytest.fixture(params=["nginx", "caddy"])
async def proxied(
    request: pytest.FixtureRequest, tmp_path: Path, mongo_settings: MongoSettings
) -> AsyncIterator[tuple[Process, int, Path]]:
    """A hub, a proxy in front of it, and its port."""
    folder, port = tmp_path / "proxy", free_port()
    folder.mkdir(mode=0o755)
    async with served(tmp_path, mongo_settings, origins=f"https://{NAME}") as hub:
        hub_port = await port_of(hub)
        if request.param == "nginx":
            command = [program("nginx"), "-c", str(nginx_file(folder, hub_port, port)), "-p", str(folder)]
        else:
            command = [
                program("caddy"),
                "run",
                "--config",
                str(caddy_file(folder, hub_port, port)),
                "--adapter",
                "caddyfile",
            ]
        async with running(command, port, folder):
            yield hub, port, folder


async def answers(port: int) -> bool:
    """Whether a hub is ready there."""
    async with httpx2.AsyncClient(trust_env=False, timeout=1) as client:
        try:
            return (await client.get(f"http://127.0.0.1:{port}/api/v1/ready")).status_code == 200
        except httpx2.TransportError:
            return False


async def port_of(hub: Process) -> int:
    """The port a server listens on, once it does: with an origin set its first line names that."""
    async with asyncio.timeout(20):
        while True:
            held = psutil.Process(hub.pid).net_connections("tcp")
            found = [line.laddr.port for line in held if line.status == psutil.CONN_LISTEN]
            if found and await answers(int(found[0])):
                return int(found[0])
            await asyncio.sleep(0.05)


def trusting(folder: Path) -> ssl.SSLContext:
    """Believes the test's certificate."""
    return ssl.create_default_context(cafile=str(folder / "fullchain.pem"))


async def test_a_socket_passes_and_is_told_to_come_back(proxied: tuple[Process, int, Path]) -> None:
    hub, port, folder = proxied
    address = f"wss://{NAME}:{port}/ws"
    async with connect(
        address,
        host="127.0.0.1",
        port=port,
        ssl=trusting(folder),
        server_hostname=NAME,
        origin=None,
        proxy=None,
    ) as socket_:
        hello = {"type": "hello", "ref": 1, "protocol": 1, "client": "proxied", "token": "nobody"}
        await socket_.send(json.dumps(hello))
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(socket_.recv(), 10)
        assert socket_.close_code == 4501, "the hub itself said who is not signed in"
    async with connect(
        address,
        host="127.0.0.1",
        port=port,
        ssl=trusting(folder),
        server_hostname=NAME,
        origin=None,
        proxy=None,
    ) as open_one:
        hub.kill(signal.SIGTERM)
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(open_one.recv(), 10)
        assert open_one.close_code == 1012


async def test_addresses_are_the_proxys_word_and_not_the_clients(proxied: tuple[Process, int, Path]) -> None:
    _hub, port, folder = proxied
    burst = RateClass.READ.value[0] * PUBLIC_BURST

    async def statuses(source: str, count: int) -> list[int]:
        transport = httpx2.AsyncHTTPTransport(local_address=source, verify=trusting(folder))
        async with httpx2.AsyncClient(transport=transport, trust_env=False, timeout=30) as client:
            found = []
            for turn in range(count):
                answer = await client.get(
                    f"https://127.0.0.1:{port}/api/v1/session",
                    headers={"host": NAME, "x-forwarded-for": f"203.0.113.{turn % 250}"},
                    extensions={"sni_hostname": NAME},
                )
                found.append(answer.status_code)
            return found

    spent = await statuses("127.0.0.1", burst + 60)
    assert spent[0] == 200
    assert spent[-1] == 429, "a made-up address got a bucket of its own"
    assert await statuses("127.0.0.2", 1) == [200], "everybody shares the proxy's address"


async def test_what_is_for_machines_inside_stays_inside(proxied: tuple[Process, int, Path]) -> None:
    _hub, port, folder = proxied
    async with httpx2.AsyncClient(verify=trusting(folder), trust_env=False) as client:
        for path, status in (
            ("/api/v1/ready", 404),
            ("/api/v1/alive", 404),
            ("/metrics", 404),
            ("/api/v1/health", 200),
        ):
            answer = await client.get(
                f"https://127.0.0.1:{port}{path}?secret=1",
                headers={"host": NAME},
                extensions={"sni_hostname": NAME},
            )
            assert answer.status_code == status, path
    logs = "".join(path.read_text() for path in folder.glob("*.log"))
    assert "secret=1" not in logs


def said(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a program."""
    return subprocess.run([program(command[0]), *command[1:]], capture_output=True, text=True, check=False)


def unit(folder: Path, name: str) -> Path:
    """A unit whose program is there, as systemd-analyze wants it."""
    text = (DEPLOY / "systemd" / name).read_text().replace("/opt/huitang/.venv/bin/huitang", "/bin/true")
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.parametrize("name", ["huitang.service", "huitang-migrate.service"])
def test_units_are_valid_and_locked_down(tmp_path: Path, name: str) -> None:
    path = unit(tmp_path, name)
    done = said("systemd-analyze", "verify", "--man=no", str(path))
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    level = said("systemd-analyze", "security", "--offline=true", "--threshold=20", str(path))
    assert level.returncode == 0, re.findall(r"Overall.*", level.stdout)


def test_a_misspelt_unit_key_is_seen(tmp_path: Path) -> None:
    path = unit(tmp_path, "huitang.service")
    path.write_text(path.read_text().replace("ProtectSystem=", "ProtectSytsem="))
    done = said("systemd-analyze", "verify", "--man=no", str(path))
    assert "ProtectSytsem" in done.stdout + done.stderr


def test_shell_scripts_are_sound() -> None:
    done = said("shellcheck", str(DEPLOY / "compose" / "make-secrets.sh"))
    assert done.returncode == 0, done.stdout


def test_the_caddyfile_is_tidy() -> None:
    done = said("caddy", "fmt", "--diff", str(DEPLOY / "compose" / "Caddyfile"))
    assert [line for line in done.stdout.splitlines() if line[:1] in "+-"] == []
