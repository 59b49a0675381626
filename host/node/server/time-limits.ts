// How long one connection may take: for its key exchange, for the login, and between two signs of life afterwards.

import type { OwnCause } from "../switchboard/ending.js";

export interface TimerNumbers {
  keyExchangeMs: number;
  loginGraceMs: number;
  /** Silence after which the client is asked whether it is there; 0: it is not. */
  clientAliveMs: number;
  /** Questions without an answer after which it has gone. */
  clientAliveCount: number;
  /** Time without data and requests in a session; 0: as long as it likes. */
  idleMs: number;
}

/** The connection that is timed. */
export interface TimedConnection {
  readonly bytesReceived: number;
  hasKeys(): boolean;
  askForLife(): void;
  end(cause: OwnCause): void;
}

/** See the file's header. From the construction on. */
export class TimeLimits {
  readonly #numbers: TimerNumbers;
  readonly #connection: TimedConnection;
  readonly #beforeLogin: NodeJS.Timeout[];
  #alive: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(numbers: TimerNumbers, connection: TimedConnection) {
    this.#numbers = numbers;
    this.#connection = connection;
    this.#beforeLogin = [
      setTimeout(() => {
        if (!connection.hasKeys()) connection.end("key-exchange-timeout");
      }, numbers.keyExchangeMs),
      setTimeout(() => connection.end("login-timeout"), numbers.loginGraceMs),
    ];
  }

  loggedIn(): void {
    for (const timer of this.#beforeLogin) clearTimeout(timer);
    const { clientAliveMs, idleMs } = this.#numbers;
    if (clientAliveMs > 0) this.#watchLife();
    if (idleMs > 0) this.#idle = setTimeout(() => this.#connection.end("idle"), idleMs).unref();
  }

  /** The session has been used. */
  used(): void {
    this.#idle?.refresh();
  }

  clear(): void {
    for (const timer of [...this.#beforeLogin, this.#idle]) clearTimeout(timer);
    clearInterval(this.#alive);
  }

  #watchLife(): void {
    let seen = this.#connection.bytesReceived;
    let unanswered = 0;
    this.#alive = setInterval(() => {
      const { bytesReceived } = this.#connection;
      if (bytesReceived !== seen) unanswered = 0;
      seen = bytesReceived;
      if (unanswered >= this.#numbers.clientAliveCount) return this.#connection.end("client-gone");
      unanswered++;
      this.#connection.askForLife();
    }, this.#numbers.clientAliveMs).unref();
  }
}
