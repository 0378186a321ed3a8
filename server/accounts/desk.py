"""One unit for everything that happens to an account: the change, the notice to its owner, the row in the audit trail.

Either all of it is durable or nothing; the owner hears of it on every open device after the commit. Accounts without
membership (system administrators) have the audit row only. May be imported by server.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from channels.me.contract import security_notice
from moderation.audit import Act, AuditTrail
from storage.entries import Append, Write
from storage.ids import MemberId
from storage.log import TopicLog


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the owner of an account should know of.

    Attributes:
        member: Who; None sends nothing.
        kind: Word of `NOTICE_KINDS`; the client has the sentence.
        device: Browser and system it came from.
        params: Numbers and times for the sentence.
    """

    member: MemberId | None
    kind: str
    device: str = ""
    params: dict[str, str | int] = field(default_factory=dict)


NOTICE_KINDS: dict[str, tuple[str, str]] = {
    "signed_in_new_device": ("一台新设备登录了您的账号", "A new device signed in to your account"),
    "recovery_code_used": ("使用了一个恢复码,还剩{left}个", "A recovery code was used; {left} left"),
    "recovery_codes_made": ("生成了新的恢复码,旧码作废", "New recovery codes were made; the old ones are void"),
    "factor_enrolled": ("双重验证已设置", "A second factor was set up"),
    "factor_reset_asked": ("有人申请重置您的双重验证", "Somebody asked to reset your second factor"),
    "factor_reset_done": ("两位负责人重置了您的双重验证", "Two officers reset your second factor"),
    "factor_reset_declined": ("重置双重验证的申请已被拒绝", "The request to reset your second factor was declined"),
    "password_changed": ("密码已更改,其他设备已退出", "Your password was changed; other devices were signed out"),
    "code_issued": ("负责人为您发放了新的激活码", "An officer issued a new activation code for you"),
    "many_failures": ("有人多次尝试登录您的账号,密码没有泄露", "Somebody tried to sign in to your account many times without success"),
    "token_made": ("您创建了一个机器人令牌", "You made a bot token"),
    "device_ended": ("一台设备已退出登录", "A device was signed out"),
}  # fmt: skip
"""Every kind of notice -> what it says, zh and en."""


class Desk:
    """Commits changes of accounts.

    Args:
        log: Carries notices to `me:<member>`.
        trail: Makes audit rows.
    """

    def __init__(self, log: TopicLog, trail: AuditTrail) -> None:
        self._log = log
        self._trail = trail

    async def commit(
        self, writes: Sequence[Write], *, notices: Sequence[Notice] = (), acts: Sequence[Act] = ()
    ) -> None:
        """Make it all durable.

        Raises:
            GuardFailed: A guarded write matched nothing: somebody was faster; nothing was done.
            Duplicate: A unique index refused; nothing was done.
            Unavailable: The store is away; whether it took effect is unknown.
        """
        every = (*writes, *(self._trail.write(act) for act in acts))
        await self._log.commit([_append(notice) for notice in notices if notice.member], every)


def _append(notice: Notice) -> Append:
    return security_notice(notice.member or "", notice.kind, device=notice.device, params=notice.params)
