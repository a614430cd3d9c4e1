import { ar } from "./ar.ts";
import { de } from "./de.ts";
import { en } from "./en.ts";
import { es } from "./es.ts";
import { fr } from "./fr.ts";
import { it } from "./it.ts";
import { ja } from "./ja.ts";
import { nl } from "./nl.ts";
import { pl } from "./pl.ts";
import { pt } from "./pt.ts";
import { zh } from "./zh.ts";

/** The texts of a language, by group and name. The type of doorward's own tables, `Texts`, says which there are. */
export type TextTable = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface Language {
  /** BCP 47. */
  readonly tag: string;
  readonly texts: TextTable;
}

/** English is first: it serves visitors who accept none of these languages. */
export const languages: readonly [Language, ...Language[]] = [
  { tag: "en", texts: en },
  { tag: "de", texts: de },
  { tag: "fr", texts: fr },
  { tag: "es", texts: es },
  { tag: "pt", texts: pt },
  { tag: "it", texts: it },
  { tag: "nl", texts: nl },
  { tag: "pl", texts: pl },
  { tag: "ja", texts: ja },
  { tag: "zh", texts: zh },
  { tag: "ar", texts: ar },
];

/** The direction of a language's script. */
export function directionOf(tag: string): "ltr" | "rtl" {
  const [language = ""] = tag.split("-");
  return rightToLeft.has(language) ? "rtl" : "ltr";
}

const rightToLeft = new Set(["ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"]);
