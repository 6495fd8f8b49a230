/** One run of one case: its clients, its names, its log. */
import { sleepMs, type Clock } from '../base/clock.ts';
import { Bystander } from './bystander.ts';
import { Exchange, NotAsSpecified } from './exchange.ts';
import { broadcast, okReply, PATIENCE_MS, Peer } from './peer.ts';
import { ask, statusOf, type HttpAnswer } from './plain-http.ts';
import { RawClient } from './raw-client.ts';
import { field, isMap } from './same-value.ts';
import { crashPayload, hostAndPort, type ConformanceTarget, type SettingName } from './target.ts';

const CONTROL_MS = 20_000;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

export class Trial {
  readonly clock: Clock;
  readonly target: ConformanceTarget;
  readonly exchange: Exchange;
  readonly notes: string[] = [];
  /** Part of every topic of this case: no other case and no other run uses it. */
  readonly name: string;
  readonly #peers: Peer[] = [];
  readonly #bystanders: Bystander[] = [];
  #opened = 0;

  constructor(clock: Clock, target: ConformanceTarget, name: string) {
    this.clock = clock;
    this.target = target;
    this.name = name;
    this.exchange = new Exchange(clock);
  }

  /** A connection, V2 unless told otherwise. */
  open(query: Record<string, string> = {}, vsn: 1 | 2 = 2): Promise<Peer> {
    return this.openWith(this.query(query, vsn), vsn);
  }

