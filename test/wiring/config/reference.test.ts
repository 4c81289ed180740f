import { expect, test } from '@jest/globals';
import { SECTIONS } from '../../../wiring/config/load.ts';
import { formatReference } from '../../../wiring/config/reference.ts';
import { VARIABLES } from '../../../wiring/config/section.ts';

test('every variable is described in the schema and stands on the reference page', () => {
  const page = formatReference();
  const variables = Object.values(SECTIONS).flatMap((part) => Object.entries(part.variables));
  expect(variables.length).toBeGreaterThan(40);
  for (const [name, schema] of variables) {
    expect([name, VARIABLES.get(schema)?.about]).toEqual([name, expect.stringMatching(/\.$/)]);
    expect(page).toContain(`| \`${name}\``);
  }
});
