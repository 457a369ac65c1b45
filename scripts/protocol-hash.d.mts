export function protocolHash(): string;
export function hashInPage(): string | undefined;
