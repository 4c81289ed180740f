import { toBase64, utf8 } from '../../facts/core/bytes.ts';
import { FactWriter, LOG, memberDraft } from '../../test/sdk/support/fact-writer.ts';
import { tenantDraft } from '../../test/sdk/support/fact-writer.ts';
import { headOfLines, headsOf, heartbeatNote } from '../../test/sdk/support/log-writer.ts';
import { keySetNote, ROOT_KEY, TIME } from '../../test/sdk/support/log-writer.ts';
import { ACME, GLOBEX, memberId, SHARD } from '../../test/sdk/support/tenants.ts';
import type { LogVector, ReaderState, ReaderStep } from './log-vector.ts';

/* What stories of a reader are made of. */

export const encode = (note: string): string => toBase64(utf8(note));

/** Two tenants in one shard, then members of the first. */
export const written = (facts: number): FactWriter => {
  const writer = new FactWriter();
  for (const tenant of [ACME, GLOBEX].slice(0, facts)) writer.write(tenant, tenantDraft(tenant));
  for (let n = 2; n < facts; n += 1) writer.write(ACME, memberDraft(memberId(n), 's', []));
  return writer;
};

const TRUE = written(6).linesOf(ACME);
export const lines = (from: number, to = from): string[] => TRUE.slice(from - 1, to);

const timeOf = (second: number): string =>
  `2026-11-21T01:34:${String(second).padStart(2, '0')}.000Z`;

type Beat = {
  version?: number;
  epoch?: number;
  checkpoint?: string | null;
  key?: typeof TIME;
};

/** By its second; states the head of these lines. */
export const beat = (
  second: number,
  covered: readonly string[],
  { version = 1, epoch = 1, checkpoint = null, key = TIME }: Beat = {},
): ReaderStep => {
  const heads = headsOf({ [SHARD]: headOfLines(covered) });
  const overrides = { at: timeOf(second), keySetVersion: version, epoch, checkpoint, heads };
  return { heartbeat: encode(heartbeatNote(overrides, key)) };
};

/** Position, covered, and what else is not as in a quiet reader. */
export const at = (
  position: number,
  covered: number,
  other: Partial<ReaderState> = {},
): ReaderState => ({
  position,
  covered,
  refused: [],
  fetch: false,
  doubt: false,
  void: [],
  ...other,
});

export type Story = (readonly [ReaderStep, ReaderState])[];

export const told = (rule: string, story: Story): LogVector => ({
  rule,
  check: 'reader',
  input: { log: LOG, root: ROOT_KEY, shard: SHARD, steps: story.map(([step]) => step) },
  expect: { value: story.map(([, state]) => state) },
});

export const START: Story = [[{ keySet: encode(keySetNote()) }, at(0, 0)]];
/** Two lines, covered. */
export const TWO: Story = [
  ...START,
  [{ live: lines(1, 2) }, at(2, 0)],
  [beat(0, lines(1, 2)), at(2, 2)],
];
