import { readPayload } from './payload.ts';
import type { OraclePayload } from './payload.ts';
import { Bytes, Impossible, assure, hashOfSlots, isInner, nodeIn } from './state-files.ts';
import { readBlock, readFacts, readInner, readSlots, sha256 } from './state-files.ts';
import type { Block, Child, Slot } from './state-files.ts';

/*
 * A state tree read whole from its files (facts-v1, "State tree", checks 9 to 12): there is one
 * shape for what is in it, so that every node must be the one that its parent names.
 */

const MAX_WEIGHT = 256;
const DIGITS = '0123456789abcdef'.split('');

/** Of one leaf node, with the prefix that its keys have. */
type Page = { prefix: string; payloads: Buffer[] };
type Tenant = Block & { pages: Page[] };

type Leaf<Item> = { hash: Buffer; weight: number; keys: string[]; items: Item[] };
type Named = { hash: Buffer; weight: number | undefined };
type Tree<Item> = {
  fileOf(hash: Buffer): Buffer;
  readLeaf(node: Buffer, prefix: string): Leaf<Item>;
  /** Whether something below this prefix is asked for. */
  wants(prefix: string): boolean;
  /** Of a page that hides tenants only its parent knows the weight. */
  hides: boolean;
};

const isEmpty = ({ hash, weight }: Child): boolean => {
  const isZero = hash.every((byte) => byte === 0);
  assure(isZero === (weight === 0));
  return isZero;
};

const below = <Item>(named: Named, prefix: string, tree: Tree<Item>): Item[] => {
  const node = tree.fileOf(named.hash);
  if (!isInner(node)) {
    const { hash, weight, keys, items } = tree.readLeaf(node, prefix);
    assure(hash.equals(named.hash) && weight <= MAX_WEIGHT);
    assure(tree.hides || named.weight === undefined || weight === named.weight);
    assure(keys.every((key, at) => key.startsWith(prefix) && (keys[at - 1] ?? '') < key));
    return items;
  }
  const children = readInner(node);
  const weight = children.reduce((sum, child) => sum + child.weight, 0);
  assure(sha256(node).equals(named.hash) && weight > MAX_WEIGHT && Number.isSafeInteger(weight));
  assure(named.weight === undefined || weight === named.weight);
  return children.flatMap((child, at) => {
    const longer = prefix + DIGITS[at];
    return isEmpty(child) || !tree.wants(longer) ? [] : below(child, longer, tree);
  });
};

const readOwn = (root: Buffer, live: number, fileOf: Tree<Page>['fileOf']): Page[] =>
  below({ hash: root, weight: live }, '', {
    fileOf,
    wants: () => true,
    hides: false,
    // Its keys are those of its facts, which check 12 reads.
    readLeaf: (node, prefix) => {
      const payloads = readFacts(node);
      const items = [{ prefix, payloads }];
      return { hash: sha256(node), weight: payloads.length, keys: [], items };
    },
  });

const weightOf = ({ block }: Slot): number => {
  const { live } = block === undefined ? { live: 0 } : readBlock(block);
  return live === 0 || live > MAX_WEIGHT ? 1 : live;
};

const leafOf = (slots: readonly Slot[]): Leaf<Buffer> => ({
  hash: hashOfSlots(slots),
  weight: slots.reduce((sum, slot) => sum + weightOf(slot), 0),
  keys: slots.map(({ key }) => key.toString('hex')),
  items: slots.flatMap(({ block }) => (block === undefined ? [] : [block])),
});

const tenantIn = (bytes: Buffer, fileOf: Tree<Page>['fileOf']): Tenant => {
  const block = readBlock(bytes);
  const { tenant, seq, head, live } = block;
  const pages =
    'root' in block
      ? readOwn(block.root, live, fileOf)
      : [{ prefix: '', payloads: block.payloads }];
  return { tenant, seq, head, live, pages };
};

