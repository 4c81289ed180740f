import { DEV_READER_TOKEN } from '../../wiring/config/sections/access.ts';
import type { LinkedStack } from '../support/faults/linked-stack.ts';

const LOOK_EVERY_MS = 500;

/** Every signed checkpoint that the registry ever served meanwhile, as its notes. */
export class CheckpointsSeen {
  readonly notes = new Set<string>();
  readonly #url: string;
  readonly #looking: NodeJS.Timeout;

  constructor({ api }: LinkedStack) {
    this.#url = `${api.url}/v1/log/checkpoint`;
    this.#looking = setInterval(() => void this.look(), LOOK_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#looking);
  }

  async look(): Promise<void> {
    const headers = { authorization: `Bearer ${DEV_READER_TOKEN}` };
    const note = await fetch(this.#url, { headers }).then(
      (answer) => (answer.ok ? answer.text() : undefined),
      () => undefined, // Postgres may be away
    );
    if (note !== undefined) this.notes.add(note);
  }
}
