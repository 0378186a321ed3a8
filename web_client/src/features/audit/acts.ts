import { type Ref, ref, type ShallowRef, shallowRef } from "vue";

import { type Attempt, useAttempt } from "@/features/account/contract";

import { type Act, actsOf, type Wanted } from "./api";

/** Rows of the record that grow by pages. */
export interface Acts {
  /** Null while the first page is on its way. */
  readonly rows: ShallowRef<readonly Act[] | null>;
  readonly more: Ref<boolean>;
  readonly attempt: Attempt;
  /** From the newest on; when the wish changes while the server is asked, what it says to the old one is thrown away. */
  readonly load: () => Promise<void>;
  readonly older: () => Promise<void>;
}

export function useActs(wanted: () => Wanted | null): Acts {
  const rows = shallowRef<readonly Act[] | null>(null);
  const more = ref(false);
  const attempt = useAttempt();
  const wish = (): string => JSON.stringify(wanted());

  async function load(): Promise<void> {
    rows.value = null;
    let asked: string;
    do {
      asked = wish();
      const now = wanted();
      if (now === null) return;
      const ran = await attempt.run(async () => {
        const page = await actsOf(now, null);
        if (asked !== wish()) return;
        rows.value = page.rows;
        more.value = page.more;
      });
      if (!ran) return;
    } while (asked !== wish());
  }

  async function older(): Promise<void> {
    const [shown, asked, now] = [rows.value, wish(), wanted()];
    const last = shown?.at(-1);
    if (!shown || last === undefined || now === null) return;
    await attempt.run(async () => {
      const page = await actsOf(now, last.id);
      if (asked !== wish()) return;
      rows.value = [...shown, ...page.rows];
      more.value = page.more;
    });
    if (asked !== wish()) await load();
  }

  return { rows, more, attempt, load, older };
}
