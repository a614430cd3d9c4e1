/** Red, green and blue, each from 0 to 255. */
type Rgb = readonly [number, number, number];

/** Success criterion 1.4.3 of WCAG 2.2, level AA, for text of any size. */
export const enoughContrast = 4.5;

/** A colour such as `#2f5d8a` or `#25a`; undefined = it is none. */
function parseColour(written: string): Rgb | undefined {
  const [, digits] = /^#([\da-f]{3}|[\da-f]{6})$/i.exec(written) ?? [];
  if (digits === undefined) return undefined;
  const size = digits.length / 3;
  const part = (index: number) =>
    Number.parseInt(digits.slice(index * size, (index + 1) * size).repeat(2 / size), 16);
  return [part(0), part(1), part(2)];
}

export function isColour(written: string): boolean {
  return parseColour(written) !== undefined;
}

/** The contrast ratio of two colours, from 1 to 21 (WCAG 2.2). */
export function contrast(one: string, other: string): number {
  const [light = 1, dark = 0] = [one, other]
    .map((colour) => luminance(rgbOf(colour)))
    .toSorted((first, second) => second - first);
  return (light + 0.05) / (dark + 0.05);
}

/** The colour next to `colour`, on its way to `end`, that has enough contrast to all `grounds`. */
export function nearestReadable(
  colour: string,
  end: "#000000" | "#ffffff",
  grounds: readonly string[],
): string {
  const isReadable = (one: string) =>
    grounds.every((ground) => contrast(one, ground) >= enoughContrast);
  const steps = 256;
  for (let step = 0; step < steps; step++) {
    const mixed = mix(rgbOf(colour), rgbOf(end), step / steps);
    if (isReadable(mixed)) return mixed;
  }
  return end;
}

function rgbOf(colour: string): Rgb {
  const rgb = parseColour(colour);
  if (rgb === undefined) throw new TypeError(`${colour} is not a colour`);
  return rgb;
}

function mix(from: Rgb, to: Rgb, share: number): string {
  const parts = from.map((part, index) => Math.round(part + ((to[index] ?? 0) - part) * share));
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

function luminance(rgb: Rgb): number {
  const [red = 0, green = 0, blue = 0] = rgb.map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
