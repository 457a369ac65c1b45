export const testCacheFolder: string;
export const codeServerVersion: string;
export const codeServerInstall: string;
export const codeServerFolder: string;
export const codeServerMarker: string;
export const modelsFolder: string;
