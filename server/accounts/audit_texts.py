"""What actions of the audit trail are called on the page 谁看过我的档案. May be imported by server."""

ACTION_TEXTS: dict[str, tuple[str, str]] = {
    "roll.opened": ("查看了您的个人资料", "opened your personal details"),
    "roll.exported": ("导出了花名册", "exported the roll"),
    "roll.imported": ("导入了花名册", "imported a roll"),
    "audit.opened": ("查看了与您有关的操作记录", "looked at the record of actions about you"),
    "roll.member_added": ("将您加入花名册", "put you on the roll"),
    "roll.member_changed": ("修改了您的资料", "changed your details"),
    "roll.member_left": ("将您移出花名册", "took you off the roll"),
    "roll.member_returned": ("将您重新加入花名册", "put you back on the roll"),
    "roll.details_erased": (
        "保存期满,删除了您的个人资料",
        "erased your personal details, their time being over",
    ),
    "branch.role_granted": ("为您添加了职务", "gave you a role"),
    "branch.role_revoked": ("撤销了您的职务", "took a role from you"),
    "account.code_issued": ("为您发放了激活码", "handed out an activation code for you"),
    "account.activated": ("您激活了账号", "you activated your account"),
    "account.provisioned": ("创建了您的账号", "made your account"),
    "account.disabled": ("停用了您的账号", "disabled your account"),
    "account.enabled": ("恢复了您的账号", "enabled your account"),
    "account.signed_in": ("您登录了", "you signed in"),
    "account.password_changed": ("您修改了密码", "you changed your password"),
    "account.password_reset": ("您用激活码设置了新密码", "you set a new password with a code"),
    "account.factor_enrolled": ("您设置了双重验证", "you set up a second factor"),
    "account.recovery_codes_made": ("您生成了新的恢复码", "you made new recovery codes"),
    "account.factor_reset_asked": ("申请重置您的双重验证", "asked to reset your second factor"),
    "account.factor_reset_approved": ("批准重置您的双重验证", "approved the reset of your second factor"),
    "account.factor_reset_declined": ("拒绝重置您的双重验证", "declined the reset of your second factor"),
}
"""Action -> text, zh and en; an action without a text is shown by its word."""


def action_text(action: str) -> tuple[str, str]:
    """Text of an action."""
    return ACTION_TEXTS.get(action, (action, action))
