// Writes the Rust kit's README from its text and the sample that a test runs.
import { readFileSync } from 'node:fs';
import { ROOT } from '../run-command.ts';
import { writeGenerated } from '../write-generated.ts';

const KIT = 'sdk/rust/';
const PLACE = '<!-- examples/sample.rs -->';

const text = readFileSync(`${ROOT}${KIT}readme-text.md`, 'utf8');
const sample = readFileSync(`${ROOT}${KIT}examples/sample.rs`, 'utf8').trimEnd();

writeGenerated(
  `${KIT}README.md`,
  text.replace(PLACE, () => sample),
);
