import type { Call } from '../../../ports/call.ts';
import type { Outside } from '../saga-outside.ts';
import type { memoryOutside } from '../saga-outside.ts';
import type { Mutation } from './bundle.ts';

/*
 * The rules of DESIGN 5, each switched off: what the proofs are proved with.
 */

const LIBRARY = 'workflows/shared/saga.ts';

export const COMPENSATION_AFTER_STEP: Mutation = {
  file: LIBRARY,
  text: `        undos.push(step);
        await runStep(run, step, 'widening');`,
  by: `        await runStep(run, step, 'widening');
        undos.push(step);`,
};

export const CANCELLABLE_UNWINDING: Mutation = {
  file: LIBRARY,
  text: 'await CancellationScope.nonCancellable(() => undos.unwind(reasonOf(run.at, cause)));',
  by: 'await undos.unwind(reasonOf(run.at, cause));',
};

export const CANCELLABLE_PIVOT: Mutation = {
  file: LIBRARY,
  text: `await CancellationScope.nonCancellable(async () => {
      for (const step of steps.slice(pivot, pivot + 1))`,
  by: `await CancellationScope.cancellable(async () => {
      for (const step of steps.slice(pivot, pivot + 1))`,
};

export const CANCELLABLE_AFTER_PIVOT: Mutation = {
  file: LIBRARY,
  text: `await CancellationScope.nonCancellable(async () => {
    for (const step of steps.slice(pivot + 1))`,
  by: `await CancellationScope.cancellable(async () => {
    for (const step of steps.slice(pivot + 1))`,
};

export const ONE_UNDO_FOR_THE_UNKNOWN: Mutation = {
  file: 'workflows/shared/undo-stack.ts',
  text: 'if (lateUntilMs !== undefined) {',
  by: 'if (Math.random() > 2) {',
};

export const EARLIER_ATTEMPTS_FORGOTTEN: Mutation = {
  file: LIBRARY,
  text: 'if (attempt > 1) noteLate(false);',
  by: 'void attempt;',
};

/** Adapters that take whatever has the name for theirs: the owner mark is skipped. */
export function markless(memory: ReturnType<typeof memoryOutside>): Outside {
  const { identity, routes, dns } = memory;
  const claim = {
    identity: (slug: string, { owner }: Call) => {
      if (memory.memory.find(slug) !== undefined) memory.memory.plant(slug, owner);
    },
    route: (slug: string, host: string, { owner }: Call) => {
      if (routes.find(slug) !== undefined) routes.plant(slug, { host, owner });
    },
    dns: (host: string, { owner }: Call) => {
      if (dns.find(host) !== undefined) dns.plant(host, { record: true, owner });
    },
  };
  const provider: typeof identity.silo = {
    ...identity.silo,
    ensure: (request, call) => {
      claim.identity(request.slug, call);
      return identity.silo.ensure(request, call);
    },
    remove: (slug, call) => {
      claim.identity(slug, call);
      return identity.silo.remove(slug, call);
    },
  };
  return {
    ...memory,
    identity: { silo: provider, pool: provider },
    routes: {
      ...routes,
      ensure: (request, call) => {
        claim.route(request.slug, request.host, call);
        return routes.ensure(request, call);
      },
      remove: (slug, call) => {
        claim.route(slug, routes.find(slug)?.host ?? '', call);
        return routes.remove(slug, call);
      },
    },
    dns: {
      ...dns,
      ensure: (host, call) => {
        claim.dns(host, call);
        return dns.ensure(host, call);
      },
      remove: (host, call) => {
        claim.dns(host, call);
        return dns.remove(host, call);
      },
    },
  };
}
