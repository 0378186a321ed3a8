"""A lost phone: two officers, a reason, notices, a code for 24 hours (story S3.5)."""

from tests.kit.accounts import PASSWORD, Browser, Village, key_of

REASON = "手机在公交车上丢失,当面核实"
DAY_MS = 86_400_000


async def officers(village: Village) -> tuple[Browser, Browser]:
    """宋佳宁 and 陆远航, signed in."""
    await village.account("宋佳宁", "songjn")
    await village.account("陆远航", "luyh")
    return await village.browser().sign_in("songjn"), await village.browser().sign_in("luyh")


async def ask(village: Village, officer: Browser, name: str = "龙海生") -> str:
    """Ask for a reset; returns its id."""
    answer = await officer.post("/mfa-resets", {"member": village.people[name], "reason": REASON})
    assert answer.status_code == 200, answer.text
    ident: str = answer.json()["id"]
    return ident


async def test_two_officers_and_a_code_lead_to_a_new_factor(village: Village) -> None:
    first, second = await officers(village)
    await village.account("龙海生", "longhs")
    lost = await village.browser().sign_in("longhs")
    ident = await ask(village, first)
    assert (await lost.get("/devices")).status_code == 200
    listed = (await second.get("/mfa-resets")).json()["resets"]
    assert [(row["member_name"], row["reason"], row["may_approve"]) for row in listed] == [
        ("龙海生", REASON, True)
    ]
    approved = await second.post(f"/mfa-resets/{ident}/approve")
    code = approved.json()["code"]
    assert (await lost.get("/devices")).status_code == 401
    assert await village.notices("龙海生") == [
        "signed_in_new_device",
        "factor_reset_asked",
        "factor_reset_done",
    ]

    phone = village.browser()
    assert key_of(await phone.password("longhs")) == "RESET_CODE_NEEDED"
    assert (await phone.post("/activation/check", {"code": code})).json()["purpose"] == "factor_reset"
    wrong = {"code": code, "login": "longhs", "password": "not-the-right-password"}
    assert key_of(await phone.post("/activation", wrong)) == "LOGIN_WRONG"
    assert (await phone.post("/activation", {**wrong, "password": PASSWORD})).json() == {"step": "enrol"}
    village.seeds["longhs"] = (await phone.post("/mfa/enrol")).json()["secret"]
    assert (
        len((await phone.post("/mfa/confirm", {"code": village.totp("longhs")})).json()["recovery_codes"])
        == 10
    )
    assert (await phone.get("/session")).json()["step"] == "done"
    await village.browser().sign_in("longhs")
    assert key_of(await village.browser().post("/activation/check", {"code": code})) == "CODE_WRONG"
    audit = (await phone.get("/me/audit")).json()["rows"]
    by_action = {row["action"]: row for row in audit}
    assert by_action["account.factor_reset_asked"]["by"] == "宋佳宁"
    assert by_action["account.factor_reset_asked"]["reason"] == REASON
    assert by_action["account.factor_reset_asked"]["role"]["zh"] == "书记"
    assert by_action["account.factor_reset_approved"]["by"] == "陆远航"


async def test_one_officer_alone_is_refused_and_nobody_resets_himself(village: Village) -> None:
    first, second = await officers(village)
    await village.account("龙海生", "longhs")
    ident = await ask(village, first)
    alone = await first.post(f"/mfa-resets/{ident}/approve")
    assert (alone.status_code, key_of(alone)) == (403, "RESET_SAME_OFFICER")
    own = await first.post("/mfa-resets", {"member": village.people["宋佳宁"], "reason": REASON})
    assert key_of(own) == "RESET_SAME_OFFICER"
    about_second = await ask(village, first, "陆远航")
    assert key_of(await second.post(f"/mfa-resets/{about_second}/approve")) == "RESET_SAME_OFFICER"
    assert (await village.browser().password("longhs")).json() == {"step": "totp"}


