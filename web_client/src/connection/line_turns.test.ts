// @vitest-environment node
import { beforeEach, expect, test } from "vitest";

import { Turns, type Turn } from "./line_turns";

interface Named extends Turn {
  name: string;
}

let started: string[];
let turns: Turns<Named>;
const turn = (name: string, ...topics: string[]): Named => ({ name, topics });

beforeEach(() => {
  started = [];
  turns = new Turns<Named>((one) => started.push(one.name));
});

test("one after the other per topic, side by side otherwise", () => {
  const first = turn("first", "a");
  turns.add(first);
  turns.add(turn("second", "a"));
  turns.add(turn("third", "b"));
  expect(started).toEqual(["first", "third"]);
  turns.done(first);
  expect(started).toEqual(["first", "third", "second"]);
});

test("who waits for several topics is not overtaken on any of them", () => {
  const [a, many] = [turn("a", "a"), turn("many", "a", "b")];
  turns.add(a);
  turns.add(many);
  turns.add(turn("b", "b"));
  expect(started).toEqual(["a"]);
  turns.done(a);
  expect(started).toEqual(["a", "many"]);
  turns.done(many);
  expect(started).toEqual(["a", "many", "b"]);
});

test("what is given up makes room", () => {
  const [a, many] = [turn("a", "a"), turn("many", "a", "b")];
  turns.add(a);
  turns.add(many);
  turns.add(turn("b", "b"));
  turns.drop((one) => one === many);
  expect(started).toEqual(["a", "b"]);
});
