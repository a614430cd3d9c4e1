/**
 * nginx drops the body of a refusal. Its printed configuration asks a second time, with this parameter, for the page
 * alone: such a question is never an allow, and a denial is already counted and logged. The name is unusual, because
 * some proxies append the visitor's query.
 */
const parameter = "refusal_page";

/** Names the page that the second question should get; without it, the page of the decision. */
export const refusalHeader = "X-Doorward-Refusal";
export const notSetUp = "not_set_up";

/** Whether a question asks for a page alone. A visitor who could ask it would get no further than without it. */
export function isPageQuestion(query: string): boolean {
  return query.includes(parameter) && new URLSearchParams(query).has(parameter);
}

export function asksForSetUpPage(query: string): boolean {
  return new URLSearchParams(query).get(parameter) === notSetUp;
}
