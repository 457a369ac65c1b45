export function renderManifest(folder: string): Promise<string>;
