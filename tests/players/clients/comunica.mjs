// Asks what is in a file of questions, of the endpoints that the file names, and prints what came back as JSON.
// usage: node comunica.mjs FILE     FILE: [{"name", "form", "query", "sources": [{"type"?, "value"}]}]
import { readFile } from 'node:fs/promises';
import { QueryEngine } from '@comunica/query-sparql';

async function answer(engine, { form, query, sources }) {
  const context = { sources, httpTimeout: 60_000 };
  if (form === 'ask') return await engine.queryBoolean(query, context);
  if (form === 'graph') return (await (await engine.queryQuads(query, context)).toArray()).length;
  const rows = await (await engine.queryBindings(query, context)).toArray();
  return rows.map((row) => Object.fromEntries([...row].map(([variable, term]) => [variable.value, term.value])));
}

const engine = new QueryEngine();
for (const question of JSON.parse(await readFile(process.argv[2], 'utf8'))) {
  try {
    console.log(JSON.stringify({ name: question.name, found: await answer(engine, question) }));
  } catch (error) {
    console.log(JSON.stringify({ name: question.name, problem: String(error) }));
  }
}
