"""The image's health check: asks this container whether it lives (0) or not (1). Standard library only, 30 ms.

python -I -S probe.py alive|ready
"""

import os
import sys
import urllib.error
import urllib.request

LIMIT_S = 3.0


def main() -> int:
    """Ask once."""
    question = sys.argv[1] if len(sys.argv) > 1 else "ready"
    address = f"http://127.0.0.1:{os.environ.get('HUITANG_PORT', '8080')}/api/v1/{question}"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=LIMIT_S) as answer:
            return int(answer.status != 200)
    except urllib.error.HTTPError as refused:
        print(f"{question}: {refused.code}")
    except OSError as fault:
        print(f"{question}: {type(fault).__name__}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
