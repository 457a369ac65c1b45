/** Paths that look like tests. */
const testPath =
  /(?:^|\/)(?:tests?|__tests__|specs?)\/|[._-](?:test|spec)\.\w+$|_test\.\w+$|(?:^|\/)test_[^/]*$|Tests?\.\w+$/;

export function isTestPath(path: string): boolean {
  return testPath.test(path);
}
