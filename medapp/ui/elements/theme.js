// Has the page drawn anew where its theme has changed: what the server drew, such as a figure, has
// the colours of the theme that it was drawn for. Streamlit itself turns only what it draws here.

let watched = null; // the element whose theme is watched, with its watcher
let ask = null; // asks for the page to be drawn anew

function watch(app) {
  let scheme = getComputedStyle(app).colorScheme;
  const observer = new MutationObserver(() => {
    const now = getComputedStyle(app).colorScheme;
    if (now === scheme) return;
    scheme = now;
    ask?.();
  });
  observer.observe(app, { attributes: true, attributeFilter: ["class", "style"] });
  return { app, observer };
}

export default function ({ setTriggerValue }) {
  ask = () => setTriggerValue("changed", true);
  const app = document.querySelector('[data-testid="stApp"]');
  if (watched?.app === app) return;
  watched?.observer.disconnect();
  watched = watch(app);
}
