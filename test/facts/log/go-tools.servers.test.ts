import { beforeAll, describe, expect, test } from '@jest/globals';
import { toBase64, utf8 } from '../../../facts/core/bytes.ts';
import { preAuthEncoding } from '../../../facts/core/pae.ts';
import { createSigner } from '../../../facts/crypto/sign.ts';
import { formatCheckpoint } from '../../../facts/log/checkpoint.ts';
import { entryHash } from '../../../facts/crypto/hash.ts';
import { signNote } from '../../../facts/log/note.ts';
import { formatNoteKey } from '../../../facts/log/note-key.ts';
import { planConsistency, planInclusion, readProof, readRoot } from '../../../facts/log/prove.ts';
import { run } from '../../../tools/servers/command.ts';
import { buildGoLog } from '../../outside/go-log/build.ts';
import { LOG } from '../samples.ts';
import { MemoryLog } from './memory-log.ts';

/*
 * Other people's libraries about what ours made: golang.org/x/mod/sumdb (note, tlog) and
 * github.com/transparency-dev/merkle. Each guarantee has its tampered twin, which they must refuse.
 */

const SIZE = 1_030;
const OLDER = [1, 2, 3, 255, 256, 257, 512, 1_000, SIZE];
const INDEXES = [0, 1, 255, 256, 511, 1_023, 1_024, SIZE - 1];

const entry = (index: number): Uint8Array => preAuthEncoding(utf8(`{"fact":${index}}`));
const LEAVES = Array.from({ length: SIZE }, (_, index) => entryHash(entry(index)));
const log = new MemoryLog(LEAVES);
const ROOT = log.tree.root();
const rootOf = (size: number): Uint8Array =>
  size === SIZE ? ROOT : readRoot(size, new MemoryLog(LEAVES.slice(0, size)).nodes());

const signer = createSigner(new Uint8Array(32).fill(1));
const KEY = formatNoteKey(LOG, signer.publicKey);
const TEXT = formatCheckpoint({ origin: LOG, size: SIZE, root: ROOT, extensions: [] });
const NOTE = signNote(TEXT, [{ name: LOG, signer }]);

type Question = { ask: string } & Record<string, unknown>;
type Answer = { holds: boolean; why: string; text: string };

const flipped = (hash: Uint8Array): Uint8Array => hash.with(7, hash[7]! ^ 1);
const bytes = (list: readonly Uint8Array[]): string[] => list.map(toBase64);

const inclusion = (index: number, leaf = LEAVES[index]!): Question => ({
  ask: 'inclusion',
  index,
  size: SIZE,
  root: toBase64(ROOT),
  leaf: toBase64(leaf),
  proof: bytes(readProof(planInclusion(index, SIZE), log.nodes())),
});

const consistency = (olderSize: number, olderRoot = rootOf(olderSize)): Question => ({
  ask: 'consistency',
  olderSize,
  olderRoot: toBase64(olderRoot),
  size: SIZE,
  root: toBase64(ROOT),
  proof: bytes(readProof(planConsistency(olderSize, SIZE), log.nodes())),
});

const tiles = (tampered?: string): Question => ({
  ask: 'tiles',
  size: SIZE,
  root: toBase64(ROOT),
  leaves: bytes(LEAVES),
  tiles: Object.fromEntries(
    [...log.tiles].map(([path, tile]) => [
      path,
      toBase64(path === tampered ? flipped(tile) : tile),
    ]),
  ),
});

const note = (ask: 'note' | 'checkpoint', text: string, key = KEY): Question => ({
  ask,
  note: toBase64(utf8(text)),
  key,
  size: SIZE,
  root: toBase64(ROOT),
});

describe("Go's libraries", () => {
  let goLog: string;

  beforeAll(async () => {
    goLog = await buildGoLog();
  });

  const ask = async (questions: readonly Question[]): Promise<Answer[]> =>
    JSON.parse(await run(goLog, [], { input: JSON.stringify(questions) })) as Answer[];

  const expectAllHold = async (questions: readonly Question[]) => {
    const answers = await ask(questions);
    expect(answers.filter(({ holds }) => !holds)).toEqual([]);
    expect(answers).toHaveLength(questions.length);
  };

  /** Refused for what it is: by both libraries, and not as a question that they did not get. */
  const expectNoneHolds = async (questions: readonly Question[], why: RegExp) => {
    const answers = await ask(questions);
    expect(answers.filter(({ holds }) => holds)).toEqual([]);
    for (const answer of answers) expect(answer.why).toMatch(why);
    expect(answers).toHaveLength(questions.length);
  };

  test('open our notes and read our checkpoints', async () => {
    await expectAllHold([note('note', NOTE), note('checkpoint', NOTE)]);
    const [opened] = await ask([note('note', NOTE)]);
    expect(opened?.text).toBe(TEXT);
  });

  test('refuse a tampered note, another key, and a key text that was changed', async () => {
    const other = createSigner(new Uint8Array(32).fill(2));
    await expectNoneHolds([note('note', NOTE.replace(LOG, `${LOG}x`))], /invalid signature/);
    await expectNoneHolds(
      [note('note', NOTE, formatNoteKey(LOG, other.publicKey))],
      /no verifiable signatures/,
    );
    await expectNoneHolds([note('note', NOTE, KEY.replace(/\+./, '+z'))], /malformed verifier id/);
  });

  test('take our inclusion proofs', async () => {
    await expectAllHold(INDEXES.map((index) => inclusion(index)));
  });

  test('refuse inclusion proofs of another leaf, another index, or with a hash changed', async () => {
    const mutants = INDEXES.flatMap((index) => {
      const { proof, ...rest } = inclusion(index) as Question & { proof: string[] };
      return [
        inclusion(index, flipped(LEAVES[index]!)),
        { ...inclusion(index), index: (index + 1) % SIZE },
        { ...rest, proof: proof.slice(1) },
        { ...rest, proof: proof.with(0, toBase64(new Uint8Array(32))) },
      ];
    });
    await expectNoneHolds(mutants, /^invalid transparency proof$/);
  });

  test('take our consistency proofs', async () => {
    await expectAllHold(OLDER.map((size) => consistency(size)));
  });

  test('refuse consistency proofs from another root, or with a hash changed', async () => {
    const mutants = OLDER.flatMap((size) => {
      const { proof, ...rest } = consistency(size) as Question & { proof: string[] };
      const zeros = toBase64(new Uint8Array(32));
      return [
        consistency(size, flipped(rootOf(size))),
        { ...rest, proof: [...proof, zeros] },
        ...proof.map((_, at) => ({ ...rest, proof: proof.with(at, zeros) })),
      ];
    });
    await expectNoneHolds(mutants, /^invalid transparency proof$/);
  });

  test('read every leaf hash out of our tiles', async () => {
    await expectAllHold([tiles()]);
  });

  test('believe no tile in which a bit was changed', async () => {
    for (const path of ['tile/0/002', 'tile/0/004.p/6', 'tile/1/000.p/4']) {
      await expectNoneHolds([tiles(path)], /inconsistent tile/);
    }
  });
});
