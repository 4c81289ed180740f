import { toBase64, toHex, utf8 } from '../../facts/core/bytes.ts';
import type { FactErrorCode } from '../../facts/core/errors.ts';
import { shardName } from '../../facts/crypto/shard.ts';
import type { FactSigner } from '../../facts/crypto/sign.ts';
import { EMPTY_ROOT } from '../../facts/log/hashes.ts';
import { formatHeartbeat } from '../../facts/log/heartbeat.ts';
import type { Heartbeat } from '../../facts/log/heartbeat.ts';
import { timeName } from '../../facts/log/key-set.ts';
import { LOG } from '../../test/sdk/support/fact-writer.ts';
import { aHeartbeat, checkpointNote, headsOf } from '../../test/sdk/support/log-writer.ts';
import { keySetNote, LOG_KEY, NEXT_LOG_KEY } from '../../test/sdk/support/log-writer.ts';
import { NEXT_TIME, rangeOf, signAs, TIME } from '../../test/sdk/support/log-writer.ts';
import type { LogVector, RefusedCase } from './log-vector.ts';

const HASH = new Uint8Array(32).fill(5);
const ROOT_HASH = new Uint8Array(32).fill(6);
const encode = (note: string): string => toBase64(utf8(note));

type Given = { keySet?: string; last?: Heartbeat | undefined; signers?: FactSigner[] };

const inputOf = (text: string, { keySet = keySetNote(), last, signers = [TIME] }: Given) => ({
  log: LOG,
  keySet: encode(keySet),
  last: last === undefined ? null : encode(signAs(timeName(LOG), formatHeartbeat(last), [TIME])),
  note: encode(signAs(timeName(LOG), text, signers)),
});

type Stated = { checkpoint?: { size: number; root: string } };

const taken = (
  rule: string,
  heartbeat: Heartbeat,
  { checkpoint, ...given }: Given & Stated = {},
): LogVector => {
  const { epoch, fence, at, keySetVersion } = heartbeat;
  const heads = heartbeat.heads
    .map(({ count, hash }, shard) => [shardName(shard), { count, hash: toHex(hash) }] as const)
    .filter(([, { count }]) => count > 0);
  const stated = { epoch, fence, at, keySetVersion, checkpoint: checkpoint ?? null };
  return {
    rule,
    check: 'heartbeat',
    input: inputOf(formatHeartbeat(heartbeat), given),
    expect: { value: { ...stated, heads: Object.fromEntries(heads) } },
  };
};

/** One shard has three lines, and eight facts are in the newest checkpoint. */
const LAST = aHeartbeat({
  fence: 7,
  heads: headsOf({ 5: { count: 3, hash: HASH } }),
  checkpoint: checkpointNote(8, ROOT_HASH),
});
const LATER = '2026-11-21T01:34:36.000Z';
const next = (overrides: Partial<Heartbeat> = {}): Heartbeat => ({
  ...LAST,
  at: LATER,
  ...overrides,
});
const EIGHT = { size: 8, root: toHex(ROOT_HASH) };

/** Log keys changed at size 8, and what the first signed from 6 on is void. */
const ROTATED = keySetNote({
  logKeys: [rangeOf(LOG_KEY, { to: 8, void: 6 }), rangeOf(NEXT_LOG_KEY, { from: 8 })],
});
const FORKED = keySetNote({ epochs: [{ epoch: 2, first: 2, size: 2, root: HASH }] });

