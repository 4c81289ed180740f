import { section } from '../section.ts';
import { text } from '../variables.ts';

export const sinks = section({
  title: 'Fact sinks',
  about:
    'The process that feeds other stores with the facts. It also needs `TENURE_URL`, `TENURE_ROOT` and `READER_TOKEN`, as any reader.',
  variables: {
    SINKS_DIR: text.optional(
      'Folder in which its reader keeps the lines that it has verified; one process at a time. A cache: when it is gone, everything is read anew.',
    ),
  },
  build: ({ SINKS_DIR }) => ({ directory: SINKS_DIR }),
});
