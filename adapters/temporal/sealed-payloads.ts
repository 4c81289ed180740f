import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { DataConverter, Payload, PayloadCodec } from '@temporalio/common';
import { utf8 } from '../../facts/core/bytes.ts';
import { PLATFORM_TENANT } from '../../facts/core/types.ts';
import type { JsonPayload, PayloadOpener, SagaKeys } from '../../ports/saga-keys.ts';
import { keeping } from './kept.ts';
import { outlasting } from './outlasting.ts';

/*
 * A sealed payload (AES-256-GCM, NIST SP 800-38D). Its metadata says by whose key; the tenant is
 * the additional data, so that a payload that was moved to another tenant does not open:
 *
 *   metadata  encoding = "binary/encrypted", encryption-key-id = <tenant>
 *   data      nonce (12 bytes) || ciphertext of the payload as JSON || tag (16 bytes)
 */
const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** The names of Temporal's own samples, which its UI knows. */
const ENCODING = utf8('binary/encrypted');
const KEY_ID = 'encryption-key-id';

/** `<kind>/<operation>`; what has another id belongs to no tenant. */
const SAGA_ID = /^\w+\/([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/;

/** A destroyed key is forgotten everywhere after so long; one tenant asks Postgres so often. */
const KEYS = { most: 10_000, forMs: 5 * 60_000 };
/** An operation is of one tenant for ever. */
const TENANTS = { most: 50_000, forMs: 24 * 60 * 60_000 };

const FAILURES = fileURLToPath(new URL('encoded-failures.cjs', import.meta.url));

export interface SealedPayloads extends PayloadOpener {
  /** For every worker and client of sagas. */
  readonly dataConverter: DataConverter;
}

/**
 * The second wall around what sagas say (DESIGN 5.11). `seals` false: what is new stays readable;
 * what was sealed before is still opened, and what never was is read either way.
 */
export function createSealedPayloads(
  keys: Pick<SagaKeys, 'keyOf' | 'tenantOf'>,
  seals: boolean,
): SealedPayloads {
  const keyOf = keeping((tenant) => outlasting(() => keys.keyOf(tenant)), KEYS);
  const tenantOf = keeping((operation) => outlasting(() => keys.tenantOf(operation)), TENANTS);
  const ownerOf = async (workflowId: string | undefined) => {
    const [, operation] = SAGA_ID.exec(workflowId ?? '') ?? [];
    return operation === undefined ? PLATFORM_TENANT : tenantOf(operation);
  };
  const open = async (payload: Payload): Promise<Payload> => {
    if (!isSealed(payload)) return payload;
    const tenant = Buffer.from(payload.metadata?.[KEY_ID] ?? []).toString();
    return openBytes(await keyOf(tenant), tenant, payload.data ?? new Uint8Array());
  };
  const codec: PayloadCodec = {
    encode: async (payloads, context) => {
      if (!seals || payloads.length === 0) return payloads;
      const tenant = await ownerOf(context?.workflowId);
      const key = await keyOf(tenant);
      return payloads.map((payload) => seal(key, tenant, payload));
    },
    decode: (payloads) => Promise.all(payloads.map(open)),
  };
  return {
    dataConverter: {
      payloadCodecs: [codec],
      ...(seals ? { failureConverterPath: FAILURES } : {}),
    },
    openPayloads: (payloads) =>
      Promise.all(payloads.map(async (payload) => toJson(await open(fromJson(payload))))),
  };
}

function isSealed({ metadata }: Payload): boolean {
  const encoding = metadata?.['encoding'];
  return encoding != null && Buffer.from(encoding).equals(ENCODING);
}

function seal(key: Uint8Array, tenant: string, payload: Payload): Payload {
  // Random nonces are safe for 2^32 values of one key (SP 800-38D, 8.3).
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(utf8(tenant));
  const ciphertext = cipher.update(JSON.stringify(toJson(payload)), 'utf8');
  return {
    metadata: { encoding: ENCODING, [KEY_ID]: utf8(tenant) },
    data: Buffer.concat([nonce, ciphertext, cipher.final(), cipher.getAuthTag()]),
  };
}

function openBytes(key: Uint8Array, tenant: string, sealed: Uint8Array): Payload {
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(utf8(tenant));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const text = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES));
  return fromJson(JSON.parse(Buffer.concat([text, decipher.final()]).toString()) as JsonPayload);
}

const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const fromBase64 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'));

function toJson({ metadata, data }: Payload): JsonPayload {
  return {
    metadata: mapValues(metadata ?? {}, toBase64),
    ...(data == null ? {} : { data: toBase64(data) }),
  };
}

function fromJson({ metadata, data }: JsonPayload): Payload {
  return {
    metadata: mapValues(metadata ?? {}, fromBase64),
    ...(data === undefined ? {} : { data: fromBase64(data) }),
  };
}

function mapValues<A, B>(values: Readonly<Record<string, A>>, map: (value: A) => B) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]));
}
