import { setTimeout as sleep } from 'node:timers/promises';
import type { Proxy } from '../../../tools/servers/toxiproxy.ts';

/** One way in which a link goes wrong, until `removeToxics` and `mend`. */
export interface Suffering {
  readonly name: string;
  hurt(link: Proxy): Promise<void>;
}

export const SLOW: Suffering = {
  name: 'slow',
  hurt: (link) =>
    link.addToxic({
      ...{ type: 'latency', stream: 'downstream' },
      attributes: { latency: 300, jitter: 100 },
    }),
};

/** So late that something can be done between an effect and its answer. */
export const LATE: Suffering = {
  name: 'late',
  hurt: (link) =>
    link.addToxic({ type: 'latency', stream: 'downstream', attributes: { latency: 1_000 } }),
};

export const CUT: Suffering = { name: 'cut', hurt: (link) => link.cut() };

const SILENT: Suffering = {
  name: 'silent, then closed',
  hurt: (link) =>
    link.addToxic({ type: 'timeout', stream: 'downstream', attributes: { timeout: 700 } }),
};

export const RESET: Suffering = {
  name: 'reset in the middle',
  hurt: (link) =>
    link.addToxic({ type: 'reset_peer', stream: 'downstream', attributes: { timeout: 30 } }),
};

/** The request arrives and is answered; of the answers only so much. */
const HALVED: Suffering = {
  name: 'closed in the middle of an answer',
  hurt: (link) =>
    link.addToxic({ type: 'limit_data', stream: 'downstream', attributes: { bytes: 600 } }),
};

export const SUFFERINGS: readonly Suffering[] = [SLOW, CUT, SILENT, RESET, HALVED];

export async function heal(link: Proxy): Promise<void> {
  await link.mend();
  await link.removeToxics();
}

/**
 * Hurts links for a time, which `during` may outlast: a fault has a duration, and there is no
 * condition to wait for.
 */
export async function suffer<T>(
  links: readonly Proxy[],
  { hurt }: Suffering,
  ms: number,
  during: () => Promise<T>,
): Promise<T> {
  await Promise.all(links.map(hurt));
  const outcome = during();
  outcome.catch(() => undefined); // told below
  await sleep(ms);
  await Promise.all(links.map(heal));
  return outcome;
}