export const VALID_HEARTBEATS: Record<string, LogVector> = {
  'heartbeat-first': taken('an empty log, before any checkpoint', aHeartbeat()),
  'heartbeat-heads': taken('three lines in shard 05, and a checkpoint', LAST, {
    checkpoint: EIGHT,
  }),
  'heartbeat-quiet': taken('nothing changed but the time', next(), {
    last: LAST,
    checkpoint: EIGHT,
  }),
  'heartbeat-checkpoint-grows': taken(
    'a larger checkpoint has another root',
    next({ checkpoint: checkpointNote(9, HASH) }),
    { last: LAST, checkpoint: { size: 9, root: toHex(HASH) } },
  ),
  'heartbeat-fence-grows': taken('another leader', next({ fence: 8 }), {
    last: LAST,
    checkpoint: EIGHT,
  }),
  'heartbeat-largest': taken(
    'numbers go to 2^53 - 1',
    aHeartbeat({
      fence: Number.MAX_SAFE_INTEGER,
      heads: headsOf({ 255: { count: Number.MAX_SAFE_INTEGER, hash: HASH } }),
    }),
  ),
  'heartbeat-second-time-key': taken('any time key of the set', aHeartbeat(), {
    keySet: keySetNote({ time: [TIME.publicKey, NEXT_TIME.publicKey] }),
    signers: [NEXT_TIME],
  }),
  'heartbeat-log-key-revoked': taken(
    'a void checkpoint is followed by one of the same size and root, by the next key',
    next({ checkpoint: checkpointNote(8, ROOT_HASH, { key: NEXT_LOG_KEY }) }),
    {
      keySet: keySetNote({
        logKeys: [rangeOf(LOG_KEY, { to: 4, void: 4 }), rangeOf(NEXT_LOG_KEY, { from: 4 })],
      }),
      last: LAST,
      checkpoint: EIGHT,
    },
  ),
  'heartbeat-new-log-key': taken(
    'a checkpoint by the key that counts at its size',
    aHeartbeat({ checkpoint: checkpointNote(8, ROOT_HASH, { key: NEXT_LOG_KEY }) }),
    { keySet: ROTATED, checkpoint: EIGHT },
  ),
  'heartbeat-old-log-key': taken(
    'a checkpoint by a closed key, below its end and what is void',
    aHeartbeat({ checkpoint: checkpointNote(5, ROOT_HASH) }),
    { keySet: ROTATED, checkpoint: { ...EIGHT, size: 5 } },
  ),
  'heartbeat-later-key-set': taken(
    'a later key set, and an epoch that only it knows',
    next({ keySetVersion: 2, epoch: 2, checkpoint: null }),
    { last: LAST },
  ),
  'heartbeat-fence-before-time': taken(
    'a new leader whose clock is behind that of the last one',
    { ...LAST, fence: 8, at: '2026-11-21T01:34:33.999Z' },
    { last: LAST, checkpoint: EIGHT },
  ),
  'heartbeat-new-epoch': taken(
    'in a new epoch fence, counts and checkpoint begin anew',
    next({ epoch: 2, fence: 1, heads: headsOf(), checkpoint: null }),
    { keySet: FORKED, last: LAST },
  ),
  'heartbeat-epoch-checkpoint': taken(
    'checkpoints of a later epoch have their own origin',
    aHeartbeat({ epoch: 2, checkpoint: checkpointNote(8, ROOT_HASH, { epoch: 2 }) }),
    { keySet: FORKED, checkpoint: EIGHT },
  ),
};

const bad = (rule: string, heartbeat: Heartbeat, given: Given = {}) =>
  ({ rule, check: 'heartbeat', input: inputOf(formatHeartbeat(heartbeat), given) }) as const;

/** Well signed, and no heartbeat. */
const swapped = (rule: string, from: string | RegExp, to: string) => {
  const text = formatHeartbeat(LAST);
  const changed = text.replace(from, () => to);
  if (changed === text) throw new Error(`nothing to replace for: ${rule}`);
  return { rule, check: 'heartbeat', input: inputOf(changed, {}) } as const;
};

const CHECKPOINT_LINE = encode(LAST.checkpoint ?? '');
const SECOND_SET = keySetNote({ version: 2 });

type Code = FactErrorCode | `${FactErrorCode}--${string}`;

