"""The conformance check in Python."""

from componentize_py_types import Err
from wit_world import exports
from wit_world.imports import report, resolver_config, run_context
from wit_world.imports.check_types import Failure, FailureCode
from wit_world.imports.report import (
    ColumnBatch,
    ColumnKind,
    Severity,
    Values_Boolean,
    Values_Integer,
    Values_Real,
    Values_Text,
)
from wit_world.imports.resolver_errors import ErrorCode

FAILURES = {ErrorCode.DENIED: FailureCode.DENIED, ErrorCode.NOT_FOUND: FailureCode.UNSUPPORTED}


def yes(value: bool) -> str:
    return "yes" if value else "no"


def echo(given: dict) -> None:
    with report.add_finding("echo", Severity.PASS, "these arrived") as finding:
        finding.evidence("text", given["text"][0])
        finding.evidence("count", str(given["count"][0]))
        finding.evidence("flag", yes(given["flag"][0]))
        finding.evidence("wait", given["wait"][0])
        finding.evidence("colour", given["colour"][0])
        finding.evidence("many", " ".join(str(number) for number in given["many"]) or "none")
        finding.evidence("target", run_context.target())
        finding.evidence("has time", yes(run_context.remaining_ms() > 0))
        finding.evidence("cancelled", yes(run_context.cancelled()))
        finding.evidence_bytes("bytes", given["text"][0].encode())
        finding.next_step("run it again")
        finding.many("echo")
        finding.about(given["colour"][0])


def numbers(count: int) -> None:
    every = range(1, count + 1)
    with report.add_table("numbers", "Numbers") as table:
        table.add_column("number", ColumnKind.INTEGER, "")
        table.add_column("half", ColumnKind.REAL, "")
        table.add_column("even", ColumnKind.BOOLEAN, "")
        table.add_column("name", ColumnKind.TEXT, "")
        if count > 0:
            odd = [row for row, number in enumerate(every) if number % 2]
            names = ["" if number % 2 else f"number {number}" for number in every]
            table.add_rows([
                ColumnBatch(Values_Integer(list(every)), []),
                ColumnBatch(Values_Real([number / 2 for number in every]), []),
                ColumnBatch(Values_Boolean([number % 2 == 0 for number in every]), []),
                ColumnBatch(Values_Text(names), odd),
            ])
        with report.add_finding("numbers", Severity.INFO, "these are numbers") as finding:
            finding.evidence_table("they are", table)


def servers() -> None:
    try:
        configuration = resolver_config.read()
    except Err as error:
        code = FAILURES.get(error.value.code, FailureCode.OTHER)
        raise Err(Failure(code, error.value.text))
    with configuration:
        found = configuration.nameservers()
        with report.add_finding("servers", Severity.PASS, f"{len(found)} name servers") as finding:
            for server in found:
                finding.evidence("server", f"{server.address} port {server.port}")
            finding.evidence("ndots", str(configuration.ndots()))


class Guest(exports.Guest):
    def run(self, check: str, args: list) -> None:
        if check != "conformance":
            raise Err(Failure(FailureCode.NO_SUCH_CHECK, f"there is no check {check}"))
        given = {arg.name: [value.value for value in arg.values] for arg in args}
        given.setdefault("many", [])
        report.progress(1, 2, "echoing")
        echo(given)
        count = given["count"][0]
        numbers(count)
        servers()
        report.metric("numbers", "count", float(count), [("colour", given["colour"][0])])
        with report.add_artifact("notes.txt", "text/plain") as artifact:
            artifact.write(f"{given['text'][0]}\n".encode())
        if given["ending"][0] == "failure":
            raise Err(Failure(FailureCode.OTHER, "asked to fail"))
