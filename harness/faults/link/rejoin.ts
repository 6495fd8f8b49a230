/**
 * A share of the clients joins one of its topics again, spread over the window:
 * what users do who reload, and what makes a slow join/3 felt.
 */
import { drawFor } from '../../base/random.ts';
import { WheelTimer } from '../../base/timer-wheel.ts';
import type { ClientChannel } from '../../wire/client-channel.ts';
import { topicMatcher } from '../topic-pattern.ts';
import type { LinkFault } from './link-fault.ts';

class Rejoin extends WheelTimer {
  readonly #channel: ClientChannel;
  constructor(channel: ClientChannel) {
    super();
    this.#channel = channel;
  }
  expire(nowUs: number): void {
    if (this.#channel.state === 'joined') this.#channel.rejoin(nowUs);
  }
}

export const rejoin: LinkFault = ({ clock, wheel, forMs, seed }, params) => {
  const share = Number(params['rejoin'] ?? 0);
  const matches = topicMatcher(String(params['topic'] ?? '*'));
  const timers: Rejoin[] = [];
  const startUs = clock.nowUs();
  return {
    hit({ index, socket }) {
      const draw = drawFor(seed, index);
      if (draw >= share) return false;
      const channel = socket.channels.find((candidate) => matches(candidate.topic));
      if (!channel) return false;
      const timer = new Rejoin(channel);
      timers.push(timer);
      wheel.arm(timer, startUs + (draw / share) * forMs * 1e3);
      return true;
    },
    async lift() {
      for (const timer of timers) wheel.cancel(timer);
    },
  };
};
