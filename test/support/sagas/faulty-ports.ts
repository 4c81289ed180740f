import { ApplicationFailure } from '@temporalio/common';
import { Context } from '@temporalio/activity';
import { PortError } from '../../../ports/call.ts';
import type { Call } from '../../../ports/call.ts';
import type { Activities } from '../saga-world.ts';
import type { Outside } from '../saga-outside.ts';
import type { Failures, FaultPlan } from './faults.ts';

/** Methods that change something outside; a `Call`, or a signal, is their last argument. */
const EFFECTS: ReadonlySet<unknown> = new Set([
  ...['ensure', 'remove', 'inviteAdmin', 'ensureInvited', 'ensureMember', 'removeMember'],
  ...['suspend', 'restore', 'put'],
  ...['receive', 'welcome'],
  ...['send', 'look'],
]);

/** Any outside port, memory or real, whose calls go as the plan says. */
export function faultyPort<P extends object>(plan: FaultPlan, name: string, port: P): P {
  const failures: Failures = {
    unknown: () => new PortError(name, 'unknown', `${name} gave no answer`),
    refused: (code) => new PortError(name, code, `${name} refused`),
  };
  return new Proxy(port, {
    get(target, key) {
      const method: unknown = Reflect.get(target, key);
      if (typeof method !== 'function') return method;
      if (key === 'probe')
        return async (...args: unknown[]) => {
          if (plan.down.has(name)) throw failures.refused('unavailable');
          await Reflect.apply(method, target, args);
        };
      if (!EFFECTS.has(key)) return method.bind(target) as unknown;
      return (...args: unknown[]) =>
        plan.run(`${name}.${String(key)}`, failures, async () =>
          Reflect.apply(method, target, withOwnDeadline(args)),
        );
    },
  });
}

/** The request is on its way: it outlives the attempt that sent it. */
function withOwnDeadline(args: unknown[]): unknown[] {
  const last = args.at(-1) as Call | AbortSignal;
  const { signal } = new AbortController();
  return [...args.slice(0, -1), last instanceof AbortSignal ? signal : { ...last, signal }];
}

/** All outside systems of a world, named as effects name them. */
export function faultyOutside(plan: FaultPlan, outside: Outside): Outside {
  const { silo, pool } = outside.identity;
  const faulty = faultyPort(plan, 'identity', silo);
  return {
    // One adapter may be both, and the doctor must see that it is.
    identity: { silo: faulty, pool: pool === silo ? faulty : faultyPort(plan, 'identity', pool) },
    databases: faultyPort(plan, 'database', outside.databases),
    routes: faultyPort(plan, 'route', outside.routes),
    dns: faultyPort(plan, 'dns', outside.dns),
    domainProof: faultyPort(plan, 'domain-proof', outside.domainProof),
    mailCatcher: outside.mailCatcher,
    notifier: faultyPort(plan, 'notifier', outside.notifier),
    ...(outside.exports && { exports: faultyPort(plan, 'exports', outside.exports) }),
  };
}

/** What the registry itself answers, as Temporal gets it. */
const STORE: Failures = {
  unknown: () => failure('store-unknown', false),
  refused: (code) =>
    code === 'unavailable' ? failure('store-unavailable', false) : failure('tenant-state', true),
};

/** Faults between the saga and the steps that have no outside port: commit, row, acceptance. */
export function faultyActivities(plan: FaultPlan, activities: Activities): Activities {
  const { activate, commitRoles, undoAcceptance, recordProgress } = activities;
  const { commitFreeze, commitUnfreeze } = activities;
  const { commitDomain, commitDomainRemoval, freeDomain } = activities;
  const { commitOffboarding, commitRetentionEnd, commitRevocation, commitArchive } = activities;
  const { commitMove, commitLatecomers } = activities;
  const { releaseTenant, eraseRecords, assureNoResidue } = activities;
  const { commitInvitation, isInvitationPending, settleInvitation } = activities;
  const { commitPlan, commitAnswer, beginTrial, extendTrial, convertTrial, endTrial } = activities;
  return {
    ...activities,
    activate: (...args) => plan.run('store.activate', STORE, () => activate(...args)),
    commitRoles: (...args) => plan.run('store.commit', STORE, () => commitRoles(...args)),
    commitFreeze: (...args) => plan.run('store.freeze', STORE, () => commitFreeze(...args)),
    commitUnfreeze: (...args) => plan.run('store.unfreeze', STORE, () => commitUnfreeze(...args)),
    commitInvitation: (...args) =>
      plan.run('store.commitInvitation', STORE, () => commitInvitation(...args)),
    isInvitationPending: (...args) =>
      plan.run('store.isInvitationPending', STORE, () => isInvitationPending(...args)),
    settleInvitation: (...args) =>
      plan.run('store.settleInvitation', STORE, () => settleInvitation(...args)),
    commitPlan: (...args) => plan.run('store.commit', STORE, () => commitPlan(...args)),
    commitAnswer: (...args) => plan.run('store.commit', STORE, () => commitAnswer(...args)),
    beginTrial: (...args) => plan.run('store.begin', STORE, () => beginTrial(...args)),
    extendTrial: (...args) => plan.run('store.extend', STORE, () => extendTrial(...args)),
    convertTrial: (...args) => plan.run('store.convert', STORE, () => convertTrial(...args)),
    endTrial: (...args) => plan.run('store.end', STORE, () => endTrial(...args)),
    commitDomain: (...args) => plan.run('store.commitDomain', STORE, () => commitDomain(...args)),
    commitDomainRemoval: (...args) =>
      plan.run('store.commitDomainRemoval', STORE, () => commitDomainRemoval(...args)),
    freeDomain: (...args) => plan.run('store.freeDomain', STORE, () => freeDomain(...args)),
    commitOffboarding: (...args) =>
      plan.run('store.offboard', STORE, () => commitOffboarding(...args)),
    releaseTenant: (...args) => plan.run('store.release', STORE, () => releaseTenant(...args)),
    commitRetentionEnd: (...args) =>
      plan.run('store.decide', STORE, () => commitRetentionEnd(...args)),
    commitRevocation: (...args) => plan.run('store.return', STORE, () => commitRevocation(...args)),
    eraseRecords: (...args) => plan.run('store.erase', STORE, () => eraseRecords(...args)),
    assureNoResidue: (...args) => plan.run('outside.scan', STORE, () => assureNoResidue(...args)),
    commitArchive: (...args) => plan.run('store.archive', STORE, () => commitArchive(...args)),
    commitMove: (...args) => plan.run('store.move', STORE, () => commitMove(...args)),
    commitLatecomers: (...args) =>
      plan.run('store.latecomers', STORE, () => commitLatecomers(...args)),
    undoAcceptance: (...args) =>
      plan.run('store.undoAcceptance', STORE, () => undoAcceptance(...args)),
    recordProgress: (...args) =>
      plan.run('store.recordProgress', STORE, () => recordProgress(...args)),
  };
}

/** The sequencer's side of the `sign` step. */
export function faultySigning<A extends unknown[], T>(
  plan: FaultPlan,
  waitFor: (...args: A) => Promise<T>,
): (...args: A) => Promise<T> {
  return (...args) => plan.run('facts.sign', STORE, () => waitFor(...args));
}

function failure(type: string, nonRetryable: boolean): ApplicationFailure {
  const details = [Context.current().info.attempt];
  return ApplicationFailure.create({ type, message: type, nonRetryable, details });
}
