import { bigint, customType, timestamp, uuid } from 'drizzle-orm/pg-core';

/** Bytes as they are: `jsonb` or text would change what was signed. */
export const bytes = customType<{ data: Uint8Array; driverData: Buffer }>({
  dataType: () => 'bytea',
  toDriver: (value) => Buffer.from(value.buffer, value.byteOffset, value.byteLength),
});

/** Counts stay below 2^53 (DESIGN 3, payload limits). */
export const count = (name: string) => bigint(name, { mode: 'number' });

export const instant = (name: string) =>
  timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });

/** The tenant whose row it is. Each table that has it also has `tenantPolicies`. */
export const tenantColumn = () => uuid('tenant').notNull();
