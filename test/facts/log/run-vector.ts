import { fromBase64, fromHex, toHex } from '../../../facts/core/bytes.ts';
import { FactError } from '../../../facts/core/errors.ts';
import { keyIdOf } from '../../../facts/crypto/hash.ts';
import { openCheckpoint } from '../../../facts/log/checkpoint.ts';
import { parseBundle } from '../../../facts/log/entry-bundle.ts';
import { entryHash } from '../../../facts/crypto/hash.ts';
import { parseHeartbeat } from '../../../facts/log/heartbeat.ts';
import { parseKeySet } from '../../../facts/log/key-set.ts';
import type { KeyRange } from '../../../facts/log/key-set.ts';
import { openNote, textOfNote } from '../../../facts/log/note.ts';
import { parseNoteKey } from '../../../facts/log/note-key.ts';
import { checkpointIn, openHeartbeat } from '../../../facts/log/open-heartbeat.ts';
import { openKeySet } from '../../../facts/log/open-key-set.ts';
import { checkConsistency, checkInclusion } from '../../../facts/log/proofs.ts';
import { openReceipt, parseReceipt } from '../../../facts/log/receipt.ts';
import { formatTilePath, parseTilePath } from '../../../facts/log/tile-path.ts';
import { newTiles, nodeInTile, tileOfNode } from '../../../facts/log/tiles.ts';
import { TreeBuilder } from '../../../facts/log/tree.ts';
import { headsByShard, STATE_RUNS } from './run-state-vector.ts';
import type { Run } from './run-state-vector.ts';
import { runScenario } from './run-scenario.ts';
import type { LogCheck, LogVector } from '../../../tools/vectors/log-vector.ts';

const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array();
const noteOf = (text: string): Uint8Array => fromBase64(text) ?? new Uint8Array();
const headOf = ({ size, root }: { size: number; root: string }) => ({ size, root: hex(root) });
const keySetOf = (note: string) => parseKeySet(textOfNote(noteOf(note)));
const rangeOf = ({ key, ...range }: KeyRange) => ({ keyId: keyIdOf(key), ...range });

const RUNS: { [Check in Exclude<LogCheck, 'reader'>]: Run<Check> } = {
  tree: ({ entries }) => {
    const tree = new TreeBuilder();
    for (const entry of entries) tree.append(entryHash(hex(entry)));
    return { root: toHex(tree.root()) };
  },
  inclusion: ({ index, leaf, proof, ...head }) => {
    checkInclusion({ index, leaf: hex(leaf), proof: proof.map(hex) }, headOf(head));
    return true;
  },
  consistency: ({ older, newer, proof }) => {
    checkConsistency(headOf(older), headOf(newer), proof.map(hex));
    return true;
  },
  'note-key': ({ key }) => {
    const { name, keyHash } = parseNoteKey(key);
    return { name, keyHash };
  },
  note: ({ note, keys }) => {
    const { text, signedBy } = openNote(noteOf(note), keys.map(parseNoteKey));
    return { text, signedBy: signedBy.map(({ name, keyHash }) => `${name}+${keyHash}`) };
  },
  checkpoint: ({ note, origin, keys }) => {
    const { root, extensions, ...rest } = openCheckpoint(
      noteOf(note),
      origin,
      keys.map(parseNoteKey),
    );
    return { ...rest, root: toHex(root), extensions: [...extensions] };
  },
  'tile-path': ({ path }) => parseTilePath(path),
  tiles: ({ size }) => [...newTiles(0, size)].map(formatTilePath),
  'tile-node': ({ size, level, index, tile }) => {
    const place = tileOfNode({ level, index }, size);
    const hash = nodeInTile({ level, index }, place, hex(tile));
    return { path: formatTilePath(place), hash: toHex(hash) };
  },
  'entry-bundle': ({ width, bundle }) => {
    const entries = parseBundle(hex(bundle), width);
    return { entries: entries.map(toHex), leaves: entries.map((entry) => toHex(entryHash(entry))) };
  },
  'key-set': ({ log, root, trusted, note }) => {
    const before = trusted === null ? undefined : keySetOf(trusted);
    const state = { version: before?.version ?? 0, root: parseNoteKey(root), set: before };
    const { version, fact, logKeys, time } = openKeySet(noteOf(note), log, state);
    return {
      version,
      fact: fact.map(rangeOf),
      log: logKeys.map(rangeOf),
      time: time.map(keyIdOf),
    };
  },
  heartbeat: ({ keySet, last, note }) => {
    const before = last === null ? undefined : parseHeartbeat(textOfNote(noteOf(last)));
    const heartbeat = openHeartbeat(noteOf(note), keySetOf(keySet), before);
    const { epoch, fence, at, keySetVersion } = heartbeat;
    const checkpoint = checkpointIn(heartbeat);
    return {
      epoch,
      fence,
      at,
      keySetVersion,
      checkpoint: checkpoint ? { size: checkpoint.size, root: toHex(checkpoint.root) } : null,
      heads: headsByShard(heartbeat.heads),
    };
  },
  ...STATE_RUNS,
  receipt: ({ log, name, key, last, note }) => {
    const before = last === null ? undefined : parseReceipt(textOfNote(noteOf(last)));
    const plane = { log, name, key: parseNoteKey(key) };
    const { at, epoch, size, shards } = openReceipt(noteOf(note), plane, before);
    return { at, epoch, size, shards };
  },
};

/** What we answer to a vector of the log, in the form of its `expect`. */
export const answerOf = async ({ check, input }: LogVector): Promise<LogVector['expect']> => {
  if (check === 'reader') return { value: await runScenario(input) };
  try {
    // The check names the type of the input; the index signature of a union loses that.
    return { value: (RUNS[check] as (given: typeof input) => never)(input) };
  } catch (error) {
    if (error instanceof FactError) return { code: error.code };
    throw error;
  }
};
