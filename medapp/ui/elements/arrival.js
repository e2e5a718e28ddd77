// Brings the page to its top where what stands in front of the reader has become another thing.
// data: { place }: what that is, in any words.

export default function ({ data }) {
  const main = document.querySelector('[data-testid="stMain"]');
  if (!main || main.dataset.place === data.place) return;
  main.dataset.place = data.place;
  main.scrollTop = 0;
}
