import { section } from '../section.ts';
import { httpUrl, text } from '../variables.ts';

export const client = section({
  title: 'Command line',
  about: 'Where `tenure` finds the API. It sends `OPERATOR_TOKEN`.',
  variables: {
    TENURE_URL: httpUrl.optional('Base URL of the API. Unset: the port of `ADDR` on this machine.'),
    TENURE_ROOT: text.optional(
      'Note key of the log’s first root (`tenure keys show`). What reads facts trusts nothing else.',
    ),
  },
  build: ({ TENURE_URL, TENURE_ROOT }) => ({ url: TENURE_URL, root: TENURE_ROOT }),
});
