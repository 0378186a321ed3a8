import type { WireEvent } from "../protocol/wire";
import type { Problem } from "./problem";
import { ownProblem } from "./problem";

type Command = { type: string; [field: string]: unknown };

export const TOPIC = "chat:1";
export const log = (seq: number, topic = TOPIC): WireEvent => ({ type: "chat.sent", topic, seq, at_ms: seq });

/** The server's side of one topic: a log, and a line that can be cut. */
export class FakeLog {
  online = true;
  epoch = "a1";
  head = 0;
  readonly asked: Command[] = [];
  refuse: Problem | null = null;
  page = 200;

  call<R>(command: Command): Promise<R> {
    this.asked.push(command);
    if (!this.online) return Promise.reject(ownProblem("CLOSED"));
    if (this.refuse !== null) return Promise.reject(this.refuse);
    return Promise.resolve(this.answer(command) as R);
  }

  private answer(command: Command): unknown {
    if (command.type === "subscribe") return this.fresh();
    if (command.type === "resume") {
      const [[topic, position] = ["", { epoch: "", seq: 0 }]] = Object.entries(command["topics"] as Record<string, { epoch: string; seq: number }>);
      return topic === TOPIC ? { topics: { [TOPIC]: this.since(position) }, lost: [] } : { topics: {}, lost: [topic] };
    }
    if (command.type === "replay") {
      const [after, before] = [command["after"] as number, command["before"] as number];
      const found = this.entries(after, Math.min(before, after + 1 + this.page));
      return { topic: TOPIC, events: found, more: after + found.length + 1 < before };
    }
    return {};
  }

  entries(after: number, before: number): WireEvent[] {
    return Array.from({ length: Math.max(0, Math.min(before, this.head + 1) - after - 1) }, (_, index) => log(after + 1 + index));
  }

  fresh(): object {
    return { topic: TOPIC, epoch: this.epoch, head: this.head, recovered: false, gap: null, events: [], snapshot: { at: this.head } };
  }

  private since(position: { epoch: string; seq: number }): object {
    if (position.epoch !== this.epoch) return this.fresh();
    const from = Math.max(position.seq, this.head - this.page);
    const gap = from > position.seq ? { after: position.seq, before: from + 1 } : null;
    return { topic: TOPIC, epoch: this.epoch, head: this.head, recovered: true, gap, events: this.entries(from, this.head + 1), snapshot: null };
  }
}
