"""Values that hold secrets do not show them, and secrets come from the right source (ASVS 6.5.3, 16.2.5)."""

import ast
from dataclasses import fields, is_dataclass
from pathlib import Path

import server.accounts
from server.accounts.activation import IssuedCode
from server.accounts.factors import Enrolled, Seed
from server.accounts.provision import Provision, Provisioned
from server.accounts.tokens import MadeToken
from server.accounts.values import Opened, Visit
from server.http.account_models import ActivationUse, LoginBody, PasswordBody, ReauthBody, RecoveryCodes

FOLDER = Path(server.accounts.__file__).parent
SECRET_FIELDS = {"token", "password", "secret", "seed", "code", "codes", "recovery_codes", "device"}


def test_secret_fields_are_left_out_of_representations() -> None:
    for kind in (IssuedCode, Seed, Enrolled, Provision, Provisioned, MadeToken, Opened, Visit):
        assert is_dataclass(kind)
        for part in fields(kind):
            if part.name in SECRET_FIELDS and part.type in {str, "str", "tuple[str, ...]"}:
                assert not part.repr, f"{kind.__name__}.{part.name}"


def test_models_do_not_show_what_was_typed() -> None:
    models = (
        LoginBody(login="zhengk", password="kiln-sparrow"),
        ActivationUse(code="ABCD", login="zhengk", password="kiln-sparrow"),
        PasswordBody(current="kiln-sparrow", new="kiln-sparrow"),
        ReauthBody(password="kiln-sparrow", code="123456"),
        RecoveryCodes(recovery_codes=["kiln-sparrow"]),
    )
    for model in models:
        for secret in ("kiln-sparrow", "123456", "ABCD", "zhengk"):
            assert secret not in repr(model) + str(model)


def test_secrets_never_come_from_uuids_or_from_random() -> None:
    for path in FOLDER.glob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        imported = {
            name.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in node.names
        }
        assert not imported & {"random", "uuid", "uuid4", "uuid_utils"}, path.name
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                called = ast.unparse(node.value.func)
                names = {ast.unparse(target) for target in node.targets}
                assert not (called.endswith("uuid7") and names & SECRET_FIELDS), f"{path.name}: {names}"


def test_nothing_in_accounts_writes_log_lines() -> None:
    for path in FOLDER.glob("*.py"):
        text = path.read_text("utf-8")
        assert "getLogger" not in text, path.name
        assert "print(" not in text, path.name
