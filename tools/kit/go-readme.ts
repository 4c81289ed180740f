// Writes the Go kit's README from its text and the sample that a test runs.
import { readFileSync } from 'node:fs';
import { ROOT } from '../run-command.ts';
import { writeGenerated } from '../write-generated.ts';

const KIT = 'sdk/go/';
const PLACE = '<!-- sample/main.go -->';

const text = readFileSync(`${ROOT}${KIT}readme-text.md`, 'utf8');
const sample = readFileSync(`${ROOT}${KIT}sample/main.go`, 'utf8').trimEnd();

writeGenerated(
  `${KIT}README.md`,
  text.replace(PLACE, () => sample),
);
