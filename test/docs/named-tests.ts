/** A test that a page names: a file in the repository, and the title of a test or group in it. */
export interface NamedTest {
  readonly file: string;
  readonly title: string;
}

const NAMED = /`(test\/[^`]+\.ts)`: “([^”]+)”/g;

/** All `` `test/…`: “title” `` of a page. */
export function testsNamed(page: string): NamedTest[] {
  return [...page.matchAll(NAMED)].map(([, file = '', title = '']) => ({ file, title }));
}

/** Rows of tables that name no test in their last cell, as they stand there. */
export function rowsWithoutTest(page: string): string[] {
  const rows = page.split('\n').filter((line) => line.startsWith('| '));
  return rows.filter((row) => !row.startsWith('| who has ') && testsNamed(row).length === 0);
}

/** Whether the source has a test or group of exactly this title. */
export function hasTitle(source: string, title: string): boolean {
  const literals = [`'${title}'`, `"${title}"`, `\`${title}\``];
  const starts = ['test(', 'test.concurrent(', 'describe(', ')('];
  const text = source.replaceAll(/\(\s+/g, '(');
  return starts.some((start) => literals.some((literal) => text.includes(`${start}${literal},`)));
}
