// @vitest-environment node
import { expect, test } from "vitest";

import { TopicCursor } from "./cursor";

const at = (seq: number) => ({ type: "x.y", topic: "x:1", seq, at_ms: 0 });
const seqs = (events: { seq: number }[]) => events.map((event) => event.seq);

test("gives each event once and in order, whatever order they come in", () => {
  const cursor = new TopicCursor();
  cursor.startAt("e", 3);
  for (const seq of [5, 4, 4, 2, 6, 5]) cursor.keep(at(seq));
  expect(seqs(cursor.take())).toEqual([4, 5, 6]);
  cursor.keep(at(6));
  expect(cursor.take()).toEqual([]);
  expect(cursor.position()).toEqual({ epoch: "e", seq: 6 });
});

test("never passes a hole, and names it", () => {
  const cursor = new TopicCursor();
  cursor.startAt("e", 1);
  cursor.keep(at(3));
  expect(cursor.take()).toEqual([]);
  expect(cursor.position()?.seq).toBe(1);
  expect(cursor.hole()).toEqual({ after: 1, before: 3 });
  cursor.keep(at(2));
  expect(seqs(cursor.take())).toEqual([2, 3]);
  expect(cursor.hole()).toBeNull();
});

test("a head beyond us is a hole to its end", () => {
  const cursor = new TopicCursor();
  cursor.startAt("e", 7);
  cursor.sawHead(9);
  expect(cursor.hole()).toEqual({ after: 7, before: 10 });
});

test("what came before the first position waits for it", () => {
  const cursor = new TopicCursor();
  cursor.keep(at(8));
  cursor.keep(at(9));
  expect(cursor.take()).toEqual([]);
  expect(cursor.position()).toBeNull();
  cursor.startAt("e", 8);
  expect(seqs(cursor.take())).toEqual([9]);
});

test("any shuffle with any repetition ends with exactly 1..n", () => {
  let chance = 7;
  const random = () => (chance = (chance * 48_271) % 2_147_483_647) / 2_147_483_647;
  for (let round = 0; round < 50; round += 1) {
    const cursor = new TopicCursor();
    cursor.startAt("e", 0);
    const given: number[] = [];
    const deck = Array.from({ length: 40 }, (_, index) => index + 1).flatMap((seq) => (random() < 0.3 ? [seq, seq] : [seq]));
    while (deck.length > 0) {
      const [card = 0] = deck.splice(Math.floor(random() * deck.length), 1);
      cursor.keep(at(card));
      given.push(...seqs(cursor.take()));
    }
    expect(given).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  }
});
