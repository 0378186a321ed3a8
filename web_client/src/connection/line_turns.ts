/** Work on topics that must not overlap with other work on the same topics. */
export interface Turn {
  readonly topics: readonly string[];
}

/**
 * One after the other per topic, in the order of asking; different topics do not wait for each other. Two pages that enter
 * a topic at the same time over one line would put each other out of the seat the server has for that line.
 */
export class Turns<T extends Turn> {
  private readonly running = new Set<T>();
  private waiting: T[] = [];

  constructor(private readonly start: (turn: T) => void) {}

  add(turn: T): void {
    this.waiting.push(turn);
    this.go();
  }

  done(turn: T): void {
    if (this.running.delete(turn)) this.go();
  }

  /** Give up what has not started yet. */
  drop(unwanted: (turn: T) => boolean): void {
    this.waiting = this.waiting.filter((turn) => !unwanted(turn));
    this.go();
  }

  clear(): void {
    this.running.clear();
    this.waiting = [];
  }

  private go(): void {
    for (let turn = this.next(); turn !== undefined; turn = this.next()) {
      this.waiting.splice(this.waiting.indexOf(turn), 1);
      this.running.add(turn);
      this.start(turn);
    }
  }

  private next(): T | undefined {
    const taken = new Set([...this.running].flatMap((turn) => turn.topics));
    return this.waiting.find((turn) => {
      const free = turn.topics.every((topic) => !taken.has(topic));
      for (const topic of turn.topics) taken.add(topic);
      return free;
    });
  }
}
