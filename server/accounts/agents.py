"""A User-Agent header reduced to what a person recognises in the device list: browser family and system. Pure.

Nothing finer is stored: versions and models would be a fingerprint. May be imported by server.
"""

HEADER_MAX = 1_000
BROWSERS: tuple[tuple[str, str], ...] = (
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("Edg", "Edge"),
    ("HuaweiBrowser", "华为浏览器"),
    ("MiuiBrowser", "小米浏览器"),
    ("QQBrowser", "QQ浏览器"),
    ("UCBrowser", "UC浏览器"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("huitang-cli", "huitang"),
)
SYSTEMS: tuple[tuple[str, str], ...] = (
    ("OpenHarmony", "HarmonyOS"),
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def family(header: str) -> str:
    """E.g. `Chrome · Android`; `?` for what is not known. The first row that fits wins."""
    text = header[:HEADER_MAX]
    browser = next((name for mark, name in BROWSERS if mark in text), "?")
    system = next((name for mark, name in SYSTEMS if mark in text), "?")
    return f"{browser} · {system}" if (browser, system) != ("?", "?") else "?"
