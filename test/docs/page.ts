/** A fenced block of a page, or a mark that tells the test what the reader does by hand. */
export type Part =
  | { readonly type: 'commands'; readonly text: string }
  | { readonly type: 'output'; readonly text: string }
  | { readonly type: 'mark'; readonly text: string };

const PARTS = /^```(sh|text)\n([\s\S]*?)^```$|^<!-- test: (.+) -->$/gm;

/** Commands (```sh), what they show (```text), and `<!-- test: … -->` marks, in their order. */
export function parsePage(markdown: string): Part[] {
  return [...markdown.matchAll(PARTS)].map(([, language, text = '', mark]) => {
    if (mark !== undefined) return { type: 'mark', text: mark };
    return { type: language === 'sh' ? 'commands' : 'output', text };
  });
}

/** What differs from run to run, by what it is; the longer forms first. */
const VARYING: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uuid>'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '<time>'],
  [/\b\d+ ms\b/g, '<ms>'],
  [/127\.0\.0\.1:\d+/g, '<address>'],
  [/postgres:[^@\s]+@/g, 'postgres:<password>@'],
  [/(KEY_ID=)'[0-9a-f]{32}'/g, '$1<key id>'],
  [/(PUBLIC_KEY=)'[A-Za-z0-9+/]{43}='/g, '$1<key>'],
  [/(\/root)\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}/g, '$1+<key>'],
  [/(prev: )'[A-Za-z0-9_-]{43}'/g, '$1<hash>'],
];

/** Text as it is compared: ids, times and ports by their kind, spaces as one. */
export function normalise(text: string): string {
  const withoutTrace = text
    .split('\n')
    .filter((line) => !line.startsWith('❯')) // a terminal shows it until the step is done
    .map((line) => line.trim().replaceAll(/ {2,}/g, ' '))
    .join('\n')
    .trim();
  return VARYING.reduce((result, [form, kind]) => result.replaceAll(form, kind), withoutTrace);
}
