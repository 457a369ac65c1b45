/**
 * ONNX Runtime 1.30 keeps a device id in the user's cache folder and sends usage events to its maker unless
 * ORT_DISABLE_TELEMETRY is set before the library loads. Longfold sends nothing to anyone, so it is set for this
 * process (worker threads share the native environment) and for every child. Must run before any worker starts.
 */
export function disableNativeTelemetry(env: NodeJS.ProcessEnv): void {
  env['ORT_DISABLE_TELEMETRY'] = '1';
}
