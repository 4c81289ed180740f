import { follow } from './follow.ts';

follow('docs/how-to/add-an-adapter.md');
