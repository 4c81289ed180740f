import { createMemoryExports } from '../../adapters/memory/exports.ts';
import { describeExports } from './exports.ts';

describeExports(() => createMemoryExports());
