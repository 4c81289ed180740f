/*
 * Advisory locks by two integers: the class is ours ('tenu' in ASCII), the number says what for.
 * Locks by one 64-bit integer are another space; idempotency keys hash into that.
 */
const CLASS = 0x74656e75;

export const MIGRATION_LOCK = [CLASS, 1];
export const LEADER_LOCK = [CLASS, 2];
