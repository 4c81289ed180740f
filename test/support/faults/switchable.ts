import type { Outside } from '../saga-outside.ts';

/** Outside ports that a test replaces while sagas hold them, as a worker's restart would. */
export function switchable(first: Outside) {
  let current = first;
  const follow = <P extends object>(find: () => P): P =>
    new Proxy({} as P, {
      get: (_target, key) => {
        const port = find();
        const member: unknown = Reflect.get(port, key);
        return typeof member === 'function' ? (member.bind(port) as unknown) : member;
      },
    });
  const silo = follow(() => current.identity.silo);
  const ports: Outside = {
    identity: { silo, pool: silo },
    databases: follow(() => current.databases),
    routes: follow(() => current.routes),
    dns: follow(() => current.dns),
    domainProof: follow(() => current.domainProof),
    mailCatcher: undefined,
    notifier: follow(() => current.notifier),
  };
  return {
    ports,
    /** The others are what they were at first. */
    use: (changes: Partial<Outside>) => {
      current = { ...first, ...changes };
    },
  };
}
