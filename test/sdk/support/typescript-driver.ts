// The TypeScript kit's driver, as the other kits have theirs: a JSON line in, a JSON line out, in
// order, until its input ends. It is not in the package: who installs the kit has no use for it.
import { openPlane } from '../../../sdk/typescript/plane.ts';
import type { Plane } from '../../../sdk/typescript/plane.ts';
import type { PlaneOptions } from '../../../sdk/typescript/types.ts';
import { linesOf } from './lines-of.ts';
import { answerVector } from './typescript-vector.ts';

type Request = PlaneOptions & {
  op: string;
  name: string;
  vector: object;
  issuer: string;
  sub: string;
  permission: string;
  tenant: string;
  project?: string;
  product: string;
  key?: unknown;
  scope?: string;
  namespace?: string;
};

let plane: Plane | undefined;
/** How often the disk refused. */
let unwritten = 0;

const current = (): Plane => {
  if (plane === undefined) throw new Error('no plane is open');
  return plane;
};

const OPERATIONS: Record<string, (request: Request) => object | Promise<object>> = {
  vector: ({ name, vector }) => answerVector(name, vector),
  open: async (request) => {
    if (plane !== undefined) throw new Error('a plane is open');
    try {
      plane = await openPlane(request);
      unwritten = 0;
      plane.on('journal', () => (unwritten += 1));
      return { ok: true };
    } catch (error) {
      if (error instanceof Error && 'code' in error) return { code: error.code };
      throw error;
    }
  },
  ready: async () => {
    await current().ready();
    return { ok: true };
  },
  can: ({ issuer, sub, permission, tenant, project }) =>
    current().can({ issuer, sub }, permission, tenant, project),
  entitlement: ({ tenant, product }) => current().entitlement(tenant, product),
  apiKey: ({ key, scope, namespace }) => current().apiKey(key, { scope, namespace }),
  explain: ({ issuer, sub, permission, tenant, project }) =>
    current().explain({ issuer, sub }, permission, tenant, project),
  freshness: () => ({ freshness: current().freshness() }),
  stats: () => ({ ...current().stats(), unwritten }),
  close: async () => {
    await plane?.close();
    plane = undefined;
    return { ok: true };
  },
};

/** Never rejects: what went wrong is an answer too. */
const answer = async (line: string): Promise<object> => {
  try {
    const request = JSON.parse(line) as Request;
    const run = Object.hasOwn(OPERATIONS, request.op) ? OPERATIONS[request.op] : undefined;
    return run === undefined ? { error: `no op ${request.op}` } : await run(request);
  } catch (error) {
    return { error: String(error) };
  }
};

for await (const line of linesOf(process.stdin)) {
  process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
}
await plane?.close();
