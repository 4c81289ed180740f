import { FactError } from '../../../facts/core/errors.ts';
import type { Chance } from './chance.ts';
import { filesOfTree, forgeTree, forgeView, restate, rootIn, treeOfFiles } from './forge-state.ts';
import { mutateBytes } from './mutate-bytes.ts';
import { bytesOf, placesOf, textAt, textOf, withTextAt } from './places.ts';
import type { Place } from './places.ts';
import { signedInKey, signedInLine, signedInNote } from './sign-again.ts';
import type { Signed } from './sign-again.ts';
import { copyOf, groupOf, readVectors } from './vectors.ts';
import type { Case, Json } from './vectors.ts';

export type VectorMutant = {
  origin: Case;
  place: Place;
  how: string;
  /** The changed bytes are under a true signature: they may be accepted, if all kits do. */
  isSigned: boolean;
  vector: Json;
};

type Target = { origin: Case; places: Place[] };

/** The valid vectors by group of rules: each group is chosen as often, of many vectors or of few. */
export const targets = (): Target[][] => {
  const all = readVectors()
    .filter(({ folder }) => folder === 'valid')
    .map((origin) => ({ origin, places: placesOf(origin) }))
    .filter(({ places }) => places.length > 0);
  return [...Map.groupBy(all, ({ origin }) => groupOf(origin)).values()];
};

/** One in so many is of whole lines: their order, or how often they are there. */
const WHOLE_LINES_ONE_IN = 10;

const mutateLines = (origin: Case, place: Place, chance: Chance): VectorMutant => {
  const vector = copyOf(origin.vector);
  const list = place.path.slice(0, -1).reduce((value, name) => value[name] as Json, vector);
  const lines = list as unknown as string[];
  const [from, to] = [chance.below(lines.length), chance.below(lines.length)];
  const how = chance.of(['swap lines', 'duplicate a line', 'cut a line'] as const);
  const [one = '', other = ''] = [lines[from], lines[to]];
  if (how === 'swap lines') [lines[from], lines[to]] = [other, one];
  else if (how === 'duplicate a line') lines.splice(to, 0, one);
  else lines.splice(from, 1);
  return { origin, place, how, isSigned: false, vector };
};

const signedAt = (text: string, { form }: Place): Signed | undefined => {
  try {
    if (form === 'line') return signedInLine(text);
    if (form === 'text') return signedInKey(text);
    return form === 'note' ? signedInNote(bytesOf(text, form)) : undefined;
  } catch (error) {
    // Some stories have garbage in them: there is nothing to sign.
    if (error instanceof FactError) return undefined;
    throw error;
  }
};

/** What holds the nodes of a tree: the input of its check, or a reader's snapshot with its note. */
type Served = { root?: string; note?: string; nodes: Record<string, string> };

const forgeFiles = (served: Served, chance: Chance): string => {
  const note = served.note === undefined ? undefined : bytesOf(served.note, 'note');
  const root = note === undefined ? String(served.root) : rootIn(note);
  const forged = forgeTree(treeOfFiles(root, served.nodes), chance);
  served.nodes = filesOfTree(forged);
  if (note === undefined) served.root = forged.root;
  else served.note = textOf(restate(note, root, forged.root), 'note');
  return forged.how;
};

const forge = (origin: Case, place: Place, chance: Chance): VectorMutant => {
  const vector = copyOf(origin.vector);
  const inner = place.path.slice(0, -1).reduce((value, name) => value[name] as Json, vector);
  const mutant = { origin, place, isSigned: true, vector };
  if (place.path.at(-1) === 'view') {
    const { view, how } = forgeView(bytesOf(String(inner['view']), 'file'), chance);
    inner['view'] = textOf(view, 'file');
    return { ...mutant, how };
  }
  const served = place.path.slice(0, -2).reduce((value, name) => value[name] as Json, vector);
  return { ...mutant, how: forgeFiles(served as Served, chance) };
};

export const mutantOf = (all: readonly Target[][], chance: Chance): VectorMutant => {
  const { origin, places } = chance.of(chance.of(all));
  const place = chance.of(places);
  if (place.form === 'line' && chance.isOneIn(WHOLE_LINES_ONE_IN)) {
    return mutateLines(origin, place, chance);
  }
  if (place.form === 'file' && chance.isOneIn(2)) return forge(origin, place, chance);
  const text = textAt(origin.vector, place);
  const signed = chance.isOneIn(2) ? signedAt(text, place) : undefined;
  const { bytes, how } = mutateBytes(signed?.signed ?? bytesOf(text, place.form), chance);
  const changed = textOf(signed === undefined ? bytes : signed.sign(bytes), place.form);
  const vector = withTextAt(origin.vector, place, changed);
  return { origin, place, how, isSigned: signed !== undefined, vector };
};
