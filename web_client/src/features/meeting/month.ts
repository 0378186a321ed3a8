const DAY_MS = 86_400_000;
const WEEK = 7;

const utc = (day: string): number => Date.parse(`${day}T00:00:00Z`);

/** A month some months away from another one, both written `2026-12`. Pure. */
export function monthsFrom(month: string, steps: number): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number - 1 + steps, 1)).toISOString().slice(0, 7);
}

/** The days of a month in weeks from Monday on; null where a week reaches into another month. Pure. */
export function weeksOf(month: string): (string | null)[][] {
  const first = utc(`${month}-01`);
  const days = Math.round((utc(`${monthsFrom(month, 1)}-01`) - first) / DAY_MS);
  const before = (new Date(first).getUTCDay() + WEEK - 1) % WEEK;
  const cells: (string | null)[] = [
    ...Array.from({ length: before }, () => null),
    ...Array.from({ length: days }, (_, place) => new Date(first + place * DAY_MS).toISOString().slice(0, 10)),
  ];
  while (cells.length % WEEK !== 0) cells.push(null);
  return Array.from({ length: cells.length / WEEK }, (_, week) => cells.slice(week * WEEK, (week + 1) * WEEK));
}
