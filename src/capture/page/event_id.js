// Ids of a stream: run-attempt-seq, such as 1-2-17 (contract, section 4). They only rise.

/** The parts of an id; null for what is none. A number within an attempt may be larger than a double can count. */
export function parseId(text) {
  const parts = /^([1-9]\d*)-([1-9]\d*)-([1-9]\d*)$/.exec(text ?? "");
  return parts && { run: Number(parts[1]), attempt: Number(parts[2]), seq: BigInt(parts[3]) };
}

export function formatId({ run, attempt, seq }) {
  return `${run}-${attempt}-${seq}`;
}

/** Negative, zero or positive, as the one stands before, at or after the other. */
export function compareIds(one, other) {
  if (one.run !== other.run) return one.run - other.run;
  if (one.attempt !== other.attempt) return one.attempt - other.attempt;
  return one.seq < other.seq ? -1 : one.seq > other.seq ? 1 : 0;
}

/** The numbers that are missing before an event, given the one before it; null when none are. */
export function gapBefore(previous, next) {
  const same = previous && previous.run === next.run && previous.attempt === next.attempt;
  const first = same ? previous.seq + 1n : 1n;
  return next.seq > first ? { first, last: next.seq - 1n, count: next.seq - first } : null;
}
