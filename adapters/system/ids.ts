import { randomUUID } from 'node:crypto';
import type { Ids } from '../../ports/clock.ts';

/** Random UUIDs of the system's generator (RFC 9562, version 4). */
export const systemIds: Ids = { uuid: () => randomUUID() };
