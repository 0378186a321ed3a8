import type { SocketLike } from "./socket";

/** Where a virtual socket's frames go. */
export interface VirtualEnd {
  send(port: string, text: string): void;
  /** The page closed it; `doubted`: because it hears nothing. */
  left(port: string, doubted: boolean): void;
}

/** To its page a socket like any other; its frames travel over a line that other pages use, too. */
export class VirtualSocket implements SocketLike {
  readyState = 0;
  onopen: SocketLike["onopen"] = null;
  onmessage: SocketLike["onmessage"] = null;
  onclose: SocketLike["onclose"] = null;

  constructor(
    readonly port: string,
    private readonly end: VirtualEnd,
  ) {}

  send(text: string): void {
    if (this.readyState === 1) this.end.send(this.port, text);
  }

  /** Without a code: the page believes that the line is dead (ReconnectingSocket.abandon). */
  close(code?: number): void {
    if (this.readyState > 1) return;
    this.readyState = 3;
    this.end.left(this.port, code === undefined);
  }

  opened(): void {
    if (this.readyState !== 0) return;
    this.readyState = 1;
    this.onopen?.();
  }

  frame(text: string): void {
    if (this.readyState === 1) this.onmessage?.({ data: text });
  }

  ended(code: number, reason: string): void {
    if (this.readyState > 1) return;
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }
}
