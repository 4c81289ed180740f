// Writes facts/spec/vectors: what every implementation of facts-v1 accepts and refuses, and why.
// The generator decides nothing: `accepted` is by hand, and test/facts/vectors.test.ts reads them.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { parseEnvelope } from '../../facts/core/envelope.ts';
import { toHex } from '../../facts/core/bytes.ts';
import { parseLine } from '../../facts/core/line.ts';
import { EMPTY_HASH, leafHash, runningHash } from '../../facts/crypto/hash.ts';
import { KEYS, LOG } from '../../test/sdk/support/fact-writer.ts';
import { SHARD } from '../../test/sdk/support/tenants.ts';
import { ROOT } from '../run-command.ts';
import { writeGenerated } from '../write-generated.ts';
import { INVALID_SIGNATURES, VALID_SIGNATURES } from './ed25519.ts';
import { INVALID_API_KEYS, VALID_API_KEYS } from './log-api-keys.ts';
import { INVALID_HEARTBEATS, VALID_HEARTBEATS } from './log-heartbeats.ts';
import { INVALID_KEY_SETS, VALID_KEY_SETS } from './log-keys.ts';
import { INVALID_NOTES, VALID_NOTES } from './log-notes.ts';
import { INVALID_PROOFS, VALID_PROOFS } from './log-proofs.ts';
import { INVALID_RECEIPTS, VALID_RECEIPTS } from './log-receipts.ts';
import { INVALID_TILES, VALID_TILES } from './log-tiles.ts';
import { KEY_CHANGES } from './log-key-changes.ts';
import { READER_SNAPSHOTS } from './log-reader-snapshots.ts';
import { READERS } from './log-readers.ts';
import { INVALID_STATE_NOTES, VALID_STATE_NOTES } from './log-state-notes.ts';
import { INVALID_STATE_TREES, VALID_STATE_TREES } from './log-state-trees.ts';
import { INVALID_STATE_VIEWS, VALID_STATE_VIEWS } from './log-state-views.ts';
import type { LogVector, RefusedCase } from './log-vector.ts';
import { INVALID_SHARDS, VALID_SHARDS } from './shard.ts';
import type { ShardCase } from './shard.ts';
import type { ShardVector, SignatureVector } from './vector.ts';

const FOLDER = 'facts/spec/vectors';

const headOf = (lines: readonly string[]): ShardVector['head'] => {
  let head = { position: 0, index: -1, hash: EMPTY_HASH };
  for (const text of lines) {
    const { position, index, envelope } = parseLine(text);
    const leaf = leafHash(parseEnvelope(envelope).payload);
    head = { position, index, hash: runningHash(head.hash, leaf) };
  }
  return { ...head, hash: toHex(head.hash) };
};

const vectorOf = ({ rule, lines, accepted }: ShardCase): ShardVector => ({
  rule,
  log: LOG,
  keys: KEYS,
  shard: SHARD,
  lines,
  accepted,
  head: headOf(lines.slice(0, accepted)),
});

const shards = (cases: Record<string, ShardCase>): Record<string, ShardVector> =>
  Object.fromEntries(Object.entries(cases).map(([name, one]) => [name, vectorOf(one)]));

/** The code in the file's name stands in the vector too: it is whole without its name. */
const refused = (cases: Record<string, RefusedCase>): Record<string, LogVector> =>
  Object.fromEntries(
    Object.entries(cases).map(([name, one]) => {
      const [code = ''] = name.split('--');
      return [name, { ...one, expect: { code } } as LogVector];
    }),
  );

const FOLDERS: Record<string, Record<string, ShardVector | SignatureVector | LogVector>> = {
  valid: {
    ...shards(VALID_SHARDS),
    ...VALID_SIGNATURES,
    ...VALID_PROOFS,
    ...VALID_NOTES,
    ...VALID_TILES,
    ...VALID_KEY_SETS,
    ...VALID_HEARTBEATS,
    ...VALID_API_KEYS,
    ...VALID_STATE_NOTES,
    ...VALID_STATE_TREES,
    ...VALID_STATE_VIEWS,
    ...READERS,
    ...READER_SNAPSHOTS,
    ...KEY_CHANGES,
  },
  invalid: {
    ...shards(INVALID_SHARDS),
    ...INVALID_SIGNATURES,
    ...refused(INVALID_PROOFS),
    ...refused(INVALID_NOTES),
    ...refused(INVALID_TILES),
    ...refused(INVALID_KEY_SETS),
    ...refused(INVALID_HEARTBEATS),
    ...refused(INVALID_API_KEYS),
    ...refused(INVALID_STATE_NOTES),
    ...refused(INVALID_STATE_TREES),
    ...refused(INVALID_STATE_VIEWS),
  },
  // What a registry alone checks: no kit is asked for it.
  'registry/valid': VALID_RECEIPTS,
  'registry/invalid': refused(INVALID_RECEIPTS),
};

for (const [folder, vectors] of Object.entries(FOLDERS)) {
  const path = `${FOLDER}/${folder}`;
  mkdirSync(ROOT + path, { recursive: true });
  for (const [name, vector] of Object.entries(vectors)) {
    writeGenerated(`${path}/${name}.json`, `${JSON.stringify(vector, null, 2)}\n`);
  }
  const stale = readdirSync(ROOT + path).filter((file) => !(file.replace('.json', '') in vectors));
  if (process.argv.includes('--check') && stale.length > 0) {
    process.stderr.write(`${path} has vectors that nothing writes: ${stale.join(', ')}\n`);
    process.exitCode = 1;
  } else {
    for (const file of stale) rmSync(`${ROOT}${path}/${file}`);
  }
}
