// The conformance check in JavaScript. A handle is closed by hand: dropping it is left to the collector.

import * as report from "dbg:check/report@0.1.0";
import * as context from "dbg:check/run-context@0.1.0";
import * as resolver from "dbg:resolver/resolver-config@0.1.0";

const FAILURES = { denied: "denied", "not-found": "unsupported" };

const yes = (value) => (value ? "yes" : "no");

// UTF-8 without TextEncoder, which this engine does not have.
const utf8 = (text) => Uint8Array.from(unescape(encodeURIComponent(text)), (letter) => letter.charCodeAt(0));

function echo(given) {
  const [text] = given.text;
  const finding = report.addFinding("echo", "pass", "these arrived");
  finding.evidence("text", text);
  finding.evidence("count", String(given.count[0]));
  finding.evidence("flag", yes(given.flag[0]));
  finding.evidence("wait", given.wait[0]);
  finding.evidence("colour", given.colour[0]);
  finding.evidence("many", given.many.map(String).join(" ") || "none");
  finding.evidence("target", context.target());
  finding.evidence("has time", yes(context.remainingMs() > 0));
  finding.evidence("cancelled", yes(context.cancelled()));
  finding.evidenceBytes("bytes", utf8(text));
  finding.nextStep("run it again");
  finding.many("echo");
  finding.about(given.colour[0]);
  finding.close();
}

function numbers(count) {
  const every = Array.from({ length: count }, (_, index) => index + 1);
  const table = report.addTable("numbers", "Numbers");
  table.addColumn("number", "integer", "");
  table.addColumn("half", "real", "");
  table.addColumn("even", "boolean", "");
  table.addColumn("name", "text", "");
  if (count > 0) {
    const names = every.map((number) => (number % 2 ? "" : `number ${number}`));
    const odd = every.filter((number) => number % 2).map((number) => number - 1);
    table.addRows([
      { data: { tag: "integer", val: every }, missing: [] },
      { data: { tag: "real", val: every.map((number) => number / 2) }, missing: [] },
      { data: { tag: "boolean", val: every.map((number) => number % 2 === 0) }, missing: [] },
      { data: { tag: "text", val: names }, missing: odd },
    ]);
  }
  const finding = report.addFinding("numbers", "info", "these are numbers");
  finding.evidenceTable("they are", table);
  finding.close();
  table.close();
}

function servers() {
  let configuration;
  try {
    configuration = resolver.read();
  } catch (error) {
    const { code, text } = error.payload ?? error;
    throw { code: FAILURES[code] ?? "other", text };
  }
  const found = configuration.nameservers();
  const finding = report.addFinding("servers", "pass", `${found.length} name servers`);
  for (const server of found) {
    finding.evidence("server", `${server.address} port ${server.port}`);
  }
  finding.evidence("ndots", String(configuration.ndots()));
  finding.close();
  configuration.close();
}

export const guest = {
  run(check, args) {
    if (check !== "conformance") {
      throw { code: "no-such-check", text: `there is no check ${check}` };
    }
    const given = { many: [] };
    for (const arg of args) {
      given[arg.name] = arg.values.map((value) => value.val);
    }
    report.progress(1, 2, "echoing");
    echo(given);
    const count = Number(given.count[0]);
    numbers(count);
    servers();
    report.metric("numbers", "count", count, [["colour", given.colour[0]]]);
    const artifact = report.addArtifact("notes.txt", "text/plain");
    artifact.write(utf8(`${given.text[0]}\n`));
    artifact.close();
    if (given.ending[0] === "failure") {
      throw { code: "other", text: "asked to fail" };
    }
  },
};
