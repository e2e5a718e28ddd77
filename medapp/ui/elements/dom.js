// One way to make a part of a page. All text goes through textContent.

export function make(tag, name, parent, text) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text !== undefined) element.textContent = text;
  if (parent) parent.append(element);
  return element;
}

// The value of a custom property, such as "--st-font", where the element stands.
export function readStyle(element, name) {
  return getComputedStyle(element).getPropertyValue(name).trim();
}
