import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { z } from 'zod';
import { Problem } from '../problem.ts';

const KEY_BYTES = 32;
/** 128 bits: out of reach of guessing, and a cursor stays short. */
const MAC_BYTES = 16;

/** Opaque page cursors. What stands in one may change any day, so callers make none. */
export interface Cursors {
  /** `purpose` binds it to one list and its filters. */
  format(purpose: string, position: unknown): string;
  /** Throws the problem `cursor-invalid` for a cursor of another purpose or one not made here. */
  parse<S extends z.ZodType>(purpose: string, cursor: string, position: S): z.output<S>;
}

/** `secret`: 32 bytes that all API processes share. */
export function createCursors(secret: Uint8Array): Cursors {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'tenure page cursor v1', KEY_BYTES));
  const macOf = (purpose: string, payload: string): Buffer =>
    createHmac('sha256', key).update(`${purpose}\n${payload}`).digest().subarray(0, MAC_BYTES);
  return {
    format: (purpose, position) => {
      const payload = Buffer.from(JSON.stringify(position)).toString('base64url');
      return `${payload}.${macOf(purpose, payload).toString('base64url')}`;
    },
    parse: (purpose, cursor, position) => {
      const [payload = '', mac = ''] = cursor.split('.', 2);
      const expected = macOf(purpose, payload).toString('base64url');
      if (cursor !== `${payload}.${mac}` || !equalText(mac, expected)) throw invalid();
      const parsed = position.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
      if (!parsed.success) throw invalid();
      return parsed.data;
    },
  };
}

function equalText(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const invalid = (): Problem =>
  new Problem('cursor-invalid', 'It was changed, or it belongs to another list or filter.');
