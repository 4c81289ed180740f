/** Names the broker's socket to the test processes. */
export const BROKER_VARIABLE = 'TENURE_TEST_SERVERS';
