import { z } from 'zod';
import type { Plane } from '../sdk/typescript/plane.ts';
import type { Context } from './context.ts';
import { CliError, EXIT } from './errors.ts';
import { readLines } from './fact-lines.ts';

const QUESTION = z.strictObject({
  issuer: z.string(),
  sub: z.string(),
  permission: z.string(),
  tenant: z.string(),
  project: z.string().optional(),
});
type Question = z.infer<typeof QUESTION>;

export interface QuestionOptions {
  readonly can?: string;
  readonly tenant?: string;
  readonly project?: string;
  readonly issuer?: string;
  readonly sub?: string;
}

type Answer = (plane: Plane, context: Context) => Promise<void>;

const decide = (plane: Plane, { issuer, sub, permission, tenant, project }: Question) =>
  plane.can({ issuer, sub }, permission, tenant, project);

/** By options; refuses half a question before anything is asked. */
export function answerOne({ can, ...rest }: QuestionOptions): Answer {
  const { tenant, project, issuer, sub } = rest;
  const question = QUESTION.safeParse({ permission: can, tenant, project, issuer, sub });
  if (!question.success)
    throw new CliError(EXIT.usage, 'One question takes --can, --tenant, --issuer and --sub.');
  return (plane, context) => {
    const decision = decide(plane, question.data);
    const { allowed, reason, freshness } = decision;
    context.print(
      decision,
      () => `${allowed ? 'allowed' : 'not allowed'}: ${reason} (${freshness})`,
    );
    if (!allowed) throw new CliError(EXIT.refused, `Not allowed: ${reason}.`);
    return Promise.resolve();
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
    const answer = isBad ? { error: `line ${number}: ${question}` } : decide(plane, question);
    io.out(`${JSON.stringify(answer)}\n`);
  }
  if (bad > 0) throw new CliError(EXIT.usage, `${bad} of the lines are no questions.`);
};

/** The question, or what is wrong with it. */
function parseQuestion(text: string): Question | string {
  try {
    const question = QUESTION.safeParse(JSON.parse(text));
    return question.success ? question.data : z.prettifyError(question.error).replaceAll('\n', ' ');
  } catch {
    return 'not JSON';
  }
}
