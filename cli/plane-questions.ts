import { z } from 'zod';
import type { Plane } from '../sdk/typescript/plane.ts';
import type { Because } from '../sdk/typescript/types.ts';
import type { Context } from './context.ts';
import { CliError, EXIT } from './errors.ts';
import { readLines } from './fact-lines.ts';

const ACCESS = z.strictObject({
  issuer: z.string(),
  sub: z.string(),
  permission: z.string(),
  tenant: z.string(),
  project: z.string().optional(),
  explain: z.boolean().optional(),
});
const API_KEY = z.strictObject({
  apiKey: z.string(),
  scope: z.string().optional(),
  namespace: z.string().optional(),
});
type Access = z.infer<typeof ACCESS>;
type Question = Access | z.infer<typeof API_KEY>;

export interface QuestionOptions {
  readonly can?: string;
  readonly tenant?: string;
  readonly project?: string;
  readonly issuer?: string;
  readonly sub?: string;
  readonly explain?: boolean;
}

type Answer = (plane: Plane, context: Context) => Promise<void>;

const explain = (plane: Plane, { issuer, sub, permission, tenant, project }: Access) =>
  plane.explain({ issuer, sub }, permission, tenant, project);

const decideAccess = (plane: Plane, { issuer, sub, permission, tenant, project }: Access) =>
  plane.can({ issuer, sub }, permission, tenant, project);

const decide = (plane: Plane, question: Question): object | Promise<object> => {
  if ('apiKey' in question) return plane.apiKey(question.apiKey, question);
  return question.explain === true ? explain(plane, question) : decideAccess(plane, question);
};

const formatBecause = ({ at, subject, seq, actor }: Because): string =>
  `  ${subject}, seq ${seq}, at ${at} by ${actor}`;

/** By options; refuses half a question before anything is asked. */
export function answerOne({ can, ...rest }: QuestionOptions): Answer {
  const { tenant, project, issuer, sub } = rest;
  const question = ACCESS.safeParse({ permission: can, tenant, project, issuer, sub });
  if (!question.success)
    throw new CliError(EXIT.usage, 'One question takes --can, --tenant, --issuer and --sub.');
  return async (plane, context) => {
    const { data } = question;
    const explained = rest.explain === true ? await explain(plane, data) : undefined;
    const decision = explained?.decision ?? decideAccess(plane, data);
    const { allowed, reason, freshness } = decision;
    context.print(explained ?? decision, () =>
      [
        `${allowed ? 'allowed' : 'not allowed'}: ${reason} (${freshness})`,
        ...(explained?.because ?? []).map(formatBecause),
      ].join('\n'),
    );
    if (!allowed) throw new CliError(EXIT.refused, `Not allowed: ${reason}.`);
  };
}

/** JSON lines from standard input, each answered in turn. Ctrl-C ends it; a bad one does not. */
export const answerAll: Answer = async (plane, { io }) => {
  const stop = new AbortController();
  void io.interrupted?.().then(() => stop.abort());
  let [number, bad] = [0, 0];
  for await (const text of readLines('-', io, stop.signal)) {
    number += 1;
    if (text.trim() === '') continue;
    const question = parseQuestion(text);
    const isBad = typeof question === 'string';
    if (isBad) bad += 1;
    const answer = isBad ? { error: `line ${number}: ${question}` } : await decide(plane, question);
    io.out(`${JSON.stringify(answer)}\n`);
  }
  if (bad > 0) throw new CliError(EXIT.usage, `${bad} of the lines are no questions.`);
};

/** The question, or what is wrong with it. */
function parseQuestion(text: string): Question | string {
  try {
    const value: unknown = JSON.parse(text);
    const isKey = typeof value === 'object' && value !== null && 'apiKey' in value;
    const question = (isKey ? API_KEY : ACCESS).safeParse(value);
    return question.success ? question.data : z.prettifyError(question.error).replaceAll('\n', ' ');
  } catch {
    return 'not JSON';
  }
}
