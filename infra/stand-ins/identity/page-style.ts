/** The look of the pages, in the colours of the web app (`web/src/ui/tokens.css`). Every pair of colours holds WCAG AA. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --bg: #f7f6fb; --surface: #ffffff; --text: #17141f; --muted: #5d586c; --border: #e3e0ec; --border-strong: #8a849b;
  --primary: #6d4aff; --primary-hover: #5a37ea; --soft: #ece7ff; --on-soft: #4526c8; --focus: #6d4aff; --live: #ff4d5e;
  --danger: #c01f38; --danger-soft: #fdecee; --shadow: 0 24px 60px rgb(31 20 71 / 14%), 0 2px 8px rgb(31 20 71 / 6%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --bg: #0e0c15; --surface: #171423; --text: #f4f2fb; --muted: #aaa4be; --border: #2d2841; --border-strong: #777091;
    --primary-hover: #5f3bf5; --soft: #291f52; --on-soft: #d3c8ff; --focus: #b3a1ff;
    --danger: #ff8793; --danger-soft: #3a1420; --shadow: 0 24px 60px rgb(0 0 0 / 60%);
  }
}
* { box-sizing: border-box; margin: 0; }
html { -webkit-text-size-adjust: 100%; }
body {
  min-height: 100vh; min-height: 100dvh; display: grid; place-items: center; padding: 1rem;
  background: radial-gradient(60rem 40rem at 50% -12rem, rgb(109 74 255 / 22%), transparent 70%), var(--bg);
  color: var(--text); font: 1rem/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
}
/* Urdu: the fonts and the lines of the web app; letters that join are torn by spacing. */
html[lang='ur'] body {
  font-family: 'Noto Naskh Arabic UI', 'Noto Naskh Arabic', 'Segoe UI', 'Geeza Pro', 'Noto Nastaliq Urdu', system-ui, Tahoma, sans-serif;
  line-height: 1.85;
}
html[lang='ur'] * { letter-spacing: 0 !important; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
a { color: inherit; }
h1 { font-size: 1.5rem; letter-spacing: -0.01em; }
html:not([lang='ur']) h1 { line-height: 1.2; }
h2 { font-size: 0.875rem; font-weight: 600; color: var(--muted); }
button { font: inherit; cursor: pointer; }

.card {
  display: grid; width: 100%; max-width: 26rem; overflow: hidden; border: 1px solid var(--border);
  border-radius: 1.5rem; background: var(--surface); box-shadow: var(--shadow);
}
.stage {
  position: relative; display: flex; align-items: center; gap: 0.75rem; padding: 1.25rem 1.5rem; overflow: hidden;
  background:
    radial-gradient(90% 130% at 100% 0%, rgb(255 77 94 / 55%), transparent 55%),
    radial-gradient(120% 140% at 0% 100%, #6d4aff, transparent 60%), #1b1338;
  color: #ffffff;
}
.brand { display: flex; align-items: center; gap: 0.625rem; font-weight: 700; font-size: 1.25rem; letter-spacing: -0.01em; }
.brand svg { border-radius: 0.625rem; box-shadow: 0 0 0 1px rgb(255 255 255 / 25%); }
.pitch { display: none; }
.live {
  display: inline-flex; align-items: center; gap: 0.375rem; padding: 0.25rem 0.625rem; border-radius: 999px;
  background: var(--live); color: #24030a; font-weight: 700; font-size: 0.75rem; letter-spacing: 0.06em;
}
.live::before { content: ''; width: 0.5rem; height: 0.5rem; border-radius: 50%; background: currentColor; }
.stage > .live { margin-inline-start: auto; }

.panel { display: grid; align-content: center; gap: 1.25rem; padding: 1.5rem; }
.lead { margin-top: 0.375rem; color: var(--muted); }
.group { display: grid; gap: 0.625rem; }

.people { display: grid; gap: 0.5rem; padding: 0; list-style: none; }
.person {
  display: flex; align-items: center; gap: 0.75rem; width: 100%; min-height: 3.75rem; padding: 0.5rem 0.875rem;
  border: 1px solid var(--border); border-radius: 1rem; background: transparent; color: inherit; text-align: start;
  transition: border-color 140ms ease, background-color 140ms ease, transform 140ms ease;
}
.person:hover { border-color: var(--primary); background: var(--soft); }
.person:active { transform: translateY(1px); }
.face {
  display: grid; place-items: center; flex: none; width: 2.5rem; height: 2.5rem; border-radius: 50%;
  color: #ffffff; font-weight: 700; font-size: 0.875rem;
}
.face-0 { background: linear-gradient(135deg, #7a5bff, #4a26c9); }
.face-1 { background: linear-gradient(135deg, #d8324a, #8d1440); }
.face-2 { background: linear-gradient(135deg, #0f7f78, #0b4a63); }
.who { display: grid; min-width: 0; line-height: 1.3; }
.who b { font-weight: 600; }
.who small { color: var(--muted); font-size: 0.875rem; }
.tag {
  margin-inline-start: auto; padding: 0.125rem 0.625rem; border-radius: 999px; background: var(--soft); color: var(--on-soft);
  font-weight: 600; font-size: 0.75rem;
}
.tag-viewer { background: transparent; color: var(--muted); box-shadow: inset 0 0 0 1px var(--border); }
.person:hover .tag-viewer { color: var(--text); box-shadow: inset 0 0 0 1px var(--border-strong); }

.or { display: flex; align-items: center; gap: 0.75rem; }
.or::before, .or::after { content: ''; flex: 1; height: 1px; background: var(--border); }
.fields { display: grid; gap: 0.875rem; }
.field { display: grid; gap: 0.375rem; }
.field label { font-weight: 600; font-size: 0.875rem; }
.field input {
  width: 100%; min-height: 2.75rem; padding: 0.5rem 0.875rem; border: 1px solid var(--border-strong);
  border-radius: 0.75rem; background: transparent; color: inherit; font: inherit;
}
.field input:focus-visible { outline-offset: 0; border-color: var(--focus); }
.field input[aria-invalid='true'] { border-color: var(--danger); }
.button {
  display: inline-flex; align-items: center; justify-content: center; width: 100%; min-height: 3rem; padding: 0 1.25rem;
  border: 0; border-radius: 999px; background: var(--primary); color: #ffffff; font-weight: 600; text-decoration: none;
  transition: background-color 140ms ease, transform 140ms ease;
}
.button:hover { background: var(--primary-hover); }
.button-quiet { background: transparent; color: inherit; box-shadow: inset 0 0 0 1px var(--border-strong); }
.button-quiet:hover { background: var(--soft); }
.button:active { transform: translateY(1px); }
.alert { padding: 0.75rem 0.875rem; border-radius: 0.75rem; background: var(--danger-soft); color: var(--danger); font-weight: 600; font-size: 0.875rem; }
.hint { color: var(--muted); font-size: 0.875rem; }
.hint code {
  padding: 0.125rem 0.375rem; border-radius: 0.375rem; background: var(--soft); color: var(--on-soft);
  font: 600 0.875rem/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; user-select: all; white-space: nowrap;
}

@media (min-width: 56rem) {
  .card { grid-template-columns: 1fr 1fr; max-width: 58rem; min-height: 38rem; }
  .stage { flex-direction: column; align-items: flex-start; justify-content: space-between; padding: 2.5rem; }
  .stage > .live { display: none; }
  .pitch { display: grid; gap: 1rem; justify-items: start; }
  .pitch p:first-of-type { font-weight: 700; font-size: 2.5rem; letter-spacing: -0.02em; }
  html:not([lang='ur']) .pitch p:first-of-type { line-height: 1.1; }
  .pitch p:last-of-type { max-width: 24rem; color: rgb(255 255 255 / 84%); }
  .panel { padding: 2.5rem; }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
.join summary { cursor: pointer; font-weight: 600; min-height: 2.75rem; display: flex; align-items: center; }
.join[open] summary { margin-bottom: 0.5rem; }
`;
