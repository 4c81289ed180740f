import { PROBLEM_CODES, PROBLEM_KINDS, problemType } from './problem-codes.ts';
import { DOMAIN_ADVICE, PORT_ADVICE, SAGA_ADVICE, STORE_ADVICE } from './sagas/what-to-do.ts';

/** `docs/reference/errors.md`, from the closed tables that the API answers with. */
export function formatErrorsReference(): string {
  return `${[HEAD, formatProblems(), formatReasons()].join('\n\n')}\n`;
}

const HEAD = `# Errors

<!-- Written by tools/errors-reference.ts from api/. Change it there. -->

## Problems of the API

Every refusal is an RFC 9457 problem (\`application/problem+json\`): \`type\`, \`title\`, \`status\`,
\`detail\`, \`whatToDo\`, and \`errors\` when members of the request are wrong. \`type\` is stable; branch
on it and on nothing else. "Not there" and "not yours" give the same 404.`;

function formatProblems(): string {
  const rows = PROBLEM_CODES.map((code) => {
    const { status, title, whatToDo } = PROBLEM_KINDS[code];
    return `| ${status} | \`${problemType(code)}\` | ${title}. | ${whatToDo} |`;
  });
  return ['| status | type | meaning | what to do |', '|---|---|---|---|', ...rows].join('\n');
}

function formatReasons(): string {
  const port = Object.entries(PORT_ADVICE).map(([code, advice]) => [`<port>.${code}`, advice]);
  const rest = [DOMAIN_ADVICE, STORE_ADVICE, SAGA_ADVICE].flatMap(Object.entries<string>);
  const rows = [...port, ...rest].map(([code = '', advice]) => {
    const page = `../runbooks/${code.replace(/^.*\./, '')}.md`;
    return `| [\`${code}\`](${page}) | ${advice} |`;
  });
  return [
    '## Reasons of a saga\n',
    'Why a saga waits (`parked`) or was undone (`unwound`): `reason.code` of `GET /v1/sagas/{saga}`.',
    '`<port>` is the outside system: `identity`, `dns`, `routes`, `tenant-database` and so on.',
    '`foreign` and `invalid` are permanent and unwind a saga before `activate`; the others are',
    'transient: the step is tried again and past the retry budget the saga parks. Each code leads to its runbook.\n',
    '| code | what to do |',
    '|---|---|',
    ...rows,
  ].join('\n');
}
