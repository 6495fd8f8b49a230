import type { Runtime } from '../otp/runtime.ts';
import { FaultRefused, type FaultOrder } from './fault.ts';
import { textIn } from './order-params.ts';
import type { ParamRule } from './param-rule.ts';

/** The parameter of faults on a named server: `slow`, the one of the drill contract, unless given. */
export const SERVER: ParamRule = { type: 'text', required: false };

/** The name an order means. Throws a FaultRefused when nobody has it now. */
export function serverName(order: FaultOrder, runtime: Runtime): string {
  const name = textIn(order, 'server', 'slow');
  if (runtime.whereIs(name) !== null) return name;
  const known = Array.from(runtime.registered(), ([other]) => other);
  throw new FaultRefused(`no server is called ${name} here, only ${known.join(', ')}`);
}
