import Negotiator from "negotiator";
import { TwoGenerationCache } from "../memory/recent-cache.ts";

/** Longer than what browsers send. A visitor could make the choice expensive otherwise. */
const longestHeader = 200;

/** Browsers send fewer. Negotiator compares each of them with each language. */
const mostEntries = 10;

/** The first of the languages that the visitor accepts (RFC 9110 §12.5.4), or the first of all. */
export function chooseLanguage<Language extends { readonly tag: string }>(
  languages: readonly [Language, ...Language[]],
  acceptLanguage: string | undefined,
): Language {
  const [fallback] = languages;
  if (acceptLanguage === undefined || acceptLanguage.length > longestHeader) return fallback;
  const tags = languages.map(({ tag }) => tag);
  const read = acceptLanguage.split(",", mostEntries).join();
  const negotiator = new Negotiator({ headers: { "accept-language": read } });
  const [best] = negotiator.languages(tags);
  return languages.find(({ tag }) => tag === best) ?? fallback;
}

/** Visitors send a few dozen different headers; a made-up one takes the place of another. */
const mostKnown = 100;

/** The same, remembered for each header: a browser sends the same one in all of its requests. */
export function createLanguageChoice<Language extends { readonly tag: string }>(
  languages: readonly [Language, ...Language[]],
): (acceptLanguage: string | undefined) => Language {
  const known = new TwoGenerationCache<Language>(mostKnown);
  return (acceptLanguage) => {
    if (acceptLanguage === undefined || acceptLanguage.length > longestHeader) return languages[0];
    const found = known.get(acceptLanguage);
    if (found !== undefined) return found;
    const language = chooseLanguage(languages, acceptLanguage);
    known.set(acceptLanguage, language);
    return language;
  };
}
