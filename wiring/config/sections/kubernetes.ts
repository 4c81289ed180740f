import { requireWith, section } from '../section.ts';
import { httpUrl, port, secret, text } from '../variables.ts';

export const kubernetes = section({
  title: 'Kubernetes',
  about:
    'Routes to the tenants’ hosts, as one of the two kinds below. Empty `KUBERNETES_API_URL`: the embedded routes adapter.',
  variables: {
    KUBERNETES_API_URL: httpUrl.optional(
      'API server; inside a cluster `https://kubernetes.default.svc`.',
    ),
    KUBERNETES_TOKEN: secret.optional(
      'Service account token; inside a cluster give `KUBERNETES_TOKEN_FILE` its mounted file.',
    ),
    KUBERNETES_CA_FILE: text.optional('Certificate authority of the API server, PEM.'),
    KUBERNETES_NAMESPACE: text.withDefault('default', 'Namespace of the routes.'),
    KUBERNETES_BACKEND: text.optional('Name of the front end’s Service.'),
    KUBERNETES_BACKEND_PORT: port.withDefault('80', 'Its port.'),
  },
  build: (values, refuse) => {
    const apiUrl = values.KUBERNETES_API_URL;
    if (apiUrl === undefined) return undefined;
    const { KUBERNETES_TOKEN: token, KUBERNETES_BACKEND: backend } = values;
    const needed = ['KUBERNETES_TOKEN', 'KUBERNETES_BACKEND'];
    requireWith('KUBERNETES_API_URL', values, needed, refuse);
    if (!token || !backend) return undefined;
    return {
      apiUrl,
      token,
      caFile: values.KUBERNETES_CA_FILE,
      namespace: values.KUBERNETES_NAMESPACE,
      backend,
      backendPort: values.KUBERNETES_BACKEND_PORT,
    };
  },
});
