// Bundles every src/*.js into ../static/built/, with the licences of what is in the bundles and a manifest.
// The same sources give the same bytes. What two entries share, and what is loaded later, becomes chunk-*.js.
//
// usage: node build.mjs [FINGERPRINT]   build; the fingerprint of the sources is kept in the manifest
//        node build.mjs --lock          take addresses out of package-lock.json

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "..", "static", "built");
const LICENCE_FILE = /^(licen[cs]e|copying|notice)/i;

const readJson = (path) => JSON.parse(readFileSync(path, "utf-8"));
const asJson = (value) => JSON.stringify(value, null, 2) + "\n";
const sorted = (names) => [...names].sort();

/** Without the addresses that npm notes for sponsors: the lock file names no host. */
function cleanLock() {
  const path = join(here, "package-lock.json");
  const lock = readJson(path);
  for (const entry of Object.values(lock.packages)) {
    delete entry.funding;
    delete entry.resolved;
  }
  writeFileSync(path, asJson(lock));
}

async function bundle(folder) {
  const { build } = await import("esbuild");
  const names = readdirSync(join(here, "src")).filter((name) => name.endsWith(".js"));
  return build({
    absWorkingDir: here,
    entryPoints: sorted(names).map((name) => `src/${name}`),
    outdir: folder,
    bundle: true,
    format: "esm",
    splitting: true,
    chunkNames: "chunk-[hash]",
    target: "es2022",
    minify: true,
    charset: "utf8",
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
}

/** The folders below node_modules from which something is in a bundle. */
function bundledPackages(metafile) {
  const found = new Set();
  for (const output of Object.values(metafile.outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
      if (match && bytesInOutput > 0) found.add(match[1]);
    }
  }
  return sorted(found);
}

function describe(folder, lock) {
  const { name, version, license } = readJson(join(here, folder, "package.json"));
  const digest = lock.packages[folder]?.integrity;
  if (!digest || !license) throw new Error(`${folder}: no ${digest ? "licence" : "digest"} is known`);
  const texts = sorted(readdirSync(join(here, folder)).filter((file) => LICENCE_FILE.test(file)));
  if (!texts.length) throw new Error(`${folder}: it has no licence text to pass on`);
  const text = texts.map((file) => readFileSync(join(here, folder, file), "utf-8").trim()).join("\n\n");
  return { entry: { name, version, licence: license, digest }, text };
}

function manifest(folder, packages, fingerprint) {
  const files = {};
  for (const name of sorted(readdirSync(folder))) {
    files[name] = "sha256:" + createHash("sha256").update(readFileSync(join(folder, name))).digest("hex");
  }
  return asJson({ madeFrom: fingerprint, packages: packages.map(({ entry }) => entry), files });
}

function licences(packages) {
  const parts = packages.map(({ entry, text }) => `${entry.name} ${entry.version} (${entry.licence})\n\n${text}\n`);
  return ["The scripts in this folder hold parts of these packages.\n", ...parts].join(`\n${"-".repeat(79)}\n\n`);
}

async function main(fingerprint) {
  const fresh = `${target}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  const { metafile } = await bundle(fresh);
  const lock = readJson(join(here, "package-lock.json"));
  const packages = bundledPackages(metafile).map((folder) => describe(folder, lock));
  writeFileSync(join(fresh, "LICENSES.txt"), licences(packages));
  writeFileSync(join(fresh, "manifest.json"), manifest(fresh, packages, fingerprint));
  if (existsSync(target)) rmSync(target, { recursive: true });
  renameSync(fresh, target);
  console.log(`factcite: built ${relative(join(here, "..", ".."), target)}`);
}

const [argument = ""] = process.argv.slice(2);
if (argument === "--lock") cleanLock();
else await main(argument);
