// Jest ignores a project's `testTimeout`.
import { jest } from '@jest/globals';

const SERVERS_TEST_TIMEOUT_MS = 180_000;

jest.setTimeout(SERVERS_TEST_TIMEOUT_MS);
