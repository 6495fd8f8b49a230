/** Tokens in payloads of the command line, which a record of the run must not repeat. */

const WITH_PAYLOAD = /^--(?:join|push|publish|cast)(?:=|$)/;
const SECRET =
  /("[^"]*(?:token|secret|password|passwd|apikey|api_key|jwt|authorization)[^"]*"\s*:\s*)"(?:[^"\\]|\\.)*"/gi;

/** The arguments with the texts of fields that sound secret replaced by `…`; templates are none. */
export function withoutPayloadSecrets(args: readonly string[]): string[] {
  return args.map((argument, index) => {
    const isPayload = WITH_PAYLOAD.test(argument) || WITH_PAYLOAD.test(args[index - 1] ?? '');
    return isPayload ? argument.replaceAll(SECRET, '$1"…"') : argument;
  });
}
