/** What editors and shells add to a file and no secret, key or list means. */
interface FileText {
  /** The contents without a byte order mark at the start and white space at the end. */
  readonly text: string;
  /** What was left out, except a single line ending; undefined = nothing. */
  readonly leftOut: string | undefined;
}

/** The text of a file of a secret, a token, a key or passwords. Throws if the file is in UTF-16. */
export function fileText(bytes: Buffer): FileText {
  const start = bytes.subarray(0, 2).toString("hex");
  if (start === "fffe" || start === "feff") throw new Error("is in UTF-16: save it as UTF-8");
  const written = bytes.toString("utf8");
  const marked = written.replace(/^\uFEFF/, "");
  const text = marked.trimEnd();
  const left = [
    marked === written ? [] : "a byte order mark at its start",
    /^(\r?\n)?$/.test(marked.slice(text.length)) ? [] : "white space at its end",
  ].flat();
  return { text, leftOut: left.length === 0 ? undefined : left.join(" and ") };
}
