import { toBase64, utf8 } from '../../facts/core/bytes.ts';
import type { Head } from '../../facts/log/heartbeat.ts';
import { LOG } from '../../test/sdk/support/fact-writer.ts';
import { headOfLines, headsOf, heartbeatNote } from '../../test/sdk/support/log-writer.ts';
import { ROOT_KEY, TIME } from '../../test/sdk/support/log-writer.ts';
import { SHARD } from '../../test/sdk/support/tenants.ts';
import type { LogVector, ReaderState, ReaderStep } from './log-vector.ts';

/* The steps of a reader's story, and the state after each of them (facts-v1, "The reader"). */

export const encode = (note: string): string => toBase64(utf8(note));

const timeOf = (second: number): string =>
  `2026-11-21T01:34:${String(second).padStart(2, '0')}.000Z`;

/** By its second; states the head of these lines. */
export const beat = (
  second: number,
  head: Head | readonly string[],
  { version = 1, epoch = 1, key = TIME } = {},
): ReaderStep => ({
  heartbeat: encode(
    heartbeatNote(
      {
        at: timeOf(second),
        keySetVersion: version,
        epoch,
        heads: headsOf({ [SHARD]: 'count' in head ? head : headOfLines(head) }),
      },
      key,
    ),
  ),
});

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
