/** Texts of any characters, control characters and astral planes included. */
import fc from 'fast-check';

/** The library's own (`unit: 'binary'`) takes over a second of each process to set up. */
export function anyText(maxLength = 40): fc.Arbitrary<string> {
  const ascii = fc.integer({ min: 0, max: 0x7f });
  const any = fc.integer({ min: 0, max: 0x10_ffff }).filter((point) => point < 0xd800 || point > 0xdfff);
  return fc.array(fc.oneof(ascii, any), { maxLength }).map((points) => String.fromCodePoint(...points));
}
