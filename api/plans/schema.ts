import { z } from 'zod';

/** Names of plans, products and limits as facts allow them (facts/core/formats.ts). */
export const catalogName = (description: string, example: string) =>
  z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9._-]{0,62}$/, 'Must be a name of the catalog.')
    .meta({ description, example });

const LIMITS_MAX = 100;

/** Values that facts can hold: 0 to 2^53 - 1. */
export const limitValues = (description: string) =>
  z
    .record(
      catalogName('Name of a limit.', 'members'),
      z.int('Must be a whole number.').min(0, 'Must be 0 or more.'),
    )
    .refine((limits) => Object.keys(limits).length <= LIMITS_MAX, {
      message: `Must be ${LIMITS_MAX} or less.`,
    })
    .meta({ description, example: { members: 50 } });
