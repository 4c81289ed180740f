import { section } from '../section.ts';
import { flag, httpUrl, secret, text } from '../variables.ts';

export const temporal = section({
  title: 'Temporal',
  about: 'Runs the sagas. The API accepts requests without it; they start once it answers.',
  variables: {
    TEMPORAL_ADDRESS: text.withDefault('127.0.0.1:7233', 'Frontend of the cluster, host:port.'),
    TEMPORAL_NAMESPACE: text.withDefault('default', 'Namespace of all sagas.'),
    TEMPORAL_TLS: flag.withDefault('false', 'Whether to connect by TLS; an API key needs it.'),
    TEMPORAL_API_KEY: secret.optional('API key of Temporal Cloud.'),
    TEMPORAL_SEALED: flag.optional(
      'Whether what sagas tell Temporal is sealed by a key of their tenant; unset: yes in `stage` and `prod`. The same for every process.',
    ),
    TEMPORAL_UI_URL: httpUrl.optional(
      'Temporal’s UI: its pages may ask the API to open sealed payloads, with the operator’s token.',
    ),
  },
  build: (values, refuse) => {
    const { TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_TLS, TEMPORAL_API_KEY } = values;
    if (TEMPORAL_API_KEY !== undefined && !TEMPORAL_TLS)
      refuse('TEMPORAL_TLS', 'must be true when TEMPORAL_API_KEY is set');
    return {
      address: TEMPORAL_ADDRESS,
      namespace: TEMPORAL_NAMESPACE,
      tls: TEMPORAL_TLS,
      apiKey: TEMPORAL_API_KEY,
      seals: values.TEMPORAL_SEALED,
      uiOrigin: values.TEMPORAL_UI_URL && new URL(values.TEMPORAL_UI_URL).origin,
    };
  },
});
