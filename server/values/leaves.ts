import * as v from "valibot";
import { idFault, placeholderFault } from "./placeholder.ts";
import { discoveryFault, issuerAddressFault, ownAddressFault } from "./web-address.ts";

/** A string with a check that returns the fault's message. */
export const checkedString = (faultOf: (text: string) => string | undefined) =>
  v.pipe(
    v.string(),
    v.rawCheck(({ dataset, addIssue }) => {
      const message = dataset.typed ? faultOf(dataset.value) : undefined;
      if (message !== undefined) addIssue({ message });
    }),
  );

function emptyFault(value: string): string | undefined {
  return value.trim() === "" ? "is empty" : undefined;
}

/** `docs/` makes the pattern of the JSON Schema from the expression. */
export const text = v.pipe(v.string(), v.regex(/\S/, "is empty"));

export const clientId = checkedString((value) => emptyFault(value) ?? idFault(value));
export const clientSecret = checkedString((value) => emptyFault(value) ?? placeholderFault(value));

/** The path of a file. If an operator pastes a key instead, no message may contain it. */
export const path = v.pipe(
  checkedString((written) => {
    if (/[\n{]|-----/.test(written)) return "looks like the file's contents; give its path";
    return written.trim() === "" ? "is empty: give the path of a file" : undefined;
  }),
  v.metadata({ isPath: true }),
);

/** PEM as it is, or the path of a file that contains it. */
export const pemOrPath = v.pipe(text, v.metadata({ mayBePath: true }));

export const webAddress = checkedString(ownAddressFault);
export const issuerAddress = checkedString(issuerAddressFault);
export const discoveryAddress = checkedString(discoveryFault);
export const port = v.pipe(
  v.number(),
  v.check(
    (value) => Number.isInteger(value) && value >= 1 && value <= 65_535,
    "is not a port: use 1 to 65535",
  ),
  v.metadata({ type: "integer", minimum: 1, maximum: 65_535 }),
);

export const dnsName =
  /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Accepts one value or a list; the output is always a list. */
export function oneOrMore<Leaf extends v.GenericSchema<string, string>>(leaf: Leaf) {
  return v.pipe(
    v.union([v.string(), v.array(v.string())]),
    v.transform((written) => [written].flat()),
    v.array(leaf),
    v.minLength(1, "is empty: add a value, or leave the setting out to mean any"),
  );
}
