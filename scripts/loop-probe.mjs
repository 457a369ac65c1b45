// Preloaded into the server by the bench (`node --import`): measures how long the server's own thread was busy at one
// piece, and answers "reset" and "report" on the process channel. Nothing of the product knows of it.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

if (isMainThread && process.send) watchLoop();

/**
 * Two independent measures: a 1 ms timer of our own, and Node's event loop delay histogram. On a busy machine the
 * longest gap is often a thread that was not let run; the processor time spent in that gap tells the two apart.
 */
function watchLoop() {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  let last = performance.now();
  let lastCpu = process.threadCpuUsage();
  let longestGapMs = 0;
  let longestCpuMs = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    const cpu = process.threadCpuUsage(lastCpu);
    longestGapMs = Math.max(longestGapMs, now - last - 1);
    longestCpuMs = Math.max(longestCpuMs, (cpu.user + cpu.system) / 1000);
    last = now;
    lastCpu = process.threadCpuUsage();
  }, 1);
  timer.unref();
  process.on('message', (message) => {
    if (message === 'reset') {
      histogram.reset();
      [longestGapMs, longestCpuMs] = [0, 0];
    } else if (message === 'report') {
      const [delayMaxMs, delayP99Ms] = [histogram.max / 1e6, histogram.percentile(99) / 1e6];
      process.send({ longestGapMs, longestCpuMs, delayMaxMs, delayP99Ms });
    }
  });
  process.channel?.unref();
}
