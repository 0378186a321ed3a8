"""The budget of the client's first load notices ten kilobytes that were planted (W3)."""

import base64
import random
import re
import shutil
import subprocess
from pathlib import Path

from tests.browser.pages import ROOT

CLIENT = ROOT / "web_client"
PLANTED_BYTES = 10_000


def budget(dist: Path) -> subprocess.CompletedProcess[str]:
    """Weigh a built client."""
    node = shutil.which("node")
    assert node is not None
    command = [node, str(CLIENT / "scripts" / "budget.mjs"), f"{dist}/"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_ten_kilobytes_do_not_slip_in(tmp_path: Path) -> None:
    dist = tmp_path / "dist"
    shutil.copytree(CLIENT / "dist", dist)
    weighed = budget(dist)
    assert weighed.returncode == 0, weighed.stdout + weighed.stderr
    entry = re.search(r'src="/assets/([^"]+\.js)"', (dist / "index.html").read_text())
    assert entry is not None
    ballast = base64.b85encode(random.Random(1).randbytes(PLANTED_BYTES)).decode().replace("*/", "")
    with (dist / "assets" / entry[1]).open("a") as script:
        script.write(f"\n/*{ballast}*/")
    weighed = budget(dist)
    assert weighed.returncode == 1
    assert "over the budget" in weighed.stderr
