// What Mermaid's own parser says of diagrams: node mermaid_verdicts.mjs NODE_MODULES < diagrams > verdicts
//
// In: diagrams, each ended by a NUL byte. Out: for each a line of JSON: "" where Mermaid parses it as a sequence diagram,
// else the first line of what it says, never empty. It is mermaid.parse() of the package, whole: front matter,
// directives, comments, entities, the grammar, and what the grammar's actions refuse. A diagram is drawn by nobody here,
// so of a browser only what parsing asks for stands in: DOMPurify without a document, the colours of CSS, one look-up.
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const modules = process.argv[2];
const load = (path) => import(pathToFileURL(join(modules, path)).href);

const { default: purify } = await load("dompurify/dist/purify.es.mjs");
purify.sanitize = (text) => text;
purify.addHook = () => {};
globalThis.window = { CSS: { supports: () => true }, addEventListener: () => {} };
globalThis.document = { getElementById: () => null };
const { default: mermaid } = await load("mermaid/dist/mermaid.core.mjs");
mermaid.initialize({ logLevel: "fatal", startOnLoad: false });

async function verdict(diagram) {
  try {
    const { diagramType } = await mermaid.mermaidAPI.parse(diagram);
    return diagramType === "sequence" ? "" : `another kind of diagram: ${diagramType}`;
  } catch (error) {
    return String(error?.message ?? error).split("\n", 1)[0] || "refused";
  }
}

let rest = "";
process.stdin.setEncoding("utf8");
for await (const chunk of process.stdin) {
  const diagrams = (rest + chunk).split("\0");
  rest = diagrams.pop();
  let said = "";
  for (const diagram of diagrams) said += JSON.stringify(await verdict(diagram)) + "\n";
  if (said && !process.stdout.write(said)) await new Promise((resolve) => process.stdout.once("drain", resolve));
}
