import { flushPromises } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { playServer, refusal, stage } from "./account.testkit";
import AccountActivatePage from "./AccountActivatePage.vue";

const CODE = "8H2K-9ABC-XYZ7-0QRS-TVWX-1234-56AB";
const PLAIN = CODE.replaceAll("-", "");
const FIRST = { org: "青禾社区", name: "曹玉兰", purpose: "activate", login: "" };

beforeEach(() => {
  history.replaceState(null, "", `/activate#${CODE}`);
});

afterEach(() => {
  vi.unstubAllGlobals();
  document.body.innerHTML = "";
});

describe("activation", () => {
  it("takes the code out of the address at once and checks it", async () => {
    const asked = playServer({ "POST /activation/check": { body: FIRST } });
    const { wrapper, router } = await stage(AccountActivatePage, `/activate#${CODE}`);
    expect(location.hash).toBe("");
    await flushPromises();
    expect(router.currentRoute.value.hash).toBe("");
    expect(asked).toEqual([{ method: "POST", path: "/activation/check", body: { code: PLAIN } }]);
    expect(wrapper.get("h1").text()).toBe("曹玉兰,您好");
  });

  it("makes the account, and puts the server's reason at the field it means", async () => {
    let tries = 0;
    const asked = playServer({
      "POST /activation/check": { body: FIRST },
      "POST /activation": () => (tries++ === 0 ? refusal(422, "PASSWORD_COMMON", "这个密码太常见") : { body: { step: "enrol" } }),
      "GET /session": { body: { step: "enrol", account: null, member: null, org: null } },
    });
    const { wrapper, router } = await stage(AccountActivatePage, `/activate#${CODE}`);
    await flushPromises();
    await wrapper.get('input[name="username"]').setValue(" 曹玉兰 ");
    const password = wrapper.get('input[name="new-password"]');
    await password.setValue("password");
    await wrapper.get("form").trigger("submit");
    await flushPromises();
    const fault = document.getElementById(password.attributes("aria-describedby")?.split(" ")[0] ?? "");
    expect(fault?.textContent).toBe("这个密码太常见");
    expect(password.attributes("aria-invalid")).toBe("true");
    await wrapper.get("form").trigger("submit");
    await flushPromises();
    expect(asked.at(-2)).toEqual({ method: "POST", path: "/activation", body: { code: PLAIN, login: "曹玉兰", password: "password" } });
    expect(router.currentRoute.value.name).toBe("account.login");
    expect(router.currentRoute.value.query).toEqual({ next: "/welcome" }); // shown around at the first visit
  });

  it("keeps the log-in name of an account that exists and asks for the present password after a reset", async () => {
    playServer({ "POST /activation/check": { body: { ...FIRST, purpose: "factor_reset", login: "caoyulan" } } });
    const { wrapper } = await stage(AccountActivatePage, `/activate#${CODE}`);
    await flushPromises();
    const login = wrapper.get<HTMLInputElement>('input[name="username"]');
    expect([login.element.value, login.element.readOnly]).toEqual(["caoyulan", true]);
    expect(wrapper.get('input[name="password"]').attributes("autocomplete")).toBe("current-password");
  });

  it("lets people type another code when this was not theirs", async () => {
    const asked = playServer({ "POST /activation/check": { body: FIRST } });
    const { wrapper } = await stage(AccountActivatePage, `/activate#${CODE}`);
    await flushPromises();
    await wrapper.findAll("button").find((button) => button.text().startsWith("这不是我"))?.trigger("click");
    await flushPromises();
    expect(wrapper.get<HTMLTextAreaElement>("textarea").element.value).toBe("");
    expect(asked).toHaveLength(1);
  });
});
