import type { Routes } from '../../ports/routes.ts';
import type { IsOpen, OwnedObjects } from './owned.ts';

const PROBE_NAME = 'tenure-probe';

/** The front end that all tenants' hosts lead to. */
export interface FrontEnd {
  /** Name of a Service in the namespace of the routes. */
  readonly name: string;
  readonly port: number;
}

/** What an object says of a host: the way to the front end, or no way at all. */
export interface Specs<Spec> {
  readonly routed: (host: string) => Spec;
  readonly suspended: (host: string) => Spec;
  /** Whether the spec, whoever wrote it, leads anywhere. */
  readonly isOpen: IsOpen<Spec>;
}

/** The port over any kind of route: one object per tenant, named by its slug. */
export function routesOver<Spec>(
  objects: OwnedObjects<Spec>,
  { routed, suspended, isOpen }: Specs<Spec>,
): Routes {
  const ensure: Routes['ensure'] = ({ slug, host }, call) =>
    objects.ensure(slug, () => routed(host), call);
  return {
    ensure,
    suspend: ({ slug, host }, call) => objects.change(slug, () => suspended(host), call),
    restore: ensure,
    remove: (slug, call) => objects.remove(slug, call),
    observe: ({ slug, host }, call) => objects.observe(slug, () => routed(host), call, isOpen),
    probe: (signal) => objects.probe(PROBE_NAME, () => routed(`${PROBE_NAME}.invalid`), signal),
    inventory: async (signal) =>
      (await objects.list(signal)).map(({ name, owner }) => ({ name, owner })),
  };
}
