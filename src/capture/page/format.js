// Figures, times and texts as people read them.

const figures = new Intl.NumberFormat("en");
const plurals = new Intl.PluralRules("en");

export function count(number) {
  return figures.format(number);
}

/** `1 event`, `2,000 events`. */
export function counted(number, noun) {
  const one = plurals.select(Number(number)) === "one";
  return `${count(number)} ${one ? noun : `${noun}s`}`;
}

/** A span of milliseconds: `0.042 s`, `75.3 s`, `3 min 5 s`, `2 h 5 min`. */
export function span(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(3)} s`;
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  const whole = Math.floor(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** How long ago something was, roughly. */
export function ago(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 2) return "now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86400)} d ago`;
}

/** The time of day, to the millisecond, where this browser is. */
export function clock(milliseconds) {
  const date = new Date(milliseconds);
  const two = (number) => String(number).padStart(2, "0");
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  return `${parts}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

/** A text on one line, its control characters and line separators visible, cut to some length. */
export function oneLine(text, length = 160) {
  const start = text.slice(0, length * 4).replace(/\s+/g, " ").trim();
  const line = start.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, "\uFFFD");
  return line.length > length || text.length > length * 4 ? `${cut(line, length)}…` : line;
}

/** The beginning of a text, not cut within a character. */
export function cut(text, length) {
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? length - 1 : length);
}

/** The gist of an event on one line. */
export function gist(type, event) {
  const text = (value) => (typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value));
  switch (type) {
    case "token":
      return quoted(text(event.content));
    case "thinking":
    case "suggestions":
      return oneLine(text(event.content));
    case "memory_loaded":
    case "no_data_warning":
      return oneLine(text(event.message));
    case "error":
      return oneLine(text(event.error));
    case "skill_loaded":
      return oneLine(list(event.skills).map((skill) => text(skill?.name)).join(", "));
    case "todo_update": {
      const todos = list(event.todos);
      const current = todos.find((todo) => todo?.status === "in_progress");
      const done = todos.filter((todo) => todo?.status === "completed").length;
      return oneLine(`${done} of ${todos.length}${current ? `: ${text(current.content)}` : ""}`);
    }
    case "tool_start": {
      const [first] = Object.values(event.input ?? {});
      return oneLine(`${text(event.tool)}  ${typeof first === "string" ? first : text(event.input)}`);
    }
    case "tool_end":
      return oneLine(`${text(event.tool)}  ${text(event.output)}`);
    case "sql_result":
      return oneLine(`${counted(Number(event.row_count ?? list(event.data).length), "row")} (${list(event.columns).map(text).join(", ")})`);
    case "chart_config":
      return oneLine(text(event.widget_type));
    case "done":
      return oneLine(`${text(event.result?.status) || "ended"}${Number.isFinite(event.execution_time_ms) ? ` after ${count(event.execution_time_ms)} ms` : ""}`);
    default: {
      const { type: _, ...rest } = event;
      return oneLine(JSON.stringify(rest));
    }
  }
}

/** A piece of text with its spaces and line ends visible. */
export function quoted(text) {
  const shown = JSON.stringify(cut(text, 160));
  return text.length > 160 ? `${shown.slice(0, -1)}…"` : shown;
}

function list(value) {
  return Array.isArray(value) ? value : [];
}
