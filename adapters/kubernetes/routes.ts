import type { RouteRequest, Routes } from '../../ports/routes.ts';
import type { OwnedObjects } from './owned.ts';

const PROBE_NAME = 'tenure-probe';

/** The front end that all tenants' hosts lead to. */
export interface FrontEnd {
  /** Name of a Service in the namespace of the routes. */
  readonly name: string;
  readonly port: number;
}

/** The port over any kind of route: one object per tenant, named by its slug. */
export function routesOver<Spec>(
  objects: OwnedObjects<Spec>,
  specOf: (host: string) => Spec,
): Routes {
  return {
    ensure: ({ slug, host }: RouteRequest, call) => objects.ensure(slug, () => specOf(host), call),
    remove: (slug, call) => objects.remove(slug, call),
    observe: ({ slug, host }, call) => objects.observe(slug, () => specOf(host), call),
    probe: (signal) => objects.probe(PROBE_NAME, () => specOf(`${PROBE_NAME}.invalid`), signal),
    inventory: async (signal) =>
      (await objects.list(signal)).map(({ name, tenant }) => ({ name, tenant })),
  };
}
