/** The connection under a transport: a TCP socket, or anything that carries bytes in order. */
export interface BytePipe {
  /** False when the peer does not read fast enough; `pipeDrained` follows. */
  write(bytes: Uint8Array): boolean;
  cork(): void;
  uncork(): void;
  pause(): unknown;
  resume(): unknown;
  /** Writes the last bytes and closes our side. */
  end(bytes: Uint8Array): unknown;
  /** Drops the connection. */
  destroy(): unknown;
}
