import type { ServerResponse } from 'node:http';
import { isSendable } from './session.ts';
import type { Envelope } from './session-call.ts';

/** What the body says; the HTTP status is 200 nearly always (phoenix-semantics 1.9). */
export interface PollBody {
  readonly status: number;
  readonly token?: string;
  readonly messages?: readonly string[];
}

export function answerJson(response: ServerResponse, body: PollBody): void {
  response.writeHead(200, {
    'cache-control': 'max-age=0, private, must-revalidate',
    'content-type': 'application/json; charset=utf-8',
  });
  response.end(JSON.stringify(body));
}

/** A batch for the client, or HTTP 500 and a lost batch where bytes cannot be JSON strings. */
export function answerMessages(response: ServerResponse, token: string, messages: readonly Envelope[]): void {
  if (!isSendable(messages)) {
    response.writeHead(500).end();
    return;
  }
  const texts = messages.map(({ payload }) => Buffer.from(payload).toString('utf8'));
  answerJson(response, { status: 200, token, messages: texts });
}
