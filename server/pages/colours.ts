import { nearestReadable } from "../values/contrast.ts";

/** The colours of a page: `accent` is that of buttons and their text, `onAccent` the text on a filled button. */
const light = {
  ink: "#1d2430",
  soft: "#566072",
  paper: "#f4f5f7",
  card: "#ffffff",
  line: "#dcdfe5",
};
const dark = {
  ink: "#e8ebf0",
  soft: "#a3acbb",
  paper: "#14171c",
  card: "#1d2128",
  line: "#333a45",
};
const onDarkAccent = "#10151c";

/** CSS variables for both colour schemes, from the colour of the brand, which has enough contrast to white. */
export function colourVariables(brand: string): string {
  // The same colour, lighter, so that it can be read on the dark card and under dark text.
  const accent = nearestReadable(brand, "#ffffff", [dark.card, onDarkAccent]);
  return `:root{color-scheme:light dark;${variables({ ...light, accent: brand, "on-accent": "#ffffff" })}}
@media (prefers-color-scheme:dark){:root{${variables({ ...dark, accent, "on-accent": onDarkAccent })}}}`;
}

function variables(colours: Readonly<Record<string, string>>): string {
  return Object.entries(colours)
    .map(([name, value]) => `--${name}:${value};`)
    .join("");
}
