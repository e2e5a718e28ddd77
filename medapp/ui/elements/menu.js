// The menu's entry of the page in front of the reader leads to the page's beginning.
// Streamlit keeps what the address names there, such as a data set, and nothing would happen.

function leadBack(event) {
  const link = event.target.closest?.('[data-testid="stSidebarNavLink"]');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (link.pathname !== location.pathname || !location.search) return;
  event.preventDefault();
  event.stopPropagation();
  history.pushState(null, "", link.href);
  // Streamlit takes this for the browser's Back, and reads the address anew.
  dispatchEvent(new PopStateEvent("popstate"));
}

export default function () {
  // The same listener is kept once, however often a page is drawn.
  document.addEventListener("click", leadBack, true);
}
