import { onScopeDispose } from "vue";

const LONG_PRESS_MS = 450;

/** A finger that moves further than this is scrolling. */
const STILL_PX = 10;

/** Long press on touch screens (iOS sends no contextmenu event). Mouse and pen keep their own habits. */
export function useLongPress(pressed: () => void) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let from = { x: 0, y: 0 };
  let held = false;
  const stop = (): void => {
    clearTimeout(timer);
  };
  onScopeDispose(stop);

  return {
    listeners: {
      onPointerdown: (event: PointerEvent) => {
        if (event.pointerType !== "touch") return;
        from = { x: event.clientX, y: event.clientY };
        stop();
        held = false;
        timer = setTimeout(() => {
          held = true;
          pressed();
        }, LONG_PRESS_MS);
      },
      onPointermove: (event: PointerEvent) => {
        if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > STILL_PX) stop();
      },
      onPointerup: stop,
      /** No click follows a long press: it would fall outside what the press has opened and close it. */
      onTouchend: (event: TouchEvent) => {
        if (held && event.cancelable) event.preventDefault();
        held = false;
      },
      onPointercancel: stop,
      onContextmenu: (event: Event) => {
        if (event instanceof PointerEvent && event.pointerType === "touch") event.preventDefault();
      },
    },
  };
}
