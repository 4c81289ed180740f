import { z } from 'zod';

/** Shapes that several routes share. Times are RFC 3339, UTC, in milliseconds. */

export const uuid = (description: string) =>
  z
    .string()
    .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'Must be a UUID in lower case.')
    .meta({ description, format: 'uuid', example: '00000000-0000-0000-0000-000000000001' });

export const time = (description: string) => z.string().meta({ description, format: 'date-time' });

export const formatTime = (ms: number): string => new Date(ms).toISOString();

const PAGE_DEFAULT = 50;
const PAGE_MAX = 200;

export const limit = z
  .string()
  .regex(/^\d{1,4}$/, 'Must be a whole number.')
  .transform(Number)
  .pipe(z.int().min(1, 'Must be 1 or more.').max(PAGE_MAX, `Must be ${PAGE_MAX} or less.`))
  .default(PAGE_DEFAULT)
  .meta({
    description: `Rows of the page, 1 to ${PAGE_MAX}; ${PAGE_DEFAULT} when absent.`,
    override: { type: 'integer', minimum: 1, maximum: PAGE_MAX, default: PAGE_DEFAULT },
  });

const CURSOR_MAX_CHARS = 512;

export const cursor = z
  .string()
  .min(1, 'Must not be empty.')
  .max(CURSOR_MAX_CHARS, 'Is too long.')
  .optional()
  .meta({ description: '`next` of the page before, unchanged.' });

export const next = z
  .string()
  .nullable()
  .meta({ description: 'Cursor of the next page; null on the last.' });

const IDEMPOTENCY_KEY_MAX_CHARS = 255;

export const idempotencyKey = z
  .string()
  .max(IDEMPOTENCY_KEY_MAX_CHARS, `Must have ${IDEMPOTENCY_KEY_MAX_CHARS} characters or less.`)
  .regex(/^[\x21-\x7e]+$/, 'Must be visible ASCII characters.')
  .optional()
  .meta({
    description:
      'The same key with the same request gives the same answer and one effect; with another request it is refused.',
    example: 'signup-7f3a',
  });

const ROLES_MAX = 50;
/** Names of roles as facts allow them (facts/core/formats.ts). */
const ROLE_NAME = /^[A-Za-z][A-Za-z0-9._-]{0,62}$/;

export const roleNames = z
  .array(z.string().regex(ROLE_NAME, 'Must be the name of a role.'))
  .max(ROLES_MAX, `Must be ${ROLES_MAX} or less.`)
  .refine((roles) => new Set(roles).size === roles.length, 'Each must stand once.');
