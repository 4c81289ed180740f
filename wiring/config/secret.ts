import { inspect } from 'node:util';

const REDACTED = '[redacted]';

/**
 * A value that must never be seen in logs, errors or a printed configuration. Whatever prints,
 * serializes or inspects it gets `shown`; only `reveal()` gives the value.
 */
export class Secret {
  readonly #value: string;
  readonly #shown: string;

  /** `shown` may keep the harmless part, such as the host of a database URL. */
  constructor(value: string, shown = REDACTED) {
    this.#value = value;
    this.#shown = shown;
  }

  /** The value, for the adapter that needs it and for nothing else. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return this.#shown;
  }

  toJSON(): string {
    return this.#shown;
  }

  [inspect.custom](): string {
    return this.#shown;
  }
}

/** A URL that may carry credentials: user name, password and query are not shown. */
export function secretUrl(text: string): Secret {
  const url = new URL(text);
  const credentials = url.username === '' && url.password === '' ? '' : '***@';
  return new Secret(text, `${url.protocol}//${credentials}${url.host}${url.pathname}`);
}
