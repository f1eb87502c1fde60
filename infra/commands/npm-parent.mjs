// @ts-check
/**
 * npm runs a script by a shell that hands on no signal. `kill` of npm, as a supervisor, a container or a program that
 * started it does it, ends npm and the shell and would leave us behind, on all our ports. So the shell's end is our SIGTERM.
 */
const LOOK_MS = 250;

/** Does nothing where npm did not start us: then our parent may come and go. @param {string[]} scripts ours in package.json */
export const endWithNpm = (...scripts) => {
  if (!scripts.includes(process.env['npm_lifecycle_event'] ?? '')) return;
  const shell = process.ppid;
  const looks = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(looks);
    process.kill(process.pid, 'SIGTERM');
  }, LOOK_MS);
  looks.unref();
};
