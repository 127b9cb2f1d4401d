/**
 * What the page does by itself: one moment of the run is chosen, by the slider or on a chart, and
 * shown everywhere. Plain JavaScript of browsers; works from a file.
 */
export const SCRIPT = `
const data = JSON.parse(document.getElementById('data').textContent);
const bytes = Uint8Array.from(atob(data.percent), (c) => c.charCodeAt(0));
const slider = document.getElementById('at');
const links = [...document.querySelectorAll('#fabric .link')];
const titles = links.map((link) => link.firstElementChild.textContent);
const cursors = [...document.querySelectorAll('.cursor')];
const DOWN = 255;
const color = (u) => u < 50 ? 'hsl(' + (210 - u * 1.8) + ' 42% ' + (62 - u * 0.2) + '%)'
  : u < 80 ? 'hsl(' + (120 - (u - 50) * 2.5) + ' 65% 48%)'
  : 'hsl(' + Math.max(0, 45 - (u - 80) * 2.25) + ' 78% 50%)';
function show(i) {
  const at = data.atMs[i];
  document.getElementById('time').textContent = (at / 1000).toFixed(1) + ' s';
  const x = data.left + (at / data.durationMs) * data.width;
  for (const cursor of cursors) { cursor.setAttribute('x1', x); cursor.setAttribute('x2', x); }
  const row = i * data.channels;
  links.forEach((link, n) => {
    const a = bytes[row + Number(link.dataset.a)], b = bytes[row + Number(link.dataset.b)];
    const down = a === DOWN || b === DOWN;
    const u = down ? 0 : Math.max(a, b);
    link.style.stroke = down ? 'var(--bad)' : color(u);
    link.style.strokeDasharray = down ? '3 4' : '';
    link.style.strokeWidth = down ? 1.5 : 0.8 + u / 28;
    link.firstElementChild.textContent = titles[n] + (down ? ': down' : ': ' + a + ' % / ' + b + ' %');
  });
  const hot = data.hottest[i].map((entry) => entry.channel + ' ' + Math.round(entry.ratio * 100) + ' %');
  document.getElementById('hot').textContent = hot.join(', ');
}
slider.addEventListener('input', () => show(Number(slider.value)));
const move = (i) => { slider.value = Math.max(0, Math.min(data.atMs.length - 1, i)); show(Number(slider.value)); };
for (const svg of document.querySelectorAll('.chart svg')) svg.addEventListener('mousemove', (event) => {
  const box = svg.getBoundingClientRect();
  const at = ((event.clientX - box.left) / box.width * data.chartWidth - data.left) / data.width * data.durationMs;
  const next = data.atMs.findIndex((ms) => ms >= at);
  move(next < 0 ? data.atMs.length - 1 : next);
});
let timer = null;
const play = document.getElementById('play');
play.addEventListener('click', () => {
  if (timer !== null) { clearInterval(timer); timer = null; play.textContent = 'Play'; return; }
  play.textContent = 'Pause';
  timer = setInterval(() => move((Number(slider.value) + 1) % data.atMs.length), 120);
});
move(data.start);
`;
