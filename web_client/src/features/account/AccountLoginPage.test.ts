import { flushPromises, type VueWrapper } from "@vue/test-utils";
import { afterEach, describe, expect, it, vi } from "vitest";

import { playServer, refusal, stage } from "./account.testkit";
import AccountLoginPage from "./AccountLoginPage.vue";

const SERVER_MS = Date.UTC(2026, 11, 10, 10, 55);
const DONE = { step: "done", account: null, member: { id: "m", name: "曹玉兰", branch: "b", branch_name: "支部", units: [], roles: [], capabilities: [] }, org: null };

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
  document.body.innerHTML = "";
});

async function signIn(wrapper: VueWrapper): Promise<void> {
  await wrapper.get('input[name="username"]').setValue("１９９０００００００２");
  await wrapper.get('input[name="password"]').setValue("床前明月光");
  await wrapper.get("form").trigger("submit");
  await flushPromises();
}

describe("signing in", () => {
  it("goes from the password over the one-time code to the place people came from", async () => {
    const asked = playServer({
      "POST /login": { body: { step: "totp" } },
      "POST /login/totp": { body: { step: "done" } },
      "GET /session": { body: DONE },
    });
    const { wrapper, router } = await stage(AccountLoginPage, "/login?next=/me/devices");
    await signIn(wrapper);
    await wrapper.get('input[name="otp"]').setValue("407193");
    await flushPromises();
    expect(asked.map((one) => one.path)).toEqual(["/login", "/login/totp", "/session"]);
    expect(asked[0]?.body).toEqual({ login: "19900000002", password: "床前明月光" });
    expect(asked[1]?.body).toMatchObject({ code: "407193" });
    expect(router.currentRoute.value.fullPath).toBe("/me/devices");
  });

  it("names a wrong clock with both times and empties the boxes", async () => {
    vi.useFakeTimers({ now: SERVER_MS + 7 * 60_000, toFake: ["Date"] });
    playServer({
      "POST /login": { body: { step: "totp" } },
      "POST /login/totp": refusal(403, "TOTP_CLOCK", "时间不对", { params: { server_time_ms: SERVER_MS } }),
    });
    const { wrapper } = await stage(AccountLoginPage, "/login");
    await signIn(wrapper);
    await wrapper.get('input[name="otp"]').setValue("407193");
    await flushPromises();
    expect(wrapper.get('[role="alert"]').text()).toBe("您的手机时间快了约7分钟,请打开“自动设置时间”,或使用恢复码");
    expect(wrapper.text()).toContain("服务器时间:");
    expect(wrapper.get<HTMLInputElement>('input[name="otp"]').element.value).toBe("");
  });

  it("counts down while the server does not listen, and asks nothing meanwhile", async () => {
    const asked = playServer({ "POST /login": refusal(429, "TOO_MANY_TRIES", "尝试次数过多", { temporary: true, retry_after_ms: 12_000 }) });
    const { wrapper } = await stage(AccountLoginPage, "/login");
    await signIn(wrapper);
    expect(wrapper.get('[role="timer"]').text()).toBe("还需等待 12 秒");
    expect(wrapper.get('button[type="submit"]').attributes("disabled")).toBeDefined();
    await wrapper.get("form").trigger("submit");
    expect(asked).toHaveLength(1);
    wrapper.unmount();
  });

  it("begins again with the password when the log-in took too long", async () => {
    playServer({ "POST /login": { body: { step: "totp" } }, "POST /login/totp": refusal(401, "START_OVER", "登录已超时") });
    const { wrapper } = await stage(AccountLoginPage, "/login");
    await signIn(wrapper);
    await wrapper.get('input[name="otp"]').setValue("407193");
    await flushPromises();
    expect(wrapper.get("h1").text()).toBe("登录");
    expect(wrapper.text()).toContain("停留时间较长");
  });

  it("forgets a refused password and offers the officers' code after a reset", async () => {
    playServer({ "POST /login": refusal(403, "RESET_CODE_NEEDED", "请用登记码继续") });
    const { wrapper } = await stage(AccountLoginPage, "/login");
    await signIn(wrapper);
    expect(wrapper.get<HTMLInputElement>('input[name="password"]').element.value).toBe("");
    expect(wrapper.get('a[href="/activate"]').text()).toBe("输入负责人交给您的码");
  });

  it("keeps what was typed when the network fails", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("failed")));
    const { wrapper } = await stage(AccountLoginPage, "/login");
    await signIn(wrapper);
    expect(wrapper.get('[role="alert"]').text()).toContain("网络不通");
    expect(wrapper.get<HTMLInputElement>('input[name="password"]').element.value).toBe("床前明月光");
  });
});
