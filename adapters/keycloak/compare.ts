import type { Attribute } from '../../domain/reconcile/observation.ts';

type Values = Readonly<Record<string, unknown>>;

/** Told as right or wrong only: a name of people's choice, which may be one of a person. */
const UNTOLD: ReadonlySet<string> = new Set(['displayName', 'description']);
/** Keycloak shows them masked. */
const SECRET: ReadonlySet<string> = new Set(['password', 'clientSecret']);

/** Each value of `wanted` beside Keycloak's, `<part> <key>`; what it adds by itself is not told. */
export function compare(part: string, wanted: object, found: object | undefined): Attribute[] {
  return Object.entries(wanted).flatMap(([key, value]: [string, unknown]) => {
    const name = `${part} ${key}`;
    const theirs = (found as Values | undefined)?.[key];
    if (SECRET.has(key)) return [];
    if (isMap(value)) return compare(name, value, isMap(theirs) ? theirs : undefined);
    const [mine, there] = [textOf(value), theirs === undefined ? null : textOf(theirs)];
    if (!UNTOLD.has(key)) return [{ name, wanted: mine, found: there }];
    return [toldAs(name, mine === there)];
  });
}

/** What is wanted of that name, beside whether there is such a thing. */
export function compareNames(
  part: string,
  wanted: readonly string[],
  found: readonly string[],
): Attribute[] {
  return wanted.map((name) => ({
    name: `${part} ${name}`,
    wanted: 'there',
    found: found.includes(name) ? 'there' : null,
  }));
}

export function isDrifted(attributes: readonly Attribute[]): boolean {
  return attributes.some(({ wanted, found }) => wanted !== found);
}

/** Whether one of the switches of those names is on. */
export function isOn(attributes: readonly Attribute[], ...names: readonly string[]): boolean {
  return attributes.some(({ name, found }) => names.includes(name) && found === 'true');
}

function toldAs(name: string, same: boolean): Attribute {
  return { name, wanted: 'as registered', found: same ? 'as registered' : 'another' };
}

function isMap(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Keycloak keeps lists in no order. */
function textOf(value: unknown): string {
  return Array.isArray(value) ? value.map(String).toSorted().join(' ') : String(value);
}
