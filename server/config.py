"""Settings of the process, read from the environment (`HUITANG_…`) and from an optional file. May be imported by server.

The file has lines `HUITANG_PORT=8080`; it is `huitang.env` in the working directory, or what HUITANG_CONFIG names. What
the environment says goes before what the file says. docs/operations.md lists the fields from here.
"""

import os
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "HUITANG_"
ROOT = Path(__file__).resolve().parent.parent
TOKEN = re.compile(r"[!-~]{16,256}")
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


NO_LIMITS = "a limit factor of 0 switches rate limits off: only while the host is a loopback address"


class Settings(BaseSettings):
    """What the operator may set. Everything has a default that works on one machine."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", use_attribute_docstrings=True, env_ignore_empty=True
    )

    data_dir: Path = Path("var")
    """Folder of everything that must be kept: database files of the managed MongoDB, keys, run files."""

    host: str = "127.0.0.1"
    """Address to listen on. Put a TLS proxy in front before opening it to others."""

    port: Annotated[int, Field(ge=0, le=65_535)] = 8080
    """Port to listen on; 0 picks a free one."""

    origins: str = ""
    """Exact origins of our pages, separated by commas, e.g. `https://hui.example.org`. Empty: the one each request names
    (for one machine only). Set it whenever others can reach the server."""

    insecure_cookie: bool = False
    """Cookies without `Secure`, for plain-http development on a host other than localhost. Never in production."""

    trusted_proxies: str = "127.0.0.1,::1"
    """Addresses of proxies whose X-Forwarded-For and -Proto are believed, separated by commas."""

    mongo_url: SecretStr | None = None
    """Connection string of a MongoDB replica set. Empty: the program manages a MongoDB of its own below `data_dir`
    (for trial, development and tests)."""

    mongo_database: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")] = "huitang"
    """Name of the database."""

    mongo_driver: Literal["motor", "pymongo"] = "motor"
    """Driver: `motor`, or pymongo's own asynchronous client."""

    mongo_pool: Annotated[int, Field(ge=2, le=200)] = 16
    """Connections to MongoDB per process, and operations under way at once."""

    redis_url: SecretStr | None = None
    """Redis for several processes. Empty with several workers: the program manages one of its own."""

    workers: Annotated[int, Field(ge=1, le=64)] = 1
    """Processes that serve. One needs no Redis."""

    key_file: Path | None = None
    """Keys of the personal fields. Empty: `keys.json` in `data_dir`. Back it up apart from the database."""

    web_dir: Path | None = None
    """The built web client. Empty: the one that comes with the program."""

    log_format: Literal["auto", "json", "console"] = "auto"
    """`json` for machines, `console` for people; `auto` looks whether a person reads."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least important entry that is written."""

    max_connections: Annotated[int, Field(ge=10, le=1_000_000)] = 20_000
    """Open sockets per process; more are refused politely."""

    limit_factor: Annotated[int, Field(ge=0, le=1_000)] = 1
    """Multiplies all rate limits. 0 switches them off: for load tests only, and only while `host` is a loopback address."""

    compression: bool = True
    """Long events are compressed once for all readers that understand it (permessage-deflate, no context taken over)."""

    stop_grace_s: Annotated[int, Field(ge=1, le=60)] = 4
    """Seconds that requests under way have to end after a stop signal."""

    drain_delay_s: Annotated[int, Field(ge=0, le=300)] = 0
    """Seconds between a stop signal, from which on `/api/v1/ready` fails, and the moment sockets are sent away: time for
    load balancers to notice. 0 where nothing asks."""

    vapid_contact: str = ""
    """Mail address or https page that push services may write to, e.g. `mailto:admin@example.org`."""

    metrics_token: SecretStr | None = None
    """Secret that lets a Prometheus read `/metrics`, at least 16 characters. Empty: there is no such page."""

    @field_validator("metrics_token")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not TOKEN.fullmatch(value.get_secret_value()):
            raise ValueError("a token for metrics has 16 to 256 visible ASCII characters")
        return value

    @field_validator("origins")
    @classmethod
    def _exact_origins(cls, value: str) -> str:
        for origin in filter(None, (part.strip() for part in value.split(","))):
            scheme, mark, host = origin.partition("://")
            if scheme not in {"http", "https"} or not mark or not host or "/" in host:
                raise ValueError(f"an origin is scheme://host[:port], not {origin!r}")
        return value

    @field_validator("limit_factor")
    @classmethod
    def _limits_stand(cls, value: int, before: ValidationInfo) -> int:
        if value == 0 and before.data.get("host") not in LOOPBACK:
            raise ValueError(NO_LIMITS)
        return value

    @property
    def origin_set(self) -> frozenset[str]:
        """`origins` as a set."""
        return frozenset(part.strip() for part in self.origins.split(",") if part.strip())

    @property
    def keys(self) -> Path:
        """Where the key ring is."""
        return self.key_file or self.data_dir / "keys.json"

    @property
    def behind_tls(self) -> bool:
        """True when every origin of ours is https."""
        return bool(self.origin_set) and all(origin.startswith("https://") for origin in self.origin_set)

    @property
    def address(self) -> str:
        """Where a browser on this machine finds the server, e.g. `http://localhost:8080`."""
        if self.origin_set:
            return sorted(self.origin_set)[0]
        host = "localhost" if self.host in LOOPBACK | {"0.0.0.0", "::"} else self.host  # noqa: S104 - compared, not bound
        return f"http://{host}:{self.port}"

    @property
    def client_dir(self) -> Path:
        """Folder of the built web client: as set, in the installed package, or in the source tree."""
        packaged = Path(__file__).resolve().parent / "_web"
        return self.web_dir or (packaged if packaged.is_dir() else ROOT / "web_client" / "dist")


def load_settings() -> Settings:
    """Settings from the environment and the optional file.

    Raises:
        pydantic.ValidationError: A value does not fit its field.
        OSError: The file that HUITANG_CONFIG names cannot be read: without it a server would start on a database of its own.
    """
    named = os.environ.get(f"{PREFIX}CONFIG", "")
    chosen = Path(named or "huitang.env")
    if named:
        chosen.open().close()
    return Settings(_env_file=chosen if chosen.is_file() else None)
