import { section } from '../section.ts';
import { httpUrl } from '../variables.ts';

export const login = section({
  title: 'Logins',
  about: 'How the API reaches the identity provider for people who accept an invitation.',
  variables: {
    LOGIN_BACKCHANNEL_URL: httpUrl.optional(
      'Where the API itself reaches the identity provider, when the public address leads nowhere from there. Unset: the public address.',
    ),
  },
  build: ({ LOGIN_BACKCHANNEL_URL }) => ({ backchannel: LOGIN_BACKCHANNEL_URL }),
});
