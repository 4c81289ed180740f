// Writes docs/reference/configuration.md from the configuration's schema; --check compares only.
import { formatReference } from '../wiring/config/reference.ts';
import { writeGenerated } from './write-generated.ts';

if (import.meta.main) writeGenerated('docs/reference/configuration.md', formatReference());
