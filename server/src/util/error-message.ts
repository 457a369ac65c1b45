/** The one sentence of an unexpected value that was thrown. */
export function errorMessage(value: unknown): string {
  return value instanceof Error ? value.message : String(value);
}