  /** A connection with this very query. */
  async openWith(query: string, vsn: 1 | 2): Promise<Peer> {
    const log = this.exchange.logOf(LETTERS[this.#opened] ?? `P${this.#opened}`);
    this.#opened += 1;
    const raw = await RawClient.open({ clock: this.clock, target: this.target.at, log }, query);
    const peer = new Peer(raw, vsn);
    this.#peers.push(peer);
    return peer;
  }

  /** A connection that joined a topic with join_ref "1". */
  async joined(topic: string, payload: unknown = {}, query: Record<string, string> = {}): Promise<Peer> {
    const peer = await this.open(query);
    await peer.join('1', topic, payload);
    return peer;
  }

  /** A connection beside the case that says how late answers are meanwhile; not part of the exchange. */
  async bystander(): Promise<Bystander> {
    const options = { clock: this.clock, target: this.target.at, log: () => {} };
    const bystander = new Bystander(this.clock, await RawClient.open(options, this.query()));
    this.#bystanders.push(bystander);
    return bystander;
  }

  /** A connection that hears what `probe:<name>` and `probe:<name>/…` report. */
  async reporter(): Promise<Peer> {
    return this.joined(this.reports);
  }

  get reports(): string {
    return `report:${this.name}`;
  }

  /** A topic of this case alone. */
  topic(prefix: string, suffix = ''): string {
    return `${prefix}:${this.name}${suffix}`;
  }

  /** What a reporter hears of a channel's terminate/2. */
  terminated(topic: string, reason: unknown, joined = true): unknown[] {
    return broadcast(this.reports, 'terminated', { topic, reason, joined });
  }

  crashed(joinRef: unknown, topic: string): unknown[] {
    return [joinRef, joinRef, topic, 'phx_error', crashPayload(this.target)];
  }

  /** Parameters of the URL, those of the run included; V2 unless `vsn` says otherwise, null leaves it out. */
  query(params: Record<string, string> = {}, vsn: 1 | 2 | null = 2): string {
    const version = vsn === null ? {} : { vsn: `${vsn}.0.0` };
    const { secret } = this.target.settings;
    const token = secret === undefined ? {} : { token: secret };
    return new URLSearchParams({ ...this.target.at.params, ...token, ...version, ...params }).toString();
  }

  /** Says which part of the case was not looked at. */
  note(text: string): void {
    this.notes.push(text);
  }

  /** Whether the probe is there; if not, says what is not looked at without it. */
  hasProbe(part: string): boolean {
    if (!this.target.probe) this.note(`${part}: not looked at, probe:* is not mounted`);
    return this.target.probe;
  }

  /** Whether one node is all there is: handlers of telemetry hear of their own node only. */
  isAlone(part: string): boolean {
    const isAlone = this.setting('nodes', 1) === 1;
    if (!isAlone) this.note(`${part}: not looked at, there are several nodes`);
    return isAlone;
  }

  /** A declared setting as a number. */
  setting(name: SettingName, otherwise = Number.NaN): number {
    const value = this.target.settings[name];
    return value === undefined ? otherwise : Number(value);
  }

  check(holds: boolean, expected: unknown, got: unknown): void {
    if (!holds) throw new NotAsSpecified(expected, got);
  }

  /** Lets time pass where time itself is what the case puts in. */
  async pass(ms: number): Promise<void> {
    this.exchange.logOf('.')('>', `${ms} ms pass`);
    await sleepMs(this.clock, ms);
  }

  /** The status of an upgrade, or of whatever `request` says. */
  status(query: string, request: { method?: string; headers?: string } = {}): Promise<number> {
    const { at } = this.target;
    const path = `${at.path}?${query}`;
    return statusOf({ clock: this.clock, target: at, log: this.exchange.logOf('-') }, { path, ...request });
  }

  /** Endpoint.broadcast from outside every channel: the control port, else the probe. */
  async broadcast(topic: string, event: string, payload: unknown): Promise<void> {
    if (this.target.control !== null) {
      await this.control('POST', '/broadcast', { topic, event, payload });
      return;
    }
    const helper = this.topic('probe', '/helper');
    const peer = await this.joined(helper);
    peer.send(['1', '2', helper, 'endpoint_broadcast', { topic, event, payload }]);
    await peer.expect(okReply('1', '2', helper));
  }

  async control(method: string, path: string, body?: unknown): Promise<unknown> {
    const url = `${this.target.control ?? ''}${path}`;
    const text = body === undefined ? undefined : JSON.stringify(body);
    const options = {
      method,
      withinMs: CONTROL_MS,
      ...this.#trust(),
      ...(text === undefined ? {} : { body: text }),
    };
    const answer = await ask(url, path === '/observer' ? () => {} : this.exchange.logOf('#'), options);
    if (answer.status !== 200)
      throw new NotAsSpecified(`${method} ${path}: HTTP 200`, answer.body.toString('utf8'));
    return JSON.parse(answer.body.toString('utf8')) as unknown;
  }

  /** How often a telemetry event was emitted so far, as the observer counts. */
  async counted(event: string): Promise<number> {
    const count = field(field(await this.control('GET', '/observer'), 'telemetry'), event);
    return typeof count === 'number' ? count : 0;
  }

  /** Long-poll requests go here. */
  longPoll(method: string, query: string, body?: string, contentType?: string): Promise<HttpAnswer> {
    const { at } = this.target;
    const mount = at.path.replace(/websocket$/, 'longpoll');
    const url = `${at.secure ? 'https' : 'http'}://${hostAndPort(at)}${mount}?${query}`;
    const withinMs = 3 * this.setting('longpoll-window-ms', 10_000) + PATIENCE_MS;
    const options = {
      method,
      withinMs,
      ...this.#trust(),
      ...(body === undefined ? {} : { body, contentType: contentType ?? 'application/json' }),
    };
    return ask(url, this.exchange.logOf('='), options);
  }

  #trust(): { ca?: string } {
    const { ca } = this.target.at;
    return ca === undefined ? {} : { ca };
  }

  nodes(observer: unknown): Record<string, unknown>[] {
    const nodes = field(observer, 'nodes');
    return Array.isArray(nodes) ? nodes.filter(isMap) : [];
  }

  /** Ends every connection of the case. */
  close(): void {
    for (const bystander of this.#bystanders) bystander.stop();
    for (const peer of this.#peers) peer.drop();
  }
}
