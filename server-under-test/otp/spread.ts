/** One of `ways` for a process id, the same every time. Ids come in patterns (transport, channel, transport …), so they are mixed. */
export function spread(id: number, ways: number): number {
  if (ways === 1) return 0;
  let hash = Math.imul(id ^ (id >>> 16), 0x45d9f3b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return ((hash ^ (hash >>> 16)) >>> 0) % ways;
}

/** One of `ways` for a text. */
export function spreadText(text: string, ways: number): number {
  if (ways === 1) return 0;
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return spread(hash, ways);
}
