/**
 * SQL: when this Postgres was started, in milliseconds. No fence number is below it that was drawn
 * here, and none above it that was drawn before: a leader of an earlier life of the database, or of
 * another database that a backup was restored from, has no fence that counts (DESIGN 3, "Restored
 * backup").
 */
export const STARTED_MS = '(extract(epoch from pg_postmaster_start_time()) * 1000)::bigint';

/** SQL: names this life of this database; a backup that is restored anywhere has another name. */
export const INCARNATION = `(extract(epoch from pg_postmaster_start_time()) || '/' ||
  (select oid from pg_database where datname = current_database()))`;
