"""What the rooms of accounts stand on, built once per process. May be imported by server."""

from dataclasses import dataclass

from server.accounts.account_store import AccountStore
from server.accounts.book import SessionBook
from server.accounts.code_store import CodeStore
from server.accounts.desk import Desk
from server.accounts.directory import Directory
from server.accounts.door_store import Doors
from server.accounts.hashing import Hasher
from server.accounts.policy import AccountPolicy
from server.accounts.session_store import SessionStore
from server.accounts.token_store import TokenStore
from storage.clock import Clock
from storage.crypto import FieldCipher
from storage.ids import IdSource
from storage.tasks import Tasks


@dataclass(frozen=True, slots=True)
class Parts:
    """Stores, rules and ports.

    Attributes:
        accounts: Accounts.
        sessions: Sessions and known devices.
        codes: Activation and reset codes.
        tokens: Bearer tokens.
        doors: Counts of failed attempts.
        directory: The organisation.
        book: Opens and ends sessions.
        desk: Commits changes with notice and audit row.
        hasher: Passwords.
        tasks: Owner of what nobody waits for.
        cipher: Seals and blind-indexes.
        clock: Time.
        ids: Chance.
        policy: Numbers.
    """

    accounts: AccountStore
    sessions: SessionStore
    codes: CodeStore
    tokens: TokenStore
    doors: Doors
    directory: Directory
    book: SessionBook
    desk: Desk
    hasher: Hasher
    tasks: Tasks
    cipher: FieldCipher
    clock: Clock
    ids: IdSource
    policy: AccountPolicy
