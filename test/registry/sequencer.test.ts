import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { preAuthEncoding } from '../../facts/core/pae.ts';
import { encodePayload, parsePayload } from '../../facts/core/payload.ts';
import { keyIdOf, leafHash } from '../../facts/crypto/hash.ts';
import { shardOf } from '../../facts/crypto/shard.ts';
import { createSigner } from '../../facts/crypto/sign.ts';
import { createVerifier } from '../../facts/crypto/verify.ts';
import { LostLeadershipError } from '../../ports/fact-log.ts';
import type { Signer } from '../../ports/signer.ts';
import { reconciling } from '../../registry/log-duties.ts';
import { Publisher } from '../../registry/publisher.ts';
import { Sequencer } from '../../registry/sequencer.ts';
import { eventually } from '../support/eventually.ts';
import { chainOf, FakeFactLog, FakeStream, freeLock, LOG, TENANT } from './fake-fact-log.ts';

const key = createSigner(new Uint8Array(32).fill(1));
const signer: Signer = { ...key, keyId: keyIdOf(key.publicKey) };
const shard = shardOf(TENANT);

describe('the sequencer', () => {
  let facts: FakeFactLog;
  let stream: FakeStream;
  let sequencer: Sequencer;
  let ring: () => void;
  let reports: unknown[];
  let stop: AbortController;
  let running: Promise<void>;
  let opened: number;
  let work: () => Promise<void>;
  const duty = { name: 'the duty', everyMs: () => 0, run: () => work() };

  beforeEach(() => {
    facts = new FakeFactLog();
    stream = new FakeStream();
    reports = [];
    opened = 0;
    work = async () => {};
    stop = new AbortController();
    const publisher = new Publisher(stream, facts);
    sequencer = new Sequencer({
      lock: freeLock,
      bell: {
        listen: (onCommit) => {
          ring = onCommit;
          return Promise.resolve({ close: async () => {} });
        },
      },
      facts,
      publisher,
      signing: { log: LOG, signerOf: () => Promise.resolve(signer) },
      beforeLeading: async () => void (opened += 1),
      duties: [reconciling(publisher), duty],
      report: (_message, cause) => reports.push(cause),
    });
    running = sequencer.run(stop.signal);
  });

  afterEach(async () => {
    stop.abort();
    await running;
  });

  const commit = (chain = chainOf(3)) => {
    facts.outbox.push(...chain);
    ring();
    return chain.map((fact) => fact.id);
  };

  test('gives committed facts their index and a signature that verifies', async () => {
    const ids = commit();
    const { indexes } = await sequencer.waitFor(ids, stop.signal);
    expect(indexes).toEqual([0, 1, 2]);
    const verify = createVerifier(key.publicKey);
    for (const fact of facts.log)
      expect(verify(preAuthEncoding(fact.payload), fact.signature)).toBe(true);
  });

  test('publishes what it signed, in the order of the shard', async () => {
    commit();
    await eventually(() => expect(stream.positions.get(shard)).toEqual([1, 2, 3]));
  });

  test('finishes the waiting while the stream is down, and brings it up afterwards', async () => {
    stream.up = false;
    const { published } = await sequencer.waitFor(commit(), stop.signal);
    expect(published).toBe(false);
    stream.up = true;
    await eventually(() => expect(stream.positions.get(shard)).toEqual([1, 2, 3]));
  });

  test('publishes again what the stream acknowledged and lost', async () => {
    await sequencer.waitFor(commit(), stop.signal);
    await eventually(() => expect(stream.positions.get(shard)).toHaveLength(3));
    stream.positions.get(shard)?.splice(1);
    stream.up = false;
    const longer = chainOf(4).slice(3);
    await sequencer.waitFor(commit(longer), stop.signal);
    stream.up = true;
    await eventually(() => expect(stream.positions.get(shard)).toEqual([1, 2, 3, 4]));
  });

  test('never says published on an acknowledgement that kept nothing', async () => {
    const publisher = new Publisher(stream, facts);
    stream.forgetful = true;
    await sequencer.waitFor(commit(), stop.signal);
    await publisher.reconcile();
    expect(publisher.behind).toBe(true);
  });

  test('opens the log anew when a duty finds the work of another leader', async () => {
    await eventually(() => expect(opened).toBe(1));
    work = async () => {
      work = async () => {};
      throw new LostLeadershipError('another sequencer has signed a checkpoint');
    };
    await eventually(() => expect(opened).toBe(2));
    expect(reports).toEqual([]);
    expect((await sequencer.waitFor(commit(), stop.signal)).indexes).toEqual([0, 1, 2]);
  });

  test('reports a duty that fails, and goes on', async () => {
    work = () => Promise.reject(new Error('no disk'));
    await eventually(() => expect(reports.length).toBeGreaterThan(1));
    expect((await sequencer.waitFor(commit(), stop.signal)).indexes).toEqual([0, 1, 2]);
    expect(opened).toBe(1);
  });

  const refusals = {
    'a fact of another log': () => chainOf(1, TENANT, 'tenure.example/other'),
    'a fact of another epoch': () =>
      chainOf(1).map((fact) => {
        const payload = encodePayload({ ...parsePayload(fact.payload), epoch: 2 });
        return { ...fact, payload, leafHash: leafHash(payload) };
      }),
    'a gap in the chain': () => chainOf(3).slice(1),
    'a leaf hash that is not the payload’s': () =>
      chainOf(1).map((fact) => ({ ...fact, leafHash: new Uint8Array(32) })),
    'an outbox row that names another tenant': () =>
      chainOf(1).map((fact) => ({ ...fact, tenant: '00000000-0000-0000-0000-000000000002' })),
  };
  test.each(Object.entries(refusals))('never signs %s', async (_name, broken) => {
    commit(broken());
    await eventually(() => expect(reports).not.toHaveLength(0));
    expect(facts.log).toHaveLength(0);
    expect(stream.positions.size).toBe(0);
  });
});
