import { section } from '../section.ts';
import { text } from '../variables.ts';

export const ingress = section({
  title: 'Kubernetes Ingress',
  about: 'Routes as Ingress objects.',
  variables: {
    KUBERNETES_INGRESS_CLASS: text.optional(
      'Ingress class of the controller that serves the hosts.',
    ),
    KUBERNETES_TLS_SECRET: text.optional(
      'TLS secret of the namespace that covers the hosts. Unset: plain HTTP.',
    ),
  },
  build: ({ KUBERNETES_INGRESS_CLASS: ingressClass, KUBERNETES_TLS_SECRET: tlsSecret }) =>
    ingressClass === undefined ? undefined : { ingressClass, tlsSecret },
});
