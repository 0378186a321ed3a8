"""Our two cookies: the session and the known device. ASVS 5.0 3.3.1–3.3.4.

`__Host-` makes the browser insist on Secure, Path=/ and no Domain, so that no other host can plant one.
May be imported by server.
"""

from dataclasses import dataclass

SESSION = "huitang"
DEVICE = "huitang-device"
DEVICE_AGE_S = 180 * 86_400  # device ids are kept 180 days (domain.md 2.15)


@dataclass(frozen=True, slots=True)
class Jar:
    """How cookies are named and protected.

    Attributes:
        insecure: Plain-http development on a host other than localhost: no prefix, no Secure.
    """

    insecure: bool = False

    def name(self, word: str) -> str:
        """Full name of a cookie of ours."""
        return word if self.insecure else f"__Host-{word}"

    def put(self, word: str, value: str, age_s: int) -> str:
        """Set-Cookie value that keeps `value` (cookie-safe text) for `age_s` seconds."""
        secure = "" if self.insecure else "; Secure"
        return f"{self.name(word)}={value}; Path=/; Max-Age={age_s}; HttpOnly; SameSite=Lax{secure}"

    def drop(self, word: str) -> str:
        """Set-Cookie value that removes the cookie."""
        return self.put(word, "", 0)

    def find(self, header: str, word: str) -> str:
        """Value of our cookie in a Cookie header; empty when it is not there or not plain."""
        wanted = self.name(word)
        found = [
            value
            for name, _, value in (part.strip().partition("=") for part in header.split(";"))
            if name == wanted
        ]
        # Two cookies of one name mean that somebody planted one: neither is trusted.
        return found[0] if len(found) == 1 and len(found[0]) <= 200 else ""
