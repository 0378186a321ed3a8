import type { OfficePage } from "./feature";
import { FEATURES } from "./index";

/** The pages below 管理, of all features, that are for somebody with these capabilities. */
export function officeFor(can: (capability: string) => boolean): readonly OfficePage[] {
  return FEATURES.flatMap((feature) => feature.office ?? [])
    .filter((page) => page.capabilities.some(can))
    .sort((a, b) => a.order - b.order);
}
