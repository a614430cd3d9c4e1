import Negotiator from "negotiator";

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
