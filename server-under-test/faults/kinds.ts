import { blockingHandler } from './blocking-handler.ts';
import type { FaultKind } from './fault.ts';
import { intercept } from './intercept.ts';
import { slowJoin } from './slow-join.ts';

/** Every fault the server knows; a further one is one file and one line here. */
export const FAULT_KINDS: readonly FaultKind[] = [slowJoin, blockingHandler, intercept];
