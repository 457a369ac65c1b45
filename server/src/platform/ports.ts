/** What the domain needs of the machine. The Node versions live beside this file; tests may bring their own. */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export interface Clock {
  /** Monotonic milliseconds. */
  nowMs(): number;
  /** Wall-clock milliseconds since 1970. */
  wallMs(): number;
}

export interface FileStat {
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** File access with absolute paths. Errors are `FileError` with a plain sentence. */
export interface FileSystem {
  /** Does not follow a link at the end of the path. */
  stat(path: string): Promise<FileStat>;
  realPath(path: string): Promise<string>;
  listFolder(path: string): Promise<readonly { readonly name: string; readonly kind: FileStat['kind'] }[]>;
  readBytes(path: string): Promise<Uint8Array>;
  /** Creates missing parents; the file is readable by its owner only. */
  writeText(path: string, text: string): Promise<void>;
  appendText(path: string, text: string): Promise<void>;
  remove(path: string): Promise<void>;
}

export type FileErrorReason = 'notFound' | 'denied' | 'full' | 'readOnly' | 'other';
export class FileError extends Error {
  override readonly name = 'FileError';
  constructor(
    readonly reason: FileErrorReason,
    readonly path: string,
    message: string,
  ) {
    super(message);
  }
  static is(value: unknown, reason?: FileErrorReason): value is FileError {
    return value instanceof FileError && (reason === undefined || value.reason === reason);
  }
}
