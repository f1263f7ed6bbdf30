export function defaultInterface(): string { return 'any'; }
export async function listDevices(): Promise<string[]> { return []; }
