import { ref, type Ref } from "vue";

import { device } from "@/connection/device";

import { usedNow } from "./set";

const KEPT = "emoji";

/** Emoji used last on this device, by the member who is signed in; gone at sign-out like everything on the shelf. */
export function useRecent(): { recent: Ref<readonly string[]>; use: (sign: string) => void } {
  const recent = ref<readonly string[]>([]);
  void device.get(KEPT).then((kept) => {
    if (Array.isArray(kept)) recent.value = kept.filter((one): one is string => typeof one === "string");
  });
  function use(sign: string): void {
    recent.value = usedNow(recent.value, sign);
    void device.put(new Map([[KEPT, [...recent.value]]]));
  }
  return { recent, use };
}
