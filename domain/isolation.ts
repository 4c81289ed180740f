/** `silo`: a Keycloak realm of one's own. `pool`: an organization in a shared realm. */
export const ISOLATION_MODES = ['silo', 'pool'] as const;
export type Isolation = (typeof ISOLATION_MODES)[number];

export function otherMode(mode: Isolation): Isolation {
  return mode === 'silo' ? 'pool' : 'silo';
}
