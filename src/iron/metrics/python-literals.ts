/** Python's constants as keys that are equal where Python's values are equal. */

/** A whole number's key: exact, whatever its size. */
const whole = (value: bigint): string => `n:${value}`;

/** The key of a number as written: 1, 1.0, 0x1 and 1_0e-1 are one operand, as they are to Python. */
export function pythonNumber(written: string): string {
  const text = written.replaceAll("_", "").toLowerCase();
  if (text.endsWith("j")) {
    const value = Number(text.slice(0, -1));
    return value === 0 ? whole(0n) : `n:${value}j`;
  }
  if (/^0[xob]/.test(text)) return whole(BigInt(text.replace(/l$/, "")));
  // Python 2's 0777 and 10L: the grammar reads them too.
  if (/^0+[0-7]+l?$/.test(text) && !/^0+l?$/.test(text)) {
    return whole(BigInt(`0o${text.replace(/l$/, "").replace(/^0+/, "")}`));
  }
  if (/^\d+l?$/.test(text)) return whole(BigInt(text.replace(/l$/, "")));
  const value = Number(text);
  return Number.isInteger(value) ? whole(BigInt(value)) : `n:${value}`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\n": "",
};

const ESCAPE = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))/g;

function unescaped(text: string, bytes: boolean): string {
  return text.replaceAll(ESCAPE, (all, octal, byte, short, long, single) => {
    if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8));
    if (byte !== undefined) return String.fromCharCode(parseInt(byte, 16));
    const code = short ?? long;
    if (code !== undefined) {
      const point = parseInt(code, 16);
      return bytes || point > 0x10ffff ? all : String.fromCodePoint(point);
    }
    return ESCAPES[single] ?? all;
  });
}

/**
 * The key of adjacent string literals as written, prefixes and quotes included; null for an f-string,
 * which radon takes for a different operand each time. Of `\N{name}` the name stands for the sign.
 */
export function pythonString(literals: readonly string[]): string | null {
  let value = "";
  let isBytes = false;
  for (const literal of literals) {
    const [, letters, quote] = /^([a-zA-Z]*)("""|'''|"|')/.exec(literal) ?? ["", "", '"'];
    const prefix = letters.toLowerCase();
    if (/[ft]/.test(prefix)) return null;
    isBytes ||= prefix.includes("b");
    const body = literal.slice(letters.length + quote.length, -quote.length).replaceAll(
      /\r\n?/g,
      "\n",
    );
    value += prefix.includes("r") ? body : unescaped(body, prefix.includes("b"));
  }
  return `${isBytes ? "b" : "s"}:${value}`;
}