async def test_members_cannot_take_part_but_may_decline_about_themselves(village: Village) -> None:
    first, second = await officers(village)
    await village.account("龙海生", "longhs")
    await village.account("郑凯", "zhengk")
    subject, other = await village.browser().sign_in("longhs"), await village.browser().sign_in("zhengk")
    ident = await ask(village, first)
    body = {"member": village.people["龙海生"], "reason": REASON}
    assert key_of(await other.post("/mfa-resets", body)) == "FORBIDDEN"
    assert key_of(await other.post(f"/mfa-resets/{ident}/decline")) == "FORBIDDEN"
    assert (await other.get("/mfa-resets")).json() == {"resets": []}
    assert len((await subject.get("/mfa-resets")).json()["resets"]) == 1
    assert (await subject.post(f"/mfa-resets/{ident}/decline")).status_code == 204
    assert key_of(await second.post(f"/mfa-resets/{ident}/approve")) == "RESET_NOT_OPEN"
    assert key_of(await subject.post(f"/mfa-resets/{ident}/decline")) == "RESET_NOT_OPEN"


async def test_one_open_request_and_one_approval(village: Village) -> None:
    first, second = await officers(village)
    await village.account("龙海生", "longhs")
    ident = await ask(village, first)
    body = {"member": village.people["龙海生"], "reason": REASON}
    assert key_of(await second.post("/mfa-resets", body)) == "RESET_OPEN_ALREADY"
    assert (await second.post(f"/mfa-resets/{ident}/approve")).status_code == 200
    assert key_of(await second.post(f"/mfa-resets/{ident}/approve")) == "RESET_NOT_OPEN"
    no_account = {"member": village.people["曹玉兰"], "reason": REASON}
    assert key_of(await first.post("/mfa-resets", no_account)) == "NO_ACCOUNT"
    nobody = {"member": "01900000-0000-7000-8000-000000000001", "reason": REASON}
    assert key_of(await first.post("/mfa-resets", nobody)) == "NOT_FOUND"
    assert (await first.post("/mfa-resets", {**body, "reason": "x"})).status_code == 422


async def test_requests_and_codes_expire(village: Village) -> None:
    first, second = await officers(village)
    await village.account("龙海生", "longhs")
    ident = await ask(village, first)
    village.clock.advance(3 * DAY_MS)
    await first.sign_in("songjn")
    await second.sign_in("luyh")
    assert (await first.get("/mfa-resets")).json()["resets"][0]["state"] == "expired"
    assert key_of(await second.post(f"/mfa-resets/{ident}/approve")) == "RESET_NOT_OPEN"
    code = (await second.post(f"/mfa-resets/{await ask(village, first)}/approve")).json()["code"]
    village.clock.advance(DAY_MS)
    use = {"code": code, "login": "longhs", "password": PASSWORD}
    assert key_of(await village.browser().post("/activation", use)) == "CODE_WRONG"


async def test_an_unfinished_enrolment_can_be_taken_up_again(village: Village) -> None:
    first, second = await officers(village)
    await village.account("龙海生", "longhs")
    code = (await second.post(f"/mfa-resets/{await ask(village, first)}/approve")).json()["code"]
    use = {"code": code, "login": "longhs", "password": PASSWORD}
    phone = village.browser()
    assert (await phone.post("/activation", use)).json() == {"step": "enrol"}
    village.clock.advance(600_000)
    assert (await phone.post("/mfa/enrol")).status_code == 401
    assert (await phone.post("/activation", use)).json() == {"step": "enrol"}
    again = village.browser()
    assert (await again.post("/activation", use)).json() == {"step": "enrol"}
    for browser in (phone, again):
        seed = (await browser.post("/mfa/enrol")).json()["secret"]
        village.seeds[browser.token] = seed
    assert (await phone.post("/mfa/confirm", {"code": village.totp(phone.token)})).status_code == 200
    late = await again.post("/mfa/confirm", {"code": village.totp(again.token)})
    assert late.status_code == 401


async def test_officers_of_another_organisation_learn_nothing(village: Village) -> None:
    first, _ = await officers(village)
    await village.account("龙海生", "longhs")
    ident = await ask(village, first)
    await village.mongo["members"].update_one(
        {"_id": village.people["宋佳宁"]}, {"$set": {"org": "01900000-0000-7000-8000-00000000ffff"}}
    )
    body = {"member": village.people["龙海生"], "reason": REASON}
    assert key_of(await first.post("/mfa-resets", body)) == "NOT_FOUND"
    assert key_of(await first.post(f"/mfa-resets/{ident}/approve")) == "NOT_FOUND"
