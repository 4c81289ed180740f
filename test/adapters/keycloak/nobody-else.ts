import type { SharedUsers } from '../../../ports/shared-users.ts';

/** No other tenant counts on anybody. */
export const NOBODY_ELSE: SharedUsers = { neededBeside: async () => new Set() };
