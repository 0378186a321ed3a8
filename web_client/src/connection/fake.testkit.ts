import type { SocketLike } from "./socket";

type Frame = Record<string, unknown>;

/** A socket whose other end is the test. */
export class FakeSocket implements SocketLike {
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  readonly sent: Frame[] = [];
  closedByClient = false;
  /** Answers a frame of the client at once; null leaves it to the test. */
  answer: (frame: Frame) => Frame | null = () => null;

  send(text: string): void {
    const frame = JSON.parse(text) as Frame;
    this.sent.push(frame);
    const answer = this.answer(frame);
    if (answer !== null) this.deliver(answer);
  }

  close(): void {
    this.readyState = 3;
    this.closedByClient = true;
  }

  /** The handshake succeeds. */
  accept(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  deliver(frame: Frame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  /** The line ends from the other side. */
  end(code = 1006, reason = ""): void {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }

  last(type: string): Frame {
    const found = this.sent.findLast((frame) => frame["type"] === type);
    if (found === undefined) throw new Error(`no ${type} was sent`);
    return found;
  }

  count(type: string): number {
    return this.sent.filter((frame) => frame["type"] === type).length;
  }
}

export const WELCOME = {
  type: "welcome",
  protocol: 1,
  member: "00000000-0000-7000-8000-000000000001",
  account: "00000000-0000-7000-8000-000000000002",
  session: "00000000-0000-7000-8000-000000000003",
  server_time_ms: 1_800_000_000_000,
  heartbeat_ms: 25_000,
};

/** A server that answers hello and heartbeat, and `handle` for the rest. */
export function answering(handle: (frame: Frame) => Frame | null = () => null, heads: () => Record<string, number> = () => ({})) {
  return (frame: Frame): Frame | null => {
    if (frame["type"] === "hello") return { ...WELCOME, ref: frame["ref"] };
    if (frame["type"] === "heartbeat") return { type: "reply", ref: frame["ref"], result: { server_time_ms: WELCOME.server_time_ms, heads: heads() } };
    const result = handle(frame);
    return result === null ? null : { type: "reply", ref: frame["ref"], result };
  };
}

/** Let promises settle under fake timers. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await Promise.resolve();
}
