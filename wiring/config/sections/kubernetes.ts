import { requireWith, section } from '../section.ts';
import { httpUrl, port, secret, text } from '../variables.ts';

export const kubernetes = section({
  title: 'Kubernetes',
  about: 'Routes as Ingress objects. Empty `KUBERNETES_API_URL`: the embedded routes adapter.',
  variables: {
    KUBERNETES_API_URL: httpUrl.optional(
      'API server; inside a cluster `https://kubernetes.default.svc`.',
    ),
    KUBERNETES_TOKEN: secret.optional(
      'Service account token; inside a cluster give `KUBERNETES_TOKEN_FILE` its mounted file.',
    ),
    KUBERNETES_CA_FILE: text.optional('Certificate authority of the API server, PEM.'),
    KUBERNETES_NAMESPACE: text.withDefault('default', 'Namespace of the Ingress objects.'),
    KUBERNETES_BACKEND: text.optional('Name of the front end’s Service.'),
    KUBERNETES_BACKEND_PORT: port.withDefault('80', 'Its port.'),
    KUBERNETES_INGRESS_CLASS: text.optional(
      'Ingress class of the controller that serves the hosts.',
    ),
    KUBERNETES_TLS_SECRET: text.optional(
      'TLS secret of that namespace that covers the hosts. Unset: plain HTTP.',
    ),
  },
  build: (values, refuse) => {
    const apiUrl = values.KUBERNETES_API_URL;
    if (apiUrl === undefined) return undefined;
    const needed = ['KUBERNETES_TOKEN', 'KUBERNETES_BACKEND', 'KUBERNETES_INGRESS_CLASS'];
    requireWith('KUBERNETES_API_URL', values, needed, refuse);
    const { KUBERNETES_TOKEN: token, KUBERNETES_BACKEND: backend } = values;
    const { KUBERNETES_INGRESS_CLASS: ingressClass } = values;
    if (!token || !backend || !ingressClass) return undefined;
    return {
      apiUrl,
      token,
      caFile: values.KUBERNETES_CA_FILE,
      namespace: values.KUBERNETES_NAMESPACE,
      backend,
      backendPort: values.KUBERNETES_BACKEND_PORT,
      ingressClass,
      tlsSecret: values.KUBERNETES_TLS_SECRET,
    };
  },
});
