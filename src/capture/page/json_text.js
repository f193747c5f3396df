// JSON as text: a number that is parsed and written again may lose digits, so what is shown is what came.

/** JSON text with a line for each member, two spaces a level; what is no JSON stays as it is. */
export function pretty(text) {
  const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+|\s+/g;
  let out = "";
  let level = 0;
  let opened = false;
  const line = () => `\n${"  ".repeat(level)}`;
  for (const [token] of text.matchAll(tokens)) {
    if (/^\s/.test(token)) continue;
    const closes = token === "}" || token === "]";
    if (opened && !closes) out += line();
    if (token === "{" || token === "[") {
      out += token;
      level += 1;
      opened = true;
      continue;
    }
    if (closes) {
      level = Math.max(0, level - 1);
      if (!opened) out += line();
    }
    opened = false;
    out += token;
    if (token === ",") out += line();
    else if (token === ":") out += " ";
  }
  return out;
}

/** A value in which numbers that a double would change are texts with all their digits. */
export function parseExactly(text) {
  return JSON.parse(text, (_, value, context) => {
    // Browsers that do not hand out the source show the double.
    if (typeof value !== "number" || context?.source === undefined) return value;
    return String(value) === context.source ? value : new ExactNumber(context.source);
  });
}

/** A number as it was written. */
export class ExactNumber {
  constructor(source) {
    this.source = source;
  }

  toString() {
    return this.source;
  }

  toJSON() {
    return this.source;
  }
}

export function isNumber(value) {
  return typeof value === "number" || value instanceof ExactNumber;
}

/** The value that a text stands for if it is an object; null otherwise. */
export function parseObject(text) {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