export const INVALID_HEARTBEATS = {
  'note-key-unknown--another-time-key': bad('not by a time key', aHeartbeat(), {
    signers: [NEXT_TIME],
  }),
  'note-key-unknown--log-key': bad('a log key keeps no time', aHeartbeat(), {
    signers: [LOG_KEY],
  }),
  'heartbeat-malformed': swapped('255 shards', /[^\n]*\n$/, ''),
  'heartbeat-malformed--257': swapped('257 shards', /$/, `0 ${toBase64(HASH)}\n`),
  'heartbeat-malformed--first-line': swapped('not "/heartbeat"', '/heartbeat\n', '/keys\n'),
  'heartbeat-malformed--epoch': swapped('epochs begin with 1', '\n1\n7\n', '\n0\n7\n'),
  'heartbeat-malformed--fence': swapped('07 for 7', '\n7\n', '\n07\n'),
  'heartbeat-malformed--time': swapped('a time without milliseconds', '34.000Z', '34Z'),
  'heartbeat-malformed--date': swapped('a date that does not exist', '-21T', '-31T'),
  'heartbeat-malformed--version': swapped('versions begin with 1', 'Z\n1\n', 'Z\n0\n'),
  'heartbeat-malformed--checkpoint': swapped('no base64', CHECKPOINT_LINE, '=='),
  'heartbeat-malformed--checkpoint-not-utf8': swapped('not UTF-8', CHECKPOINT_LINE, '/w=='),
  'heartbeat-malformed--count': swapped('2^53 lines', '\n3 ', '\n9007199254740992 '),
  'heartbeat-malformed--hash-cut': swapped(
    '31 bytes of hash',
    toBase64(HASH),
    toBase64(HASH.subarray(1)),
  ),
  'heartbeat-malformed--word-too-many': swapped('three words', '\n3 ', '\n3 3 '),
  'heartbeat-log-mismatch': swapped('another log', '/test/', '/prod/'),
  'heartbeat-keyset': bad('an older key set', aHeartbeat(), { keySet: SECOND_SET }),
  'epoch-mismatch--heartbeat': bad('an epoch that the set does not know', aHeartbeat({ epoch: 2 })),
  'epoch-mismatch--heartbeat-old': bad('an epoch that is over', aHeartbeat(), { keySet: FORKED }),
  'heartbeat-fence': bad('a leader that was replaced', next({ fence: 6 }), { last: LAST }),
  'heartbeat-replay': bad('the last one again', LAST, { last: LAST }),
  'heartbeat-replay--older': bad(
    'one from before',
    { ...LAST, at: '2026-11-21T01:34:33.999Z' },
    {
      last: LAST,
    },
  ),
  'heartbeat-replay--epoch': bad(
    'time goes on in a new epoch too',
    { ...LAST, epoch: 2, checkpoint: null },
    { keySet: FORKED, last: LAST },
  ),
  'heartbeat-rollback': bad('a shard that shrank', next({ heads: headsOf() }), { last: LAST }),
  'note-malformed--checkpoint': bad(
    'a checkpoint that is no note',
    aHeartbeat({ checkpoint: 'no note\n' }),
  ),
  'note-key-unknown--checkpoint': bad(
    'a checkpoint by no log key',
    aHeartbeat({ checkpoint: checkpointNote(8, ROOT_HASH, { key: TIME }) }),
  ),
  'note-key-unknown--checkpoint-epoch': bad(
    'in a later epoch the log keys are named by its origin',
    aHeartbeat({ epoch: 2, checkpoint: checkpointNote(8, ROOT_HASH) }),
    { keySet: FORKED },
  ),
  'checkpoint-malformed--heartbeat': bad(
    'a note by a log key that is no checkpoint',
    aHeartbeat({ checkpoint: signAs(LOG, `${LOG}\n`, [LOG_KEY]) }),
  ),
  'checkpoint-origin-mismatch--heartbeat': bad(
    'a checkpoint of another log',
    aHeartbeat({
      checkpoint: signAs(LOG, `tenure.example/x\n0\n${toBase64(EMPTY_ROOT)}\n`, [LOG_KEY]),
    }),
  ),
  'key-range': bad(
    'a checkpoint by a key that was closed before its size',
    aHeartbeat({ checkpoint: checkpointNote(8, ROOT_HASH) }),
    { keySet: ROTATED },
  ),
  'key-range--before': bad(
    'a checkpoint by a key that begins later',
    aHeartbeat({ checkpoint: checkpointNote(7, ROOT_HASH, { key: NEXT_LOG_KEY }) }),
    { keySet: ROTATED },
  ),
  'key-range--void': bad(
    'a checkpoint that is void',
    aHeartbeat({ checkpoint: checkpointNote(6, ROOT_HASH) }),
    { keySet: ROTATED },
  ),
  'checkpoint-rollback': bad(
    'a smaller checkpoint',
    next({ checkpoint: checkpointNote(7, ROOT_HASH) }),
    { last: LAST },
  ),
  'checkpoint-rollback--gone': bad('no checkpoint any more', next({ checkpoint: null }), {
    last: LAST,
  }),
  'checkpoint-fork': bad(
    'another root at one size',
    next({ checkpoint: checkpointNote(8, HASH) }),
    {
      last: LAST,
    },
  ),
} satisfies Partial<Record<Code, RefusedCase>>;
