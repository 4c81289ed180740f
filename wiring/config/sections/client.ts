import { section } from '../section.ts';
import { httpUrl } from '../variables.ts';

export const client = section({
  title: 'Command line',
  about: 'Where `tenure` finds the API. It sends `OPERATOR_TOKEN`.',
  variables: {
    TENURE_URL: httpUrl.optional('Base URL of the API. Unset: the port of `ADDR` on this machine.'),
  },
  build: ({ TENURE_URL }) => ({ url: TENURE_URL }),
});
