/**
 * So many bytes pass in both directions together, then the connection is reset;
 * a new one has as many again.
 */
import { Budget, BudgetStage } from '../../wire/budget-stage.ts';
import { lasting } from './lasting.ts';

export const byteLimit = lasting((params, world) => () => {
  const budget = new Budget(world, Number(params['bytes']));
  return { out: new BudgetStage(world, budget), in: new BudgetStage(world, budget) };
});
