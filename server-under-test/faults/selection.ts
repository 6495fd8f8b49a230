function finalise(hash: number): number {
  let h = hash;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85eb_ca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2_ae35);
  h ^= h >>> 16;
  return h >>> 0;
}

/** 32-bit FNV-1a over the seed and the text's UTF-16 units, then murmur3's finaliser. */
export function hashSeeded(text: string, seed: number): number {
  let h = 0x811c_9dc5;
  for (let shift = 0; shift < 32; shift += 8) h = Math.imul(h ^ ((seed >>> shift) & 0xff), 0x0100_0193);
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    h = Math.imul(h ^ (unit & 0xff), 0x0100_0193);
    if (unit > 0xff) h = Math.imul(h ^ (unit >>> 8), 0x0100_0193);
  }
  return finalise(h);
}

/** Whether a name belongs to the `share` (0..1) picked by this seed: the same names in every run and on every node. */
export function isSelected(text: string, share: number, seed: number): boolean {
  return hashSeeded(text, seed) < share * 2 ** 32;
}
