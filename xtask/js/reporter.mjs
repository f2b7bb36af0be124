// A reporter of Node's test runner that xtask can read: one JSON line for each test, none for suites.

/** The test's name with its file's, which tells two tests of one name apart. */
const named = (data) => `${(data.file ?? "").split("/").pop().replace(/\.mjs$/, "")} ${data.name}`;

/** What went wrong, with where. */
const why = (error) => {
  const cause = error?.cause ?? error;
  return cause?.stack ?? String(cause);
};

export default async function* report(events) {
  for await (const { type, data } of events) {
    if ((type !== "test:pass" && type !== "test:fail") || data.details?.type === "suite") continue;
    const failure = type === "test:fail" ? why(data.details.error) : null;
    const leftOut = data.skip !== undefined || data.todo !== undefined;
    yield `${JSON.stringify({ name: named(data), ms: data.details.duration_ms, failure, left_out: leftOut })}\n`;
  }
}
