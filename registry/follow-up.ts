import type { OperationKind } from '../domain/operation.ts';
import { uuidV5 } from '../facts/crypto/ids.ts';

/** Id of the operation that a commit of another accepts: a retry accepts the same one. */
export function followUpOf(operation: string, kind: OperationKind): string {
  return uuidV5(operation, kind);
}
