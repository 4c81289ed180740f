import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { createSealedPayloads } from '../../../adapters/temporal/sealed-payloads.ts';
import { PLATFORM_TENANT } from '../../../facts/core/types.ts';
import { aKeyRing } from '../../support/sagas/saga-key-ring.ts';

const SECRET = 'planted-c4n4ry';

function aSaga(ring: ReturnType<typeof aKeyRing>) {
  const operation = randomUUID();
  const tenant = randomUUID();
  ring.tenants.set(operation, tenant);
  const workflowId = `provisionTenant/${operation}`;
  return { tenant, context: { type: 'workflow', namespace: 'default', workflowId } as const };
}

function codecOf(ring: ReturnType<typeof aKeyRing>, seals = true) {
  const { dataConverter, openPayloads } = createSealedPayloads(ring, seals);
  const [codec] = dataConverter.payloadCodecs ?? [];
  if (codec === undefined) throw new Error('there is no codec');
  return { codec, openPayloads, dataConverter };
}

const plain = (): Payload => defaultPayloadConverter.toPayload({ secret: SECRET }) as Payload;
const keyIdOf = ({ metadata }: Payload) =>
  Buffer.from(metadata?.['encryption-key-id'] ?? []).toString();
const readable = (payload: Payload) => Buffer.from(payload.data ?? []).toString();

async function sealed(ring: ReturnType<typeof aKeyRing>, payload = plain()) {
  const saga = aSaga(ring);
  const { codec, ...rest } = codecOf(ring);
  const [one] = await codec.encode([payload], saga.context);
  return { ...saga, ...rest, codec, payload, sealed: one as Payload };
}

describe('what a saga tells Temporal', () => {
  test('shows nothing but the key’s id, and opens to the same', async () => {
    const { codec, sealed: one, tenant, payload } = await sealed(aKeyRing());
    expect(readable(one)).not.toContain(SECRET);
    expect(keyIdOf(one)).toBe(tenant);
    const [opened] = await codec.decode([one]);
    expect(defaultPayloadConverter.fromPayload(opened as Payload)).toEqual({ secret: SECRET });
    expect(opened).toEqual({ ...payload, data: Uint8Array.from(payload.data ?? []) });
  });

  test('opens under no other tenant’s key, and not when a bit was changed', async () => {
    const ring = aKeyRing();
    const { codec, sealed: one } = await sealed(ring);
    const other = aSaga(ring).tenant;
    const moved = {
      ...one,
      metadata: { ...one.metadata, 'encryption-key-id': Buffer.from(other) },
    };
    await expect(codec.decode([moved])).rejects.toThrow(/unable to authenticate/);
    const bytes = Uint8Array.from(one.data ?? []);
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    await expect(codec.decode([{ ...one, data: bytes }])).rejects.toThrow(/unable to authenticate/);
  });

  test('is of the platform’s key when it belongs to no tenant', async () => {
    const { codec } = codecOf(aKeyRing());
    const context = { type: 'workflow', namespace: 'default', workflowId: 'doctor' } as const;
    const [one] = await codec.encode([plain()], context);
    expect(keyIdOf(one as Payload)).toBe(PLATFORM_TENANT);
  });

  test('is refused when nobody knows its operation', async () => {
    const { codec } = codecOf(aKeyRing());
    const workflowId = `provisionTenant/${randomUUID()}`;
    const context = { type: 'workflow', namespace: 'default', workflowId } as const;
    await expect(codec.encode([plain()], context)).rejects.toMatchObject({
      code: 'saga-operation-unknown',
    });
  });

  test('is unreadable once the tenant’s key is destroyed, and no new one is made', async () => {
    const ring = aKeyRing();
    const { sealed: one, tenant, context } = await sealed(ring);
    ring.keys.set(tenant, null);
    const later = codecOf(ring).codec;
    await expect(later.decode([one])).rejects.toMatchObject({ code: 'saga-key-destroyed' });
    await expect(later.encode([plain()], context)).rejects.toMatchObject({
      code: 'saga-key-destroyed',
    });
  });
});

describe('on and off', () => {
  test('what began without the codec is read with it', async () => {
    const payload = plain();
    expect(await codecOf(aKeyRing()).codec.decode([payload])).toEqual([payload]);
  });

  test('off, new payloads stay readable and sealed ones are opened', async () => {
    const ring = aKeyRing();
    const { sealed: one, context } = await sealed(ring);
    const { codec, dataConverter } = codecOf(ring, false);
    const [kept] = await codec.encode([plain()], context);
    expect(readable(kept as Payload)).toContain(SECRET);
    const [opened] = await codec.decode([one]);
    expect(readable(opened as Payload)).toContain(SECRET);
    expect(dataConverter.failureConverterPath).toBeUndefined();
  });
});

test('the store is asked once for the key of many payloads', async () => {
  const ring = aKeyRing();
  const { codec, context, sealed: one } = await sealed(ring);
  await Promise.all([codec.encode([plain()], context), codec.decode([one, one, one])]);
  expect(ring.asked).toHaveLength(1);
});

test('an operator opens payloads in the form of Temporal’s UI', async () => {
  const { openPayloads, sealed: one } = await sealed(aKeyRing());
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  const metadata = Object.fromEntries(
    Object.entries(one.metadata ?? {}).map(([name, value]) => [name, base64(value)]),
  );
  const [opened] = await openPayloads([{ metadata, data: base64(one.data ?? new Uint8Array()) }]);
  expect(Buffer.from(opened?.data ?? '', 'base64').toString()).toContain(SECRET);
  expect(opened?.metadata).toEqual({ encoding: base64(Buffer.from('json/plain')) });
});
