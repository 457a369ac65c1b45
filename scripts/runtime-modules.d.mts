export const targets: Readonly<Record<string, { readonly onnx: string; readonly llama: string }>>;
export function whyNotTarget(target: string): string | undefined;
export function findRuntimeModules(root: string): string[];
export function stageRuntimeModules(root: string, out: string, target: string): void;
