/** XML from texts that may hold anything. */

/** Characters that XML 1.0 (section 2.2) has no form for, not even escaped. */
// deno-lint-ignore no-control-regex
const NO_XML = /[^\u0009\u000a\u000d\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

const NAMES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

/** A text between tags; what XML cannot hold becomes U+FFFD. */
export function xmlText(text: string): string {
  return text.replace(NO_XML, "\ufffd").replace(/[&<>\r]/g, (c) => NAMES[c] as string);
}

/** A text between the double quotes of an attribute: line ends survive. */
function xmlAttribute(text: string): string {
  return text.replace(NO_XML, "\ufffd").replace(/[&<>"\t\n\r]/g, (c) => NAMES[c] as string);
}

/** An element; `content` is XML already. Attributes that are undefined are left out. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  content: readonly string[] = [],
): string {
  const written = Object.entries(attributes).filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${xmlAttribute(String(value))}"`).join("");
  return content.length === 0
    ? `<${name}${written}/>`
    : `<${name}${written}>${content.join("\n")}</${name}>`;
}
