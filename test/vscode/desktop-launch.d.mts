export function desktopLaunch(options: {
  readonly root: string;
  readonly which: 'dev' | 'installed';
  readonly scratch: string;
  readonly workspace: string;
  readonly models: string;
  readonly version?: string;
}): {
  version: string;
  extensionDevelopmentPath: string;
  extensionTestsPath: string;
  launchArgs: string[];
  extensionTestsEnv: Record<string, string>;
};
