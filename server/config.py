"""Settings of the process, read from the environment (`HUITANG_…`). May be imported by server."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What the operator may set.

    Attributes:
        insecure_cookie: Cookies without Secure for plain-http development on hosts other than localhost.
        origins: Exact origins of our pages, separated by commas; empty: the one each request names.
    """

    model_config = SettingsConfigDict(env_prefix="HUITANG_", frozen=True)

    insecure_cookie: bool = False
    origins: str = ""
