/* What the stories of readers are made of: lines, keys and heartbeats of one shard. */
import { toBase64, utf8 } from '../../facts/core/bytes.ts';
import type { Head } from '../../facts/log/heads.ts';
import { FactWriter, LOG, memberDraft, signer } from '../../test/sdk/support/fact-writer.ts';
import { tenantDraft } from '../../test/sdk/support/fact-writer.ts';
import { headOfLines, headsOf, heartbeatNote } from '../../test/sdk/support/log-writer.ts';
import { keySetNote, NEXT_FACT_KEY } from '../../test/sdk/support/log-writer.ts';
import { rangeOf, ROOT_KEY, TIME } from '../../test/sdk/support/log-writer.ts';
import { ACME, GLOBEX, memberId, SHARD } from '../../test/sdk/support/tenants.ts';
import type { LogVector, ReaderState, ReaderStep } from './log-vector.ts';

export const encode = (note: string): string => toBase64(utf8(note));
const EMPTY_TREE = new Uint8Array(32);

/** Two tenants in one shard, then members of the first. */
export const written = (facts: number): FactWriter => {
  const writer = new FactWriter();
  for (const tenant of [ACME, GLOBEX].slice(0, facts)) writer.write(tenant, tenantDraft(tenant));
  for (let n = 2; n < facts; n += 1) writer.write(ACME, memberDraft(memberId(n), 's', []));
  return writer;
};

const TRUE = written(6).linesOf(ACME);
export const lines = (from: number, to = from): string[] => TRUE.slice(from - 1, to);

/** Well signed at the position behind `facts`, and not what the registry wrote there. */
export const forged = (facts: number, key = signer): string => {
  const writer = written(facts);
  writer.key = key;
  return writer.write(ACME, memberDraft(memberId(99), 'thief', ['owner']));
};

export const FIRST_SET: ReaderStep = { keySet: encode(keySetNote()) };
/** The fact key was changed at index 3. */
const ROTATED_KEYS = [rangeOf(signer, { to: 3 }), rangeOf(NEXT_FACT_KEY, { from: 3 })];
export const SECOND_SET: ReaderStep = {
  keySet: encode(keySetNote({ version: 2, fact: ROTATED_KEYS })),
};
/** What the first key signed from index 1 on is void. */
export const VOID_SET: ReaderStep = {
  keySet: encode(
    keySetNote({
      version: 2,
      fact: [rangeOf(signer, { to: 3, void: 1 }), rangeOf(NEXT_FACT_KEY, { from: 3 })],
    }),
  ),
};

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
  head: Head | readonly string[],
  { version = 1, epoch = 1, checkpoint = null, key = TIME }: Beat = {},
): ReaderStep => {
  const heads = headsOf({ [SHARD]: 'count' in head ? head : headOfLines(head) });
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

type Story = (readonly [ReaderStep, ReaderState])[];

export const told = (rule: string, story: Story): LogVector => ({
  rule,
  check: 'reader',
  input: { log: LOG, root: ROOT_KEY, shard: SHARD, steps: story.map(([step]) => step) },
  expect: { value: story.map(([, state]) => state) },
});

export const START: Story = [[FIRST_SET, at(0, 0)]];
/** Two lines, covered. */
export const TWO: Story = [
  ...START,
  [{ live: lines(1, 2) }, at(2, 0)],
  [beat(0, lines(1, 2)), at(2, 2)],
];

/** A true fact of the second tenant under the position of one of the first. */
const swappedTenants = () => {
  const writer = written(2);
  writer.write(ACME, memberDraft(memberId(2), 's', []));
  writer.write(GLOBEX, memberDraft(memberId(3), 's', []));
  const all = writer.linesOf(ACME);
  return { all, renumbered: (all[3] ?? '').replace(/^4 /, '3 ') };
};
export const SWAPPED = swappedTenants();

const newEpoch = () => {
  const writer = written(2);
  for (let n = 2; n < 4; n += 1) {
    writer.write(ACME, memberDraft(memberId(n + 40), 's', []), { epoch: 2 });
  }
  return writer.linesOf(ACME);
};
export const RESTORED = newEpoch();
export const RESTORED_SET: ReaderStep = {
  keySet: encode(
    keySetNote({ version: 2, epochs: [{ epoch: 2, first: 2, size: 2, root: EMPTY_TREE }] }),
  ),
};

const rotated = () => {
  const writer = written(3);
  writer.key = NEXT_FACT_KEY;
  writer.write(ACME, memberDraft(memberId(3), 's', []));
  return writer.linesOf(ACME);
};
export const ROTATED = rotated();
