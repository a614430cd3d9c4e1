import * as v from "valibot";
import { webAddressFault } from "./web-address.ts";

/** A check that says itself what is wrong. */
export const checkedString = (faultOf: (text: string) => string | undefined) =>
  v.pipe(
    v.string(),
    v.rawCheck(({ dataset, addIssue }) => {
      const message = dataset.typed ? faultOf(dataset.value) : undefined;
      if (message !== undefined) addIssue({ message });
    }),
  );

export const text = checkedString((value) => (value.trim() === "" ? "is empty" : undefined));

/** The path of a file. Whoever writes the key itself in its place must not find it in a log. */
export const path = v.pipe(
  checkedString((written) => {
    if (/[\n{]|-----/.test(written)) return "is what stands in such a file: write the file's path";
    return written.trim() === "" ? "is empty: write the path of a file" : undefined;
  }),
  v.metadata({ isPath: true }),
);

export const webAddress = checkedString(webAddressFault);
export const port = v.pipe(
  v.number(),
  v.check(
    (value) => Number.isInteger(value) && value >= 1 && value <= 65_535,
    "is no port: write 1 to 65535",
  ),
);

export const dnsName =
  /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** One, or a list of them; always a list afterwards. */
export function oneOrMore<Leaf extends v.GenericSchema<string, string>>(leaf: Leaf) {
  return v.pipe(
    v.union([v.string(), v.array(v.string())]),
    v.transform((written) => [written].flat()),
    v.array(leaf),
    v.minLength(1, "is empty: leave it out to mean any"),
  );
}
