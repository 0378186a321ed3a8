"""A process that tries one-time codes when told, for the test that two processes never accept the same code.

Run as `python -m tests.kit.replay_worker URL DATABASE DRIVER KEYS ACCOUNT`. Reads lines `<now_ms> <code>` and answers each with the
outcome: `accepted` or an error key.
"""

import asyncio
import sys
from pathlib import Path

from channels.protocol.errors import Refused
from server.accounts.house import Foundations, open_accounts
from server.accounts.proofs import Proofs
from storage.bus.local import LocalBus
from storage.client import Mongo, MongoSettings
from storage.clock import FixedClock
from storage.crypto import FieldCipher, KeyRing
from storage.driver import DriverName
from storage.ids import SystemIds
from storage.log import TopicLog


async def serve(settings: MongoSettings, keys: Path, ident: str) -> None:
    """Answer until the input ends."""
    clock = FixedClock(0)
    mongo = await Mongo.open(settings)
    cipher = FieldCipher(KeyRing.load(keys, create=False))
    log = TopicLog(mongo, clock, "1")
    accounts = open_accounts(Foundations(mongo, log, cipher, LocalBus(), clock, SystemIds()))
    proofs = Proofs(accounts.parts)
    loop = asyncio.get_running_loop()
    print("ready", flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        now_ms, code, door = line.split()
        clock.jump(int(now_ms) - clock.now_ms())
        account = await accounts.parts.accounts.by_id(ident)
        assert account is not None
        try:
            await proofs.totp(account, code, door)
        except Refused as refused:
            print(refused.row.key, flush=True)
        else:
            print("accepted", flush=True)
    await accounts.close()
    await mongo.close()


def main() -> None:
    """Read the arguments."""
    url, database, driver, keys, ident = sys.argv[1:]
    chosen: DriverName = "pymongo" if driver == "pymongo" else "motor"
    asyncio.run(serve(MongoSettings(url, database, chosen), Path(keys), ident))


if __name__ == "__main__":
    main()
