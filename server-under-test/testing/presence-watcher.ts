import type { OfficialChannel, OfficialClient, OfficialPresence } from './official-client.ts';

interface Meta {
  readonly phx_ref: string;
  readonly phx_ref_prev?: string;
  readonly tab?: unknown;
}

/** What one official client sees of a topic: keys with the `tab` of their metas, and every callback by name. */
export class PresenceWatcher {
  readonly client: OfficialClient;
  readonly channel: OfficialChannel;
  readonly presence: OfficialPresence;
  readonly told: string[] = [];
  private waiting: Array<() => void> = [];

  constructor(client: OfficialClient, topic: string, params: object = {}) {
    this.client = client;
    this.channel = client.socket.channel(topic, params);
    this.presence = client.presence(this.channel);
    this.presence.onJoin((key) => this.told.push(`+${key}`));
    this.presence.onLeave((key) => this.told.push(`-${key}`));
    this.presence.onSync(() => {
      for (const wake of this.waiting.splice(0)) wake();
    });
  }

  get tabs(): Record<string, unknown[]> {
    const pairs = this.presence.list(
      (key, { metas }) => [key, metas.map((meta) => (meta as Meta).tab)] as const,
    );
    return Object.fromEntries(pairs);
  }

  metasOf(key: string): readonly Meta[] {
    const lists = this.presence.list((name, { metas }) => (name === key ? (metas as readonly Meta[]) : []));
    return lists.flat();
  }

  /** Until the list says so; a sync that makes it true wakes it. */
  async sees(tabs: Record<string, unknown[]>): Promise<void> {
    const wanted = JSON.stringify(sorted(tabs));
    while (JSON.stringify(sorted(this.tabs)) !== wanted) {
      await new Promise<void>((resolve) => void this.waiting.push(resolve));
    }
  }
}

const byText = (a: string, b: string): number => (a < b ? -1 : 1);

function sorted(tabs: Record<string, unknown[]>): unknown {
  return Object.entries(tabs)
    .map(([key, values]) => [key, values.map(String).toSorted(byText)] as const)
    .toSorted(([a], [b]) => byText(a, b));
}
