/** Nothing passes: what comes waits until the stage is taken away. */
import { Stage, type Parcel } from './stage.ts';

export class ShutStage extends Stage {
  take(parcel: Parcel): void {
    this.keep(parcel, 0);
  }
}
