import type { AcceptCaller } from '../../registry/accept.ts';
import type { Caller } from './route.ts';

/** Who asks for an operation, and by which key, so that the same request again has one effect. */
export function askerOf({ id }: Caller, route: string, key: string | undefined): AcceptCaller {
  if (key === undefined) return { actor: id };
  return { actor: id, idempotency: { caller: id, route, key } };
}
