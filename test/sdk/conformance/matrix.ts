import { KIT_NAMES } from './kits.ts';
import type { MutantReport } from './play-mutants.ts';
import type { RelayReport } from './play-relay.ts';
import type { VectorReport } from './play-vectors.ts';

export type RunReport = {
  date: string;
  /** How long all three took. */
  seconds: number;
  vectors: VectorReport;
  mutants: MutantReport;
  relay: RelayReport;
};

const INTRODUCTION = `# Conformance of the kits

Written by \`npm run conformance\`; do not edit. Four kits read the same facts, and a decision must not
depend on the language that it is made in. Their drivers speak one protocol of JSON lines (\`vector\`,
\`open\`, \`ready\`, \`can\`, \`entitlement\`, \`apiKey\`, \`explain\`, \`freshness\`, \`stats\`, \`close\`), and
three plays compare them with [the specification](../../facts/spec/facts-v1.md), with the true log and with each other.`;

const REPEAT = `## Again

\`\`\`sh
npm run conformance                                    # all three, writes this page
npm run conformance -- --mutants 3000 --seed 7         # as many mutants, of this seed
npm run jest -- test/sdk/conformance.servers.test.ts   # what \`npm test\` plays: 3000 mutants of the day
\`\`\`

The test also has a driver that lies once in each of the plays, and is caught.`;

const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;

const table = (head: readonly string[], rows: (string | number)[][]): string =>
  [row(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(row)].join('\n');

const vectorTable = ({ groups }: VectorReport): string => {
  const rows = [...groups]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([group, { vectors, passed }]) => [
      group,
      vectors,
      ...KIT_NAMES.map((name) => passed[name] ?? 0),
    ]);
  return table(['rules', 'vectors', ...KIT_NAMES], rows);
};

const mutantText = (report: MutantReport): string => {
  const { seed, played, signed, unchanged, accepted, groups, findings } = report;
  const rows = Object.entries(groups)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([group, counts]) => [group, counts.played, counts.refused]);
  return `Seed ${seed}: ${played} mutants of valid vectors. Bytes of lines, notes, proofs, keys and
signatures are flipped, cut, doubled, swapped, inserted, also with what parsers like to disagree on;
${signed} of them were changed under their signature and signed again, as who stole a key would, so
that the checks behind the signature are reached: of a state tree every hash above the change, of an
API key its check is made to fit. ${unchanged} came out as they were, and ${accepted}
were answered without a refusal: an oracle that shares no code with the kits (\`test/sdk/conformance/oracle\`)
says of each what there is to be taken, a fact that only differs, an unknown signature, lines before
the change, and no kit takes more; of state notes, trees, views and API keys it reads all that is in
them, and no kit may read anything else. Stories of a reader always have an answer: their states are
compared. Accepted wrongly, answered otherwise by one kit, or not answered: ${findings.length}.

${table(['mutants of', 'played', 'refused by all kits'], rows)}`;
};

const relayTable = ({ attacks, refused, resting }: RelayReport): string => {
  const codes = [...new Set(Object.values(refused).flatMap(Object.keys))].toSorted();
  const rows = codes.map((code) => [
    `refused: \`${code}\``,
    ...KIT_NAMES.map((name) => refused[name]?.[code] ?? 0),
  ]);
  const made = Object.entries(attacks).map(([name, count]) => `${name} ${count}`);
  const taken = KIT_NAMES.map((name) => resting[name] ?? 0);
  rows.unshift(['snapshots taken', ...taken]);
  return `Attacks: ${made.toSorted().join(', ')}.\n\n${table(['', ...KIT_NAMES], rows)}`;
};

const relayText = ({ seed, facts, snapshots, healedAfterMs }: RelayReport): string =>
  `Seed ${seed}: a relay on the stream drops, doubles, delays, replays, renumbers, truncates and changes
lines, puts them on other shards' subjects, adds histories signed with the stolen fact key, and sends
old heartbeats; HTTP tells the truth about lines. About the state it lies: ${snapshots.length} times planes
that had nothing booted from a snapshot of which was served: ${snapshots.join(', ')}.
After each of them, and of ${healedAfterMs.length} rounds of the relay (${facts} facts in all), every kit's heads,
decisions, entitlements, API keys and explanations were those of a replay of the true log, so many
milliseconds after the relay had healed: ${healedAfterMs.join(', ')}. What a snapshot is refused for
all kits say alike. The index of a line is not compared: it is not signed, and until a later fact
shows that it is too large it is what a relay says. Which lines a kit refuses, and which it drops or
fetches, depends on the moment of their arrival: the counts differ, the state does not.`;

/** The page of the reference. */
export const formatMatrix = ({ date, seconds, vectors, mutants, relay }: RunReport): string =>
  `${INTRODUCTION}

Last run: ${date}, in ${seconds} seconds.

## Vectors

How many vectors of each group of rules a kit answers as the specification says.

${vectorTable(vectors)}

The \`ed25519-*\` vectors are keys and signatures on which libraries disagree (small order, mixed order,
not reduced, negative zero, S not below L, cofactored only), each under the strict profile. Beside them
stand Project Wycheproof's Ed25519 cases and those of ed25519-speccheck, as their authors publish them.

## Mutants

${mutantText(mutants)}

## A hostile relay

${relayText(relay)}

${relayTable(relay)}

${REPEAT}
`;
