import { setTimeout as sleep } from 'node:timers/promises';

/** What the demo reads of the API's answers; `openapi.yaml` has all of it. */
export interface SagaAnswer {
  readonly id: string;
  readonly tenant: string;
  readonly state: string;
  readonly steps: readonly { name: string; state: string; ms: number | null }[];
  readonly inviteLink?: string;
}

export interface MemberAnswer {
  readonly id: string;
  readonly identity: { issuer: string; sub: string } | null;
  readonly roles: readonly string[];
}

const POLL_MS = 10;

/** A client of the registry's API with the operator's token. */
export class RegistryClient {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  async call<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await fetch(this.#url + path, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as T & { detail?: string };
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${answer.detail}`);
    return answer;
  }

  /** Follows a saga to its end; `onStep` hears of each step once, when it is done. */
  async follow(
    id: string,
    onStep: (step: { name: string; ms: number | null }) => void = () => {},
  ): Promise<SagaAnswer> {
    let told = 0;
    for (;;) {
      const saga = await this.call<SagaAnswer>('GET', `/v1/sagas/${id}`);
      const done = saga.steps.filter((step) => step.state === 'done');
      for (const step of done.slice(told)) onStep(step);
      told = done.length;
      if (saga.state === 'done') return saga;
      if (saga.state === 'unwound') throw new Error(`saga ${id} was unwound`);
      await sleep(POLL_MS);
    }
  }
}
