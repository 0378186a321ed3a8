import { mount } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { defineComponent, h } from "vue";

import { useLongPress } from "./press";

function touch(type: string, x = 0): Event {
  return Object.assign(new MouseEvent(type, { bubbles: true, cancelable: true, clientX: x }), { pointerType: "touch" });
}

describe("useLongPress", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  function pressable() {
    const pressed = vi.fn();
    const wrapper = mount(
      defineComponent(() => {
        const press = useLongPress(pressed);
        return () => h("p", press.listeners);
      }),
    );
    return { pressed, element: wrapper.element };
  }

  it("keeps the click that follows a long press from closing what it opened", () => {
    const { pressed, element } = pressable();
    element.dispatchEvent(touch("pointerdown"));
    vi.advanceTimersByTime(500);
    expect(pressed).toHaveBeenCalledOnce();
    element.dispatchEvent(touch("pointerup"));
    const end = touch("touchend");
    element.dispatchEvent(end);
    expect(end.defaultPrevented).toBe(true);
  });

  it("leaves a tap and a scroll alone", () => {
    const { pressed, element } = pressable();
    element.dispatchEvent(touch("pointerdown"));
    element.dispatchEvent(touch("pointerup"));
    const tap = touch("touchend");
    element.dispatchEvent(tap);
    element.dispatchEvent(touch("pointerdown"));
    element.dispatchEvent(touch("pointermove", 40));
    vi.advanceTimersByTime(500);
    expect([pressed.mock.calls.length, tap.defaultPrevented]).toEqual([0, false]);
  });
});