/** Undefined instead of what nobody may take. */
const unless = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch (error) {
    if (error instanceof Impossible) return undefined;
    throw error;
  }
};

/** Files in base64 by the hash that is asked for, in hexadecimal. */
export type ServedFiles = Readonly<Record<string, string>>;

/** Tenants below the root, those of one shard or all; undefined: no such tree is there. */
export const readTenants = (
  root: string,
  files: ServedFiles,
  shard?: number,
): Tenant[] | undefined => {
  const part = shard?.toString(16).padStart(2, '0') ?? '';
  const fileOf = (hash: Buffer): Buffer =>
    nodeIn(Buffer.from(files[hash.toString('hex')] ?? '', 'base64'));
  return unless(() => {
    const blocks = below({ hash: Buffer.from(root, 'hex'), weight: undefined }, '', {
      fileOf,
      readLeaf: (node) => leafOf(readSlots(node, 'tenants')),
      wants: (prefix) => prefix.startsWith(part) || part.startsWith(prefix),
      hides: false,
    });
    const asked = blocks.filter((block) => shard === undefined || keyOf(block)[0] === shard);
    return asked.map((block) => tenantIn(block, fileOf));
  });
};

const keyOf = (block: Buffer): Buffer => sha256(block.subarray(0, 16));

type LiveFact = Pick<OraclePayload, 'kind' | 'subject' | 'seq'>;
export type TenantValue = Omit<Block, 'live'> & { live: LiveFact[] };

const factKeyOf = ({ kind, subject }: LiveFact): string =>
  sha256(Buffer.from(`${kind}\0${subject}`)).toString('hex');

/** Check 12: the tenant with its facts, by a note of this log and epoch; undefined: one is amiss. */
export const valueOfTenant = (
  { tenant, seq, head, pages }: Tenant,
  { log, epoch }: { log: string; epoch: number },
): TenantValue | undefined =>
  unless(() => {
    let lastKey = '';
    const live = pages.flatMap(({ prefix, payloads }) =>
      payloads.map((bytes) => {
        const fact = readPayload(bytes);
        assure(fact !== undefined && fact.log === log && fact.epoch <= epoch);
        assure(fact.tenant === tenant && fact.op === 'assert' && fact.seq <= seq);
        const key = factKeyOf(fact);
        assure(key > lastKey && key.startsWith(prefix));
        lastKey = key;
        return { kind: fact.kind, subject: fact.subject, seq: fact.seq };
      }),
    );
    return { tenant, seq, head, live };
  });

/** A view in its two parts: the note, and the nodes in their order. */
export const partsOfView = (view: Buffer): { note: Buffer; nodes: Buffer[] } | undefined =>
  unless(() => {
    const bytes = new Bytes(view);
    const note = bytes.take(bytes.number(4));
    const nodes: Buffer[] = [];
    while (!bytes.isAtEnd) nodes.push(bytes.take(bytes.number(4)));
    return { note, nodes };
  });

/** What the nodes of a view say of its tenant: null when it has no facts; undefined: nothing. */
export const tenantInView = (
  root: string,
  nodes: readonly Buffer[],
  tenant: string,
): Tenant | null | undefined => {
  const key = sha256(Buffer.from(tenant.replaceAll('-', ''), 'hex'));
  const left = [...nodes];
  const fileOf = (): Buffer => {
    const node = left.shift();
    assure(node !== undefined);
    return node;
  };
  return unless(() => {
    const [block] = below({ hash: Buffer.from(root, 'hex'), weight: undefined }, '', {
      fileOf,
      readLeaf: (node) => {
        const slots = readSlots(node, 'page');
        assure(slots.every((slot) => slot.key.equals(key) === (slot.block !== undefined)));
        return leafOf(slots);
      },
      wants: (prefix) => key.toString('hex').startsWith(prefix),
      hides: true,
    });
    const found = block === undefined ? null : tenantIn(block, fileOf);
    assure(left.length === 0);
    return found;
  });
};
