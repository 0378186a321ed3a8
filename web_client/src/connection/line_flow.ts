/** Commands under way at once, below the server's 32 a connection (channels/core/session.py). */
const UNDER_WAY_AT_MOST = 24;

/** Frames at once and per second after that; the server takes 300 and 30, and heartbeats do not pass here. */
const BURST = 200;
const PER_SECOND = 20;

/**
 * Lets the commands of several pages onto one line: by turns, so that a page with much to say does not keep the others
 * waiting, and below the server's limits for one connection, which were made for one page.
 */
export class Flow<P, C> {
  private readonly queues = new Map<P, C[]>();
  private underWay = 0;
  private tokens = BURST;
  private filledAtMs: number;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly nowMs: () => number,
    private readonly send: (command: C) => void,
  ) {
    this.filledAtMs = nowMs();
  }

  put(page: P, command: C): void {
    const queue = this.queues.get(page);
    if (queue === undefined) this.queues.set(page, [command]);
    else queue.push(command);
    this.go();
  }

  /** A command was answered. */
  answered(): void {
    this.underWay = Math.max(0, this.underWay - 1);
    this.go();
  }

  /** The server finds us too fast: no more bursts for now. */
  slowDown(): void {
    this.fill();
    this.tokens = 0;
  }

  /** A page is gone: the commands it still had here. */
  drop(page: P): C[] {
    const queue = this.queues.get(page) ?? [];
    this.queues.delete(page);
    return queue;
  }

  /** A fresh line: nothing waits, nothing is under way. */
  clear(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.queues.clear();
    this.underWay = 0;
    this.tokens = BURST;
    this.filledAtMs = this.nowMs();
  }

  private go(): void {
    this.fill();
    while (this.underWay < UNDER_WAY_AT_MOST && this.queues.size > 0) {
      if (this.tokens < 1) {
        this.waitForToken();
        return;
      }
      const command = this.next();
      if (command === undefined) return;
      this.tokens -= 1;
      this.underWay += 1;
      this.send(command);
    }
  }

  /** The page that waited longest gives one command and goes to the end. */
  private next(): C | undefined {
    for (const [page, queue] of this.queues) {
      const command = queue.shift();
      this.queues.delete(page);
      if (queue.length > 0) this.queues.set(page, queue);
      if (command !== undefined) return command;
    }
    return undefined;
  }

  private fill(): void {
    const nowMs = this.nowMs();
    this.tokens = Math.min(BURST, this.tokens + (Math.max(0, nowMs - this.filledAtMs) * PER_SECOND) / 1_000);
    this.filledAtMs = nowMs;
  }

  private waitForToken(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.go();
    }, 1_000 / PER_SECOND);
  }
}
