import { systemClock, type Clock } from '../otp/clock.ts';
import { formatLogLine, type LogMetadata } from './log-line.ts';

/** Elixir's levels, least severe first; those between error and emergency are not used here. */
export const LOG_LEVELS = ['debug', 'info', 'notice', 'warning', 'error'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

const DEBUG = 0;
const INFO = 1;
const NOTICE = 2;
const WARNING = 3;
const ERROR = 4;
const SILENT = 5;

/** OTP's burst limit of its own handler: a flood of crashes must not drown the node in their lines. */
export const BURST_ENTRIES = 500;
const BURST_WINDOW_MS = 1_000;

/** Builds a message; runs only when the entry is written. */
export type Message = () => string;

/** Where and what a logger writes. */
export interface LoggerOptions {
  /** The least severe level written; `none` writes nothing. */
  readonly level: LogLevel | 'none';
  readonly clock: Clock;
  /** Stands in every entry. */
  readonly metadata: LogMetadata;
  /** Takes one whole line. */
  readonly write: (line: string) => void;
}

const NO_METADATA: LogMetadata = {};

const DEFAULTS: LoggerOptions = {
  level: 'warning',
  clock: systemClock,
  metadata: NO_METADATA,
  write: (line) => void process.stderr.write(line),
};

/** One line per entry. What is not wanted costs one comparison. */
export class Logger {
  private readonly threshold: number;
  private readonly clock: Clock;
  private readonly metadata: LogMetadata;
  private readonly writeLine: (line: string) => void;
  private windowEndMs = 0;
  private inWindow = 0;
  private dropped = 0;

  constructor(options: Partial<LoggerOptions> = {}) {
    const { level, clock, metadata, write } = { ...DEFAULTS, ...options };
    this.threshold = level === 'none' ? SILENT : LOG_LEVELS.indexOf(level);
    this.clock = clock;
    this.metadata = metadata;
    this.writeLine = write;
  }

  /** Whether entries of this level are written; for what is worth skipping as a whole. */
  wants(level: LogLevel): boolean {
    return LOG_LEVELS.indexOf(level) >= this.threshold;
  }

  debug(message: Message, metadata: LogMetadata = NO_METADATA): void {
    if (DEBUG >= this.threshold) this.write('debug', message, metadata);
  }

  info(message: Message, metadata: LogMetadata = NO_METADATA): void {
    if (INFO >= this.threshold) this.write('info', message, metadata);
  }

  notice(message: Message, metadata: LogMetadata = NO_METADATA): void {
    if (NOTICE >= this.threshold) this.write('notice', message, metadata);
  }

  warning(message: Message, metadata: LogMetadata = NO_METADATA): void {
    if (WARNING >= this.threshold) this.write('warning', message, metadata);
  }

  error(message: Message, metadata: LogMetadata = NO_METADATA): void {
    if (ERROR >= this.threshold) this.write('error', message, metadata);
  }

  /** For a level known only at run time, as that of a channel's joins. */
  log(level: LogLevel, message: Message, metadata: LogMetadata = NO_METADATA): void {
    if (this.wants(level)) this.write(level, message, metadata);
  }

  private write(level: LogLevel, message: Message, metadata: LogMetadata): void {
    if (!this.admit()) return;
    let text: string;
    try {
      text = message();
    } catch {
      // What is logged may be a client's doing, down to its toString.
      text = 'an entry whose message could not be built';
    }
    this.put(level, text, metadata);
  }

  private put(level: LogLevel, text: string, metadata: LogMetadata): void {
    this.writeLine(formatLogLine(this.clock.wallMs(), level, [this.metadata, metadata], text));
  }

  private admit(): boolean {
    const nowMs = this.clock.nowMs();
    if (nowMs >= this.windowEndMs) {
      this.windowEndMs = nowMs + BURST_WINDOW_MS;
      this.inWindow = 0;
    }
    this.inWindow += 1;
    if (this.inWindow <= BURST_ENTRIES) return true;
    if (this.dropped === 0) this.clock.after(this.windowEndMs - nowMs, () => this.tellDropped());
    this.dropped += 1;
    return false;
  }

  private tellDropped(): void {
    const { dropped } = this;
    this.dropped = 0;
    this.put(
      'warning',
      `${dropped} entries were dropped: more than ${BURST_ENTRIES} in a second`,
      NO_METADATA,
    );
  }
}

/** Reads a level's name; null when it is none. */
export function readLogLevel(text: string): LogLevel | 'none' | null {
  if (text === 'none') return text;
  return LOG_LEVELS.find((level) => level === text) ?? null;
}
