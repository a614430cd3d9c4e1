import * as v from "valibot";
import { checkedString, path, text } from "../values/leaves.ts";
import { contrast, enoughContrast, isColour, nearestReadable } from "../values/contrast.ts";

/** The buttons are this colour on white and white on this colour. */
function colourFault(written: string): string | undefined {
  if (!isColour(written)) return "is not a colour: use one such as #2f5d8a";
  const ratio = contrast(written, "#ffffff");
  if (ratio >= enoughContrast) return undefined;
  const nearest = nearestReadable(written, "#000000", ["#ffffff"]);
  return `has a contrast of ${(Math.floor(ratio * 10) / 10).toFixed(1)} to white, and WCAG AA requires ${enoughContrast}: use ${nearest}, the nearest that passes`;
}

function supportFault(written: string): string | undefined {
  if (/^[^\s@:/]+@[^\s@:/]+$/.test(written)) return undefined;
  const url = URL.parse(written);
  return url !== null && ["https:", "mailto:"].includes(url.protocol)
    ? undefined
    : "is neither an email address nor an https URL";
}

const logo = v.pipe(
  checkedString((written) => {
    if (written.trim() === "") return "is empty: give the path of a picture, or a data URL";
    return URL.parse(written)?.protocol.startsWith("http") === true
      ? "is an address, and pages load nothing from elsewhere: give the path of a picture, or a data URL"
      : undefined;
  }),
  v.metadata({ mayBePath: true }),
);

/** What visitors see of the people who run the site. */
export const pages = v.optional(
  v.strictObject({
    /** The name at the head of every page. */
    name: v.optional(text),
    /** The path of a picture, or a data URL. */
    logo: v.optional(logo),
    /** The colour of buttons and links, as `#rrggbb`. */
    colour: v.optional(
      v.pipe(
        checkedString(colourFault),
        v.metadata({ pattern: "^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$" }),
      ),
      "#2f5d8a",
    ),
    /** Where visitors find help: an email address or a URL. */
    support: v.optional(checkedString(supportFault)),
    /** A line at the foot of every page. */
    footer: v.optional(text),
    /** A folder with templates, `style.css` and texts that replace doorward's. */
    dir: v.optional(path),
  }),
  {},
);
