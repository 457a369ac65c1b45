/**
 * Whether this computer runs on its battery: what the kernel says on Linux (power supply class of sysfs), `pmset` on macOS,
 * WMI on Windows. Unknown counts as plugged in.
 */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const timeout = 5_000;

export interface PowerSource {
  isOnBattery(): Promise<boolean>;
}

export function createPowerSource(
  platform: NodeJS.Platform = process.platform,
  suppliesFolder = '/sys/class/power_supply',
): PowerSource {
  const ask = async (): Promise<boolean> => {
    switch (platform) {
      case 'linux':
        return isDischarging(suppliesFolder);
      case 'darwin':
        return (await run('/usr/bin/pmset', ['-g', 'batt'], { timeout })).stdout.includes("'Battery Power'");
      case 'win32': {
        const query = '(Get-CimInstance -Namespace root/wmi -ClassName BatteryStatus).PowerOnline';
        const { stdout } = await run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', query], {
          timeout,
        });
        return /false/i.test(stdout);
      }
      default:
        return false;
    }
  };
  return { isOnBattery: () => ask().catch(() => false) };
}

/** A battery gives power and no mains is there. A mouse has a battery, too: its scope is not the system. */
async function isDischarging(folder: string): Promise<boolean> {
  const names = await readdir(folder);
  const supplies = await Promise.all(
    names.map(async (name) => {
      const read = (file: string): Promise<string> =>
        readFile(join(folder, name, file), 'utf8').then(
          (text) => text.trim(),
          () => '',
        );
      return {
        type: await read('type'),
        scope: await read('scope'),
        status: await read('status'),
        online: await read('online'),
      };
    }),
  );
  const isPlugged = supplies.some(({ type, online }) => type !== 'Battery' && online === '1');
  return (
    !isPlugged &&
    supplies.some(({ type, scope, status }) => type === 'Battery' && scope !== 'Device' && status === 'Discharging')
  );
}
