import { computed, type ComputedRef } from "vue";
import { useI18n } from "vue-i18n";
import { useRoute } from "vue-router";

import type { TabItem } from "@/components/BaseTabs.vue";
import { FEATURES } from "@/features";

/** Places of the tab bar and the rail, in order, with their badges; only those that exist and are for this member. */
export function useTabs(): ComputedRef<TabItem[]> {
  const { t } = useI18n();
  const route = useRoute();
  const entries = FEATURES.flatMap((feature) => {
    if (feature.tab === undefined) return [];
    return [{ name: feature.name, tab: feature.tab, shown: feature.tab.shown?.(), badge: feature.tab.badge?.() }];
  }).sort((a, b) => a.tab.order - b.tab.order);
  return computed(() =>
    entries
      .filter((entry) => entry.shown?.value ?? true)
      .map((entry) => {
        const count = entry.badge?.value ?? 0;
        return {
          key: entry.name,
          label: t(entry.tab.label),
          icon: entry.tab.icon,
          to: { name: entry.tab.route },
          current: (route.meta.tab ?? String(route.name ?? "").split(".")[0]) === entry.name,
          count,
          countLabel: t("app.waiting", { n: count }),
        };
      }),
  );
}
