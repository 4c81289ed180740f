import { section } from '../section.ts';
import { text } from '../variables.ts';

export const gateway = section({
  title: 'Kubernetes Gateway API',
  about: 'Routes as HTTPRoute objects.',
  variables: {
    KUBERNETES_GATEWAY: text.optional('Name of the Gateway that serves the hosts.'),
    KUBERNETES_GATEWAY_NAMESPACE: text.optional('Its namespace. Unset: that of the routes.'),
    KUBERNETES_GATEWAY_LISTENER: text.optional(
      'Name of one of its listeners. Unset: all that take the host.',
    ),
  },
  build: (values) => {
    const name = values.KUBERNETES_GATEWAY;
    if (name === undefined) return undefined;
    const { KUBERNETES_GATEWAY_NAMESPACE: namespace } = values;
    const { KUBERNETES_GATEWAY_LISTENER: listener } = values;
    return { name, ...(namespace && { namespace }), ...(listener && { listener }) };
  },
});
