import type { Mark } from "../../providers/provider.ts";

const otherColour = "#4b5566";

/** A provider's mark as the data URL of an SVG. A provider without one has the first letter of its label. */
export function markOf(mark: Mark | undefined, label: string): string {
  const { colour, letters } = mark ?? { colour: otherColour, letters: firstLetter(label) };
  const size = letters.length > 1 ? 11 : 14;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="6" fill="${colour}"/><text x="12" y="12" dy=".36em" text-anchor="middle" fill="#fff" font-family="system-ui,sans-serif" font-weight="700" font-size="${size}">${letters}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/** Of all characters, only letters and digits: the label becomes part of an SVG. */
function firstLetter(label: string): string {
  const [first = "?"] = Array.from(label.replace(/[^\p{L}\p{N}]/gu, ""));
  return first.toUpperCase();
}
