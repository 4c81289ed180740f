import type { Context } from './context.ts';
import { CliError, EXIT } from './errors.ts';
import { assureSeq, assureUuid } from './fact-options.ts';
import { formatTable } from './format.ts';

export interface WhereOptions {
  readonly fact?: string;
  readonly revocation?: string;
  readonly operation?: string;
  readonly tenant?: string;
  readonly seq?: string;
}

interface PlaneBody {
  readonly plane: string;
  readonly standing: 'applied' | 'missing' | 'silent' | 'elsewhere';
  readonly since: string | null;
  readonly heard: string | null;
}

interface WhereBody {
  readonly facts: readonly {
    readonly tenant: string;
    readonly seq: number;
    readonly index: number;
    readonly op: string;
    readonly subject: string;
    readonly at: string;
  }[];
  readonly planes: readonly PlaneBody[];
}

const STANDINGS: Readonly<Record<PlaneBody['standing'], string>> = {
  applied: 'applied',
  missing: 'not applied',
  silent: 'no receipt yet',
  elsewhere: 'does not follow the shard',
};

/** `tenure facts where`: fails unless every plane that follows the facts has applied them. */
export async function where(options: WhereOptions, context: Context): Promise<void> {
  const query = new URLSearchParams(questionOf(options));
  const body = await context.client().get<WhereBody>(`/v1/facts/where?${query.toString()}`);
  context.print(body, () => `${formatFacts(body)}\n\n${formatPlanes(body)}\n\n${sentenceOf(body)}`);
  const missing = missingIn(body);
  if (missing.length > 0) throw new CliError(EXIT.refused, `Not applied by ${missing.join(', ')}.`);
  if (followingIn(body).length === 0)
    throw new CliError(
      EXIT.refused,
      'No plane that the registry knows follows it.',
      'Tell the registry of planes: tenure planes add',
    );
}

function questionOf(options: WhereOptions): Record<string, string> {
  const { fact, revocation, operation, tenant, seq } = options;
  const id = fact ?? revocation;
  const asked = [fact, revocation, operation, tenant].filter((one) => one !== undefined);
  if (asked.length !== 1 || (tenant === undefined) !== (seq === undefined)) {
    const sentence = 'Say which: --fact, --operation, or --tenant and --seq.';
    throw new CliError(EXIT.usage, sentence);
  }
  if (id !== undefined) return { fact: assureUuid(id, 'A fact') };
  if (operation !== undefined) return { operation: assureUuid(operation, 'An operation') };
  return {
    tenant: assureUuid(tenant ?? '', 'A tenant'),
    seq: String(assureSeq(seq ?? '', '--seq')),
  };
}

const followingIn = ({ planes }: WhereBody): PlaneBody[] =>
  planes.filter(({ standing }) => standing !== 'elsewhere');

const missingIn = (body: WhereBody): string[] =>
  followingIn(body)
    .filter(({ standing }) => standing !== 'applied')
    .map(({ plane }) => plane);

function formatFacts({ facts }: WhereBody): string {
  const rows = facts.map(({ tenant, seq, index, op, subject, at }) => {
    return [at, tenant, String(seq), String(index), op, subject];
  });
  return formatTable(['AT', 'TENANT', 'SEQ', 'INDEX', 'OP', 'SUBJECT'], rows);
}

function formatPlanes({ planes }: WhereBody): string {
  const rows = planes.map(({ plane, standing, since, heard }) => {
    return [plane, STANDINGS[standing], since ?? '–', heard ?? '–'];
  });
  return formatTable(['PLANE', 'STANDING', 'SINCE', 'HEARD'], rows);
}

function sentenceOf(body: WhereBody): string {
  const [following, missing] = [followingIn(body), missingIn(body)];
  if (following.length === 0) return 'No plane follows it.';
  if (missing.length > 0) return `Missing: ${missing.join(', ')}.`;
  const last =
    following
      .map(({ since }) => since ?? '')
      .toSorted()
      .at(-1) ?? '';
  return `Applied by every plane that follows it (${following.length}), the last at ${last}.`;
}
