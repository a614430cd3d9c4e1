/** Markup that is already safe; only `markup` makes it. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Escapes every value that `markup` did not make. */
export function markup(
  strings: TemplateStringsArray,
  ...values: readonly (string | Markup | readonly Markup[])[]
): Markup {
  const rendered = values.map((value) => {
    if (value instanceof Markup) return value.text;
    return typeof value === "string" ? escape(value) : value.map(({ text }) => text).join("");
  });
  return new Markup(String.raw({ raw: strings }, ...rendered));
}

const entities: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => entities[sign] ?? "");
}
