import { utf8 } from '../facts/core/bytes.ts';
import { FactError } from '../facts/core/errors.ts';
import { namesInNote } from '../facts/log/note.ts';
import { parseNoteKey } from '../facts/log/note-key.ts';
import { isPlaneName, openReceipt, planeKeyName } from '../facts/log/receipt.ts';
import type { Receipt } from '../facts/log/receipt.ts';
import type { Clock } from '../ports/clock.ts';
import type { Plane, PlaneReceipt, PlaneStore } from '../ports/plane-store.ts';
import { PLANE_REFUSALS, PlaneRefusedError } from './errors.ts';

export { PLANE_NAME } from '../facts/log/receipt.ts';

/** "When was it applied?" can be answered for so long. */
const RECEIPTS_KEPT_MS = 30 * 24 * 3_600_000;

/** As of two clocks: a time further ahead would hold all later receipts up. */
const MAX_AHEAD_MS = 30_000;
/** Planes send every 10 s at most; who stole a plane's key must not fill the table. */
const MIN_GAP_MS = 5_000;

export interface PlanePorts {
  readonly planes: PlaneStore;
  readonly clock: Clock;
  /** Origin of the log that the planes follow. */
  readonly log: string;
}

/** A plane's mistake is told; any other means that what is kept here does not hold. */
function refusal(error: unknown): unknown {
  if (!(error instanceof FactError)) return error;
  const code = PLANE_REFUSALS.find((known) => known === error.code);
  return code === undefined ? error : new PlaneRefusedError(code, error.message, { cause: error });
}

function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw refusal(error);
  }
}

/** The plane of a note key of this log; throws `key-invalid`. */
function planeOfKey(key: string, log: string, addedAtMs: number): Plane {
  const { name: keyName } = parseNoteKey(key);
  const prefix = planeKeyName(log, '');
  const name = keyName.slice(prefix.length);
  if (keyName.startsWith(prefix) && isPlaneName(name)) return { name, key, addedAtMs };
  throw new FactError('key-invalid', `${keyName} is not ${prefix} and the name of a plane`);
}

/**
 * Receipts by this key count from now on. Undefined when another key has the name; rejects with
 * `PlaneRefusedError` (`key-invalid`).
 */
export async function addPlane(
  key: string,
  { planes, clock, log }: PlanePorts,
): Promise<Plane | undefined> {
  const plane = refusing(() => planeOfKey(key, log, clock.nowMs()));
  return (await planes.addPlane(plane)) ? plane : undefined;
}

/** Takes a signed receipt; rejects with `PlaneRefusedError`, and keeps nothing then. */
export async function takeReceipt(text: string, { planes, clock, log }: PlanePorts): Promise<void> {
  const note = utf8(text);
  const prefix = planeKeyName(log, '');
  const nowMs = clock.nowMs();
  const keptFromMs = nowMs - RECEIPTS_KEPT_MS;
  for (const keyName of refusing(() => namesInNote(note))) {
    const name = keyName.slice(prefix.length);
    if (!keyName.startsWith(prefix) || !isPlaneName(name)) continue;
    const open = (plane: Plane, newest: PlaneReceipt | undefined): PlaneReceipt =>
      refusing(() => {
        const receipt = opened(note, plane, newest, log);
        assureTime(receipt, newest, nowMs);
        return receipt;
      });
    if (await planes.takeReceipt(name, open, keptFromMs)) return;
  }
  const cause = new FactError('note-key-unknown', 'it is by no plane that is known here');
  throw refusal(cause);
}

function opened(
  note: Uint8Array,
  { name, key }: Plane,
  newest: PlaneReceipt | undefined,
  log: string,
): PlaneReceipt {
  const last = newest && statedBefore(newest, name, log);
  const { at, epoch, size, shards } = openReceipt(
    note,
    { log, name, key: parseNoteKey(key) },
    last,
  );
  return { atMs: Date.parse(at), epoch, size, shards };
}

function assureTime({ atMs }: PlaneReceipt, newest: PlaneReceipt | undefined, nowMs: number): void {
  const isAhead = atMs > nowMs + MAX_AHEAD_MS;
  if (!isAhead && atMs - (newest?.atMs ?? Number.NEGATIVE_INFINITY) >= MIN_GAP_MS) return;
  const why = isAhead ? "ahead of the registry's clock" : 'too soon after the last';
  throw new FactError('receipt-time', `${new Date(atMs).toISOString()} is ${why}`);
}

function statedBefore(
  { atMs, epoch, size, shards }: PlaneReceipt,
  name: string,
  log: string,
): Receipt {
  return { log, name, at: new Date(atMs).toISOString(), epoch, size, shards: [...shards] };
}
