/**
 * The page's only script: a cursor through all lanes. It is written as text
 * because it runs in the reader's browser; it makes no markup (only text nodes),
 * fetches nothing and formats nothing.
 */
export const CURSOR_SCRIPT = `
'use strict';
(() => {
  const source = document.getElementById('cursor-data');
  const lanes = document.getElementById('lanes');
  const command = document.getElementById('copy');
  if (command) command.addEventListener('click', copyCommand);
  if (!source || !lanes) return;
  const data = JSON.parse(source.textContent);
  const track = document.getElementById('track');
  const cursor = document.getElementById('cursor');
  const readout = document.getElementById('readout');
  const last = data.clocks.length - 1;
  let at = -1;

  const clamp = (index) => Math.max(0, Math.min(last, index));
  const columnAt = (ms) => clamp(Math.floor((ms - data.fromMs) / data.stepMs));
  const startOf = (index) => data.fromMs + index * data.stepMs;
  // A fault shorter than a column still belongs to that column.
  const faultsAt = (index) =>
    data.faults.filter((one) => columnAt(one.fromMs) <= index && (startOf(index) < one.toMs || columnAt(one.fromMs) === index));

  function element(name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function show(index) {
    at = clamp(index);
    const title = element('p', 'readout-title', data.clocks[at]);
    for (const one of faultsAt(at)) title.append(' · ', element('b', 'fault-' + one.colour, one.name));
    const list = element('dl');
    if (!data.known[at]) list.append(element('dt', '', 'this second was not recorded'));
    data.names.forEach((name, row) => {
      const text = data.values[row][at];
      if (text) list.append(element('dt', '', name), element('dd', '', text));
    });
    readout.replaceChildren(title, list);
    readout.hidden = false;
    cursor.hidden = false;
    place();
  }

  function place() {
    const share = (startOf(at) + data.stepMs / 2 - data.fromMs) / (data.toMs - data.fromMs);
    cursor.style.left = share * 100 + '%';
    const line = track.getBoundingClientRect();
    const box = lanes.getBoundingClientRect();
    const x = line.left - box.left + share * line.width;
    const width = readout.offsetWidth;
    const beside = x + 14 + width <= box.width ? x + 14 : x - 14 - width;
    readout.style.left = Math.max(4, Math.min(box.width - width - 4, beside)) + 'px';
  }

  function clear() {
    at = -1;
    cursor.hidden = true;
    readout.hidden = true;
  }

  function jump(way) {
    const starts = data.faults.map((one) => columnAt(one.fromMs)).sort((a, b) => a - b);
    const from = at < 0 ? (way > 0 ? -1 : last + 1) : at;
    const next = way > 0 ? starts.find((one) => one > from) : starts.reverse().find((one) => one < from);
    if (next !== undefined) show(next);
  }

  function pointed(event) {
    const line = track.getBoundingClientRect();
    const share = (event.clientX - line.left) / line.width;
    if (share < 0 || share > 1) return;
    show(columnAt(data.fromMs + share * (data.toMs - data.fromMs)));
  }

  lanes.addEventListener('pointermove', pointed);
  lanes.addEventListener('pointerdown', pointed);
  lanes.addEventListener('pointerleave', (event) => {
    if (event.pointerType === 'mouse' && document.activeElement !== lanes) clear();
  });
  lanes.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const way = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (way !== 0 && event.shiftKey) jump(way);
    else if (way !== 0) show(at < 0 ? (way > 0 ? 0 : last) : at + way);
    else if (event.key === 'Home') show(0);
    else if (event.key === 'End') show(last);
    else if (event.key === 'Escape') clear();
    else return;
    event.preventDefault();
  });
  window.addEventListener('resize', () => {
    if (at >= 0) place();
  });

  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('[data-at]') : null;
    if (!link) return;
    event.preventDefault();
    document.getElementById('timeline').scrollIntoView({ block: 'start' });
    lanes.focus({ preventScroll: true });
    show(columnAt(Number(link.dataset.at)));
  });

  function copyCommand() {
    const code = document.getElementById('command');
    getSelection().selectAllChildren(code);
    const done = () => (command.textContent = 'copied');
    const select = () => (command.textContent = 'selected');
    if (navigator.clipboard) navigator.clipboard.writeText(code.textContent).then(done, select);
    else select();
  }
})();
`;
