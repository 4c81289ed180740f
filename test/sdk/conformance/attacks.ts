import { toBase64Url } from '../../../facts/core/bytes.ts';
import { parseLine, formatLine } from '../../../facts/core/line.ts';
import { encodePayload } from '../../../facts/core/payload.ts';
import { leafHash } from '../../../facts/crypto/hash.ts';
import { shardOf } from '../../../facts/crypto/shard.ts';
import { memberDraft, seal } from '../support/fact-writer.ts';
import type { FactWriter } from '../support/fact-writer.ts';
import type { Chance } from './chance.ts';
import { mutateBytes } from './mutate-bytes.ts';
import { TENANTS, THIEF, apiKeyDraft } from './true-log.ts';
import type { Written } from './true-log.ts';

/** What is published in place of one true line: messages, each on a shard's subject. */
export type Message = { shard: number; bytes: Uint8Array };

type Scene = { written: Written; writer: FactWriter; chance: Chance; hold(message: Message): void };

const plain = ({ shard, line }: Written): Message => ({ shard, bytes: Buffer.from(line) });

const old = ({ writer, chance }: Scene): Message => {
  const [shard, lines] = chance.of([...writer.shards]);
  return plain({ shard, line: chance.of(lines) });
};

/**
 * Another history by the stolen fact key, from the place on where the next true fact belongs: one to
 * three facts that give a thief a role.
 */
const forge = ({ writer, chance }: Scene): Message[] => {
  const tenant = chance.of(TENANTS);
  const shard = shardOf(tenant);
  const position = (writer.shards.get(shard)?.length ?? 0) + 1;
  const member = memberDraft(THIEF.member, THIEF.sub, ['owner']);
  let fact = writer.next(tenant, chance.of([member, apiKeyDraft(THIEF.apiKey)]));
  return Array.from({ length: 1 + chance.below(3) }, (_, at) => {
    const payload = encodePayload(fact);
    fact = { ...fact, seq: fact.seq + 1, prev: toBase64Url(leafHash(payload)) };
    const index = writer.facts.length + at;
    const place = { position: position + at, index, envelope: seal(payload) };
    return plain({ shard, line: formatLine(place) });
  });
};

const renumber = ({ written, chance }: Scene): Message => {
  const line = parseLine(written.line);
  const moved = (by: number): number => Math.max(1, by + chance.below(7) - 3);
  const changed = { ...line, position: moved(line.position), index: moved(line.index) };
  return plain({ shard: written.shard, line: formatLine(changed) });
};

const mutate = ({ written, chance }: Scene): Message => ({
  shard: written.shard,
  bytes: mutateBytes(Buffer.from(written.line), chance).bytes,
});

/** By name; the messages go out in this order. Delayed ones go out later in the round, or never. */
export const ATTACKS: Record<string, (scene: Scene) => Message[]> = {
  drop: () => [],
  duplicate: ({ written }) => [plain(written), plain(written)],
  delay: ({ written, hold }) => {
    hold(plain(written));
    return [];
  },
  replay: (scene) => [old(scene), plain(scene.written)],
  elsewhere: (scene) => [
    { ...plain(scene.written), shard: scene.chance.of([...scene.writer.shards.keys()]) },
  ],
  renumber: (scene) => [renumber(scene)],
  mutate: (scene) => [mutate(scene), plain(scene.written)],
  'mutate alone': (scene) => [mutate(scene)],
  truncate: ({ written, chance }) => {
    const { shard, bytes } = plain(written);
    return [{ shard, bytes: bytes.subarray(0, chance.below(bytes.length)) }];
  },
  forge: (scene) => [plain(scene.written), ...forge(scene)],
  join: (scene) => {
    const others = [old(scene), plain(scene.written), mutate(scene)];
    return [{ shard: scene.written.shard, bytes: Buffer.from(others.map(textOf).join('\n')) }];
  },
};

const textOf = ({ bytes }: Message): string => Buffer.from(bytes).toString();
