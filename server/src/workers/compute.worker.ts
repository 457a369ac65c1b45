/** Finding tables and asking them off the server's loop. Each call brings its documents: nothing is kept between two. */
import { findTables } from '../compute/find-tables';
import type { Table } from '../compute/table';
import type { ComputeMethods, TableSummary } from './compute-protocol';
import { answerQuery } from './answer-query';
import { serveWorker } from './worker-rpc';

const sampleRows = 3;
const sampleLength = 60;

serveWorker<ComputeMethods>({
  describe({ documents }) {
    const { tables, problems } = findTables(documents);
    return { tables: tables.map(summarise), problems };
  },
  query: (params) => answerQuery(params),
});

function summarise({ name, path, title, columns, rows }: Table): TableSummary {
  const sample = rows.slice(0, sampleRows).map((row) => row.map((cell) => cell?.text.slice(0, sampleLength) ?? ''));
  return { name, path, title, columns, rowCount: rows.length, sample };
}
