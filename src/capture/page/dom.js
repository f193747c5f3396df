// Elements from data. Whatever is given as content becomes text: this page makes no markup of anything.

/** An element with attributes and children; a child that is no element becomes text. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** Says something in an element, and changes nothing where it says that already. */
export function say(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/** Shows an element or hides it from everybody, screen readers included. */
export function show(target, shown) {
  target.hidden = !shown;
}

/** A button that does something. */
export function button(text, act, attributes = {}) {
  const made = element("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", act);
  return made;
}

/** A button that copies what a function returns, and says that it did. */
export function copyButton(label, text) {
  const copy = button("Copy", async () => {
    try {
      await navigator.clipboard.writeText(text());
      copy.textContent = "Copied";
    } catch {
      copy.textContent = "Not permitted";
    }
    setTimeout(() => (copy.textContent = "Copy"), 1500);
  }, { class: "quiet", "aria-label": label });
  return copy;
}

/** Calls a function once before the next picture, however often it is asked to. */
export function oncePerFrame(act) {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      act();
    });
  };
}
