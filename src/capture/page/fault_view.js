// What went wrong between worker and receiver, as the receiver says.

import { element, say, show } from "./dom.js";
import { clock, count, counted, cut } from "./format.js";

export class FaultView {
  constructor(root) {
    this.root = root;
    this.list = root.querySelector("ul");
    this.count = root.querySelector('[data-part="fault-count"]');
    this.more = root.querySelector('[data-part="more-faults"]');
  }

  /** Shows the receiver's list; nothing when there is none. */
  update({ total, faults }) {
    show(this.root, total > 0);
    say(this.count, count(total));
    const said = faults.map(sentence);
    this.list.replaceChildren(...said.map((text) => element("li", {}, text)));
    show(this.more, total > faults.length);
    say(this.more, `${counted(total - faults.length, "more fault")} not shown; the transcript has all.`);
  }
}

function sentence(fault) {
  const attempt = `${fault.run > 1 ? `run ${fault.run}, ` : ""}attempt ${fault.attempt}`;
  switch (fault.fault) {
    case "gap":
      return fault.first_seq === fault.last_seq
        ? `Gap: number ${count(fault.first_seq)} of ${attempt} is missing.`
        : `Gap: numbers ${count(fault.first_seq)} to ${count(fault.last_seq)} of ${attempt} are missing.`;
    case "conflict":
      return `Conflict: number ${count(fault.seq)} of ${attempt} came twice and said different things (${clock(Date.parse(fault.received_at))}).`;
    case "late":
      return `Late: number ${count(fault.seq)} of ${attempt} came when its place had been passed; it is in the transcript alone.`;
    case "dropped":
      return `Dropped: ${counted(fault.events, "event")} up to number ${count(fault.seq)} of ${attempt} made room for later ones.`;
    case "refused":
      return `Refused: a delivery at ${clock(Date.parse(fault.received_at))} was answered ${fault.status}: ${cut(String(fault.reason), 300)}`;
    default:
      return cut(JSON.stringify(fault), 300);
  }
}
