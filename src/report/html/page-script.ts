/**
 * The only script of the page; its digest stands in the page's security policy. Everything is there without it: it
 * narrows the list of packages, and opens the one that a link leads to.
 */
export const PAGE_SCRIPT = `
const rows = [...document.querySelectorAll('[data-id]')];
const filter = document.getElementById('filter');
filter.hidden = false;
filter.addEventListener('input', () => {
  const wanted = filter.value.toLowerCase();
  for (const row of rows) row.hidden = !row.dataset.id.toLowerCase().includes(wanted);
});
const openTarget = () => {
  const target = document.getElementById(location.hash.slice(1));
  if (!target) return;
  target.hidden = false;
  if (target.tagName === 'DETAILS') target.open = true;
  target.scrollIntoView();
};
addEventListener('hashchange', openTarget);
openTarget();
`;
