// Building and changing elements. Text is only ever set as text: nothing here, and nothing else in this page, reads markup out of a string.

/** An element with attributes (on… are handlers, true sets an empty attribute, null and false leave it out) and children (text or nodes). */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  add(element, children);
  return element;
}

/** Appends text and nodes; null and false are left out. */
export function add(element, children) {
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child);
  }
}

/** Has an element these children and no others. */
export function fill(element, ...children) {
  element.replaceChildren();
  add(element, children);
}

/** Changes a text only where it differs, so that nothing is laid out for nothing. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Changes an attribute only where it differs; null takes it away. */
export function setAttribute(element, name, value) {
  if (value === null || value === undefined || value === false) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
  } else if (element.getAttribute(name) !== String(value)) {
    element.setAttribute(name, value);
  }
}

/** How full something is, 0 to 1, for the style sheet. By the object model: the policy of this page allows no style in markup. */
export function setShare(element, share) {
  const value = Math.max(0, Math.min(1, share)).toFixed(3);
  if (element.style.getPropertyValue('--share') !== value) element.style.setProperty('--share', value);
}

let pressed = false;
const waiting = new Map();

/** Runs something now, or, while somebody presses a button, right after: what is under the finger must not be replaced by its like. The last of a key counts. */
export function whenReleased(key, run) {
  if (pressed) waiting.set(key, run);
  else run();
}

addEventListener('pointerdown', () => {
  pressed = true;
}, true);
for (const end of ['pointerup', 'pointercancel', 'blur']) {
  addEventListener(end, () => {
    pressed = false;

    // Behind the click, which comes after this.
    setTimeout(() => {
      const runs = [...waiting.values()];
      waiting.clear();
      for (const run of runs) run();
    });
  }, true);
}

export const byId = id => document.getElementById(id);
