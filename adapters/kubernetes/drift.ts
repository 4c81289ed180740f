import type { Attribute } from '../../domain/reconcile/observation.ts';

/**
 * Each value that we apply, beside what the server has in its place: `spec.rules[0].host`. What it
 * adds by itself (defaults, status, other managers' fields) is not looked at, but a list of ours
 * must be as long as ours.
 */
export function attributesOf(wanted: unknown, found: unknown, path = ''): Attribute[] {
  if (Array.isArray(wanted)) {
    const theirs: readonly unknown[] = Array.isArray(found) ? found : [];
    const [mine, there] = [String(wanted.length), String(theirs.length)];
    return [
      { name: `${path}.length`, wanted: mine, found: there },
      ...wanted.flatMap((value, at) => attributesOf(value, theirs[at], `${path}[${at}]`)),
    ];
  }
  if (typeof wanted !== 'object' || wanted === null) {
    return [{ name: path, wanted: String(wanted), found: textOf(found) }];
  }
  const theirs = (typeof found === 'object' && found !== null ? found : {}) as Values;
  return Object.entries(wanted).flatMap(([key, value]) =>
    attributesOf(value, theirs[key], path === '' ? key : `${path}.${key}`),
  );
}

type Values = Readonly<Record<string, unknown>>;

function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number);
}
